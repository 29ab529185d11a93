//! The space that a layer works in, kept from step to step.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::backward::{flipped, is_sparse};
use crate::nn::aligned::Aligned;
use crate::nn::kernels::{ConvGeometry, Entries, LANES};

/// Shards of a batch.
const SHARDS: usize = 8;
/// Shards of a batch where each one's sums take much memory.
const SHARDS_OF_LARGE: usize = 2;
/// Weights from which on a layer is large.
const LARGE_WEIGHTS: usize = 1 << 20;

/// How many shards a layer's batch is divided into at most.
pub(in crate::nn) fn shard_count(geometry: &ConvGeometry) -> usize {
    if geometry.weights_len() >= LARGE_WEIGHTS { SHARDS_OF_LARGE } else { SHARDS }
}

/// Buffers that are kept from step to step.
#[derive(Debug, Default)]
pub(super) struct Workspace(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    scratch: Vec<Scratch>,
    sums: Vec<Sums>,
    input: Option<Aligned>,
}

impl Workspace {
    /// What a shard works in; its contents are whatever the last user left.
    pub(super) fn scratch(&self, geometry: &ConvGeometry) -> Scratch {
        let kept = self.kept().scratch.pop();
        kept.unwrap_or_else(|| Scratch::new(geometry))
    }

    /// For another shard, or the next step.
    pub(super) fn give_back(&self, scratch: Scratch) {
        self.kept().scratch.push(scratch);
    }

    /// Zeros to add a shard's share to.
    pub(super) fn sums(&self, geometry: &ConvGeometry) -> Sums {
        let kept = self.kept().sums.pop();
        let mut sums = kept.unwrap_or_else(|| Sums::new(geometry));
        sums.weights.fill(0.0);
        sums.bias.fill(0.0);
        sums
    }

    /// Space for a copy of what comes in, `len` floats.
    pub(super) fn input(&self, len: usize) -> Aligned {
        let kept = self.kept().input.take().filter(|kept| kept.len() == len);
        kept.unwrap_or_else(|| Aligned::zeros(len))
    }

    /// Keeps a step's buffers for the next one.
    pub(super) fn keep(&self, input: Option<Aligned>, sums: Vec<Sums>) {
        let mut kept = self.kept();
        (kept.input, kept.sums) = (input, sums);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere leaves no buffer half taken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one shard works in.
#[derive(Debug)]
pub(super) struct Scratch {
    /// A picture with its padding.
    pub(super) input: Aligned,
    /// A gradient with its padding: of the input where there is pooling, else of the output.
    pub(super) gradient: Aligned,
    pub(super) rows: Vec<f32>,
    pub(super) entries: Entries,
}

/// A shard's share of the gradient of weights and biases.
#[derive(Debug)]
pub(in crate::nn) struct Sums {
    pub(in crate::nn) weights: Aligned,
    pub(in crate::nn) bias: Vec<f32>,
}

impl Scratch {
    fn new(geometry: &ConvGeometry) -> Self {
        Self {
            input: Aligned::zeros(padded_len(geometry)),
            gradient: Aligned::zeros(gradient_len(geometry)),
            rows: Vec::new(),
            entries: Entries::default(),
        }
    }
}

impl Sums {
    pub(in crate::nn) fn new(geometry: &ConvGeometry) -> Self {
        let filters = if is_sparse(geometry) { geometry.filters } else { geometry.filters.next_multiple_of(LANES) };
        Self { weights: Aligned::zeros(geometry.patch_len() * filters), bias: vec![0.0; geometry.filters] }
    }
}

/// Floats of a picture with its padding and what kernels read beyond it.
pub(in crate::nn) fn padded_len(geometry: &ConvGeometry) -> usize {
    geometry.padded_size().pow(2) * geometry.in_channels + LANES
}

fn gradient_len(geometry: &ConvGeometry) -> usize {
    if is_sparse(geometry) { padded_len(geometry) } else { padded_len(&flipped(geometry)) }
}

/// Estimate of what a layer's workspace and its packed weights take on `threads` threads, in bytes.
pub(in crate::nn) fn workspace_bytes(geometry: &ConvGeometry, threads: usize) -> u64 {
    let shards = shard_count(geometry);
    let padded_filters = geometry.filters.next_multiple_of(LANES);
    let rows = geometry.pool * geometry.conv_size() * padded_filters;
    let entries = if is_sparse(geometry) { 2 * 2 * geometry.out_len() } else { 0 };
    let scratch = padded_len(geometry) + gradient_len(geometry) + rows + entries;
    // The shards' sums and their total; the weights as they are, packed, and transposed or flipped.
    let weights = geometry.patch_len() * padded_filters * (shards + 1 + 3);
    ((weights + scratch * threads.min(shards)) * size_of::<f32>()) as u64
}
