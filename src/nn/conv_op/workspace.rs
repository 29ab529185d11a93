//! The space that the layers work in, kept from step to step.

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

/// How many shards a batch is divided into at most.
pub(in crate::nn) fn shard_count(layers: &[ConvGeometry]) -> usize {
    let is_large = |geometry: &ConvGeometry| geometry.weights_len() >= LARGE_WEIGHTS;
    if layers.iter().any(is_large) { SHARDS_OF_LARGE } else { SHARDS }
}

/// Pictures of a shard where there are `batch`.
pub(super) fn shard_len(layers: &[ConvGeometry], batch: usize) -> usize {
    batch.div_ceil(shard_count(layers))
}

/// Buffers that are kept from step to step.
#[derive(Debug, Default)]
pub(super) struct Workspace(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    scratch: Vec<Vec<Scratch>>,
    shards: Vec<Shard>,
}

impl Workspace {
    /// What a thread works in, for each layer; its contents are whatever the last user left.
    pub(super) fn scratch(&self, layers: &[ConvGeometry]) -> Vec<Scratch> {
        let kept = self.kept().scratch.pop();
        kept.unwrap_or_else(|| layers.iter().map(Scratch::new).collect())
    }

    /// For another shard, or the next step.
    pub(super) fn give_back(&self, scratch: Vec<Scratch>) {
        self.kept().scratch.push(scratch);
    }

    /// As many shards as `batch` pictures make, with room for them.
    pub(super) fn shards(&self, layers: &[ConvGeometry], batch: usize) -> Vec<Shard> {
        let mut shards = std::mem::take(&mut self.kept().shards);
        let len = shard_len(layers, batch);
        shards.resize_with(batch.div_ceil(len), || Shard::new(layers));
        shards.iter_mut().for_each(|shard| shard.make_room(layers, len));
        shards
    }

    /// Keeps a step's shards for the next one.
    pub(super) fn keep(&self, shards: Vec<Shard>) {
        self.kept().shards = shards;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A panic elsewhere leaves no buffer half taken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one thread works in, for one layer.
#[derive(Debug)]
pub(super) struct Scratch {
    /// A picture with its padding.
    pub(super) input: Aligned,
    /// A gradient with its padding: of the input where there is pooling, else of the output.
    pub(super) padded_gradient: Aligned,
    /// The gradient of what the layer put out.
    pub(super) gradient: Vec<f32>,
    pub(super) rows: Vec<f32>,
    pub(super) entries: Entries,
}

/// A part of the batch.
#[derive(Debug)]
pub(super) struct Shard {
    /// Of each layer.
    pub(super) traces: Vec<Trace>,
    /// Of each layer, the shard's share of the gradient of the weights.
    pub(super) sums: Vec<Sums>,
}

/// What the way back needs of a layer, picture after picture.
#[derive(Debug, Default)]
pub(super) struct Trace {
    /// What the layer put out, with [`LANES`] floats beyond the end; nothing of the last layer.
    pub(super) values: Aligned,
    /// Where each output came from; nothing where that is clear.
    pub(super) arg_max: Vec<u8>,
}

impl Trace {
    pub(super) fn picture_mut(&mut self, geometry: &ConvGeometry, index: usize) -> (&mut [f32], Option<&mut [u8]>) {
        let range = index * geometry.out_len()..(index + 1) * geometry.out_len();
        (self.values.get_mut(range.clone()).unwrap_or_default(), self.arg_max.get_mut(range))
    }

    pub(super) fn arg_max(&self, geometry: &ConvGeometry, index: usize) -> Option<&[u8]> {
        self.arg_max.get(index * geometry.out_len()..(index + 1) * geometry.out_len())
    }
}

impl Shard {
    fn new(layers: &[ConvGeometry]) -> Self {
        let traces = layers.iter().map(|_| Trace::default()).collect();
        Self { traces, sums: layers.iter().map(Sums::new).collect() }
    }

    fn make_room(&mut self, layers: &[ConvGeometry], pictures: usize) {
        let last = layers.len() - 1;
        for (layer, (geometry, trace)) in layers.iter().zip(&mut self.traces).enumerate() {
            let len = pictures * geometry.out_len();
            if layer != last && trace.values.len() < len + LANES {
                trace.values = Aligned::zeros(len + LANES);
            }
            if (geometry.relu || geometry.pool > 1) && trace.arg_max.len() < len {
                trace.arg_max = vec![0; len];
            }
        }
    }
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
            padded_gradient: Aligned::zeros(gradient_len(geometry)),
            gradient: vec![0.0; geometry.out_len()],
            rows: Vec::new(),
            entries: Entries::default(),
        }
    }
}

impl Sums {
    pub(in crate::nn) fn new(geometry: &ConvGeometry) -> Self {
        let len = if is_sparse(geometry) {
            geometry.filters * geometry.kernel * geometry.padded_kernel_row()
        } else {
            geometry.patch_len() * geometry.filters.next_multiple_of(LANES)
        };
        Self { weights: Aligned::zeros(len), bias: vec![0.0; geometry.filters] }
    }

    pub(super) fn clear(&mut self) {
        self.weights.fill(0.0);
        self.bias.fill(0.0);
    }
}

/// Floats of a picture with its padding and what kernels read beyond it.
pub(in crate::nn) fn padded_len(geometry: &ConvGeometry) -> usize {
    geometry.padded_size().pow(2) * geometry.in_channels + LANES
}

fn gradient_len(geometry: &ConvGeometry) -> usize {
    if is_sparse(geometry) { padded_len(geometry) } else { padded_len(&flipped(geometry)) }
}

/// Estimate of what a layer's workspace and its packed weights take on `threads` threads, in bytes; the traces left
/// out.
pub(in crate::nn) fn workspace_bytes(geometry: &ConvGeometry, threads: usize) -> u64 {
    let padded_filters = geometry.filters.next_multiple_of(LANES);
    let rows = geometry.pool * geometry.conv_size() * padded_filters;
    let scratch = padded_len(geometry) + gradient_len(geometry) + geometry.out_len() + rows;
    // The shards' sums and their total; the weights as they are, packed, and transposed or flipped.
    let kernels = geometry.kernel * geometry.padded_kernel_row() * padded_filters * (SHARDS + 1 + 3);
    ((kernels + scratch * threads.min(SHARDS)) * size_of::<f32>()) as u64
}
