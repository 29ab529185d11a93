//! Convolution, bias, activation and max-pooling as one operation on dfdx's tape.
//!
//! A batch is worked on in a fixed number of shards, whose sums are added in order, so that results do not depend on
//! the number of threads. The operation runs on the rayon pool that it is called in.

use std::sync::{Arc, Mutex, PoisonError};

use dfdx::shapes::{HasShape as _, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, OwnedTape, Storage as _, Tape as _, Tensor, TensorFromVec as _};
use rayon::prelude::*;

use super::aligned::Aligned;
use super::kernels::{
    self, ConvGeometry, DEAD, DenseRow, Entries, Forward, Isa, LANES, Packed, pack_filters, pack_flipped, transpose,
};
use super::shape::IMAGE_CHANNELS;

/// A batch of activations: pictures, and the numbers of each (NHWC).
pub(super) type Values = Tensor<(usize, usize), f32, Cpu>;
/// Weights: elements of a patch (HWI), filters; or features, outputs.
pub(super) type Weights = Tensor<(usize, usize), f32, Cpu>;
/// A bias for each filter.
pub(super) type Biases = Tensor<(usize,), f32, Cpu>;
/// A tape that records.
pub(super) type Recorded = OwnedTape<f32, Cpu>;

/// Shards of a batch.
const SHARDS: usize = 8;
/// Shards of a batch where each one's sums take much memory.
const SHARDS_OF_LARGE: usize = 2;
/// Weights from which on a layer is large.
const LARGE_WEIGHTS: usize = 1 << 20;

/// How many shards a layer's batch is divided into at most.
pub(super) fn shard_count(geometry: &ConvGeometry) -> usize {
    if geometry.weights_len() >= LARGE_WEIGHTS { SHARDS_OF_LARGE } else { SHARDS }
}

/// A batch of pictures by their place among all.
#[derive(Clone, Debug)]
pub(super) struct Pictures {
    /// RGB bytes of all pictures.
    pub(super) pixels: Arc<[u8]>,
    /// Which of them.
    pub(super) places: Vec<usize>,
    /// The side of a picture.
    pub(super) image_size: usize,
}

impl Pictures {
    /// The RGB bytes of the batch's picture `index`.
    pub(super) fn bytes(&self, index: usize) -> &[u8] {
        let len = self.image_size * self.image_size * IMAGE_CHANNELS;
        &self.pixels[self.places[index] * len..][..len]
    }
}

/// What a layer looks at.
pub(super) enum Input {
    /// The first layer: pictures, which need no gradient.
    Pictures(Pictures),
    /// A later layer: what the one before put out.
    Values(Values),
}

/// One layer's operation, with the space it works in from step to step.
#[derive(Debug)]
pub(super) struct ConvOp {
    geometry: ConvGeometry,
    isa: Isa,
    workspace: Mutex<Workspace>,
}

/// Buffers that are kept from step to step.
#[derive(Debug, Default)]
struct Workspace {
    scratch: Vec<Scratch>,
    sums: Vec<Sums>,
    inputs: Vec<Aligned>,
}

/// What one shard works in.
#[derive(Debug)]
struct Scratch {
    /// A picture with its padding.
    input: Aligned,
    /// A gradient with its padding: of the input where there is pooling, else of the output.
    gradient: Aligned,
    rows: Vec<f32>,
    entries: Entries,
}

/// A shard's share of the gradient of weights and biases.
#[derive(Debug)]
struct Sums {
    weights: Aligned,
    bias: Vec<f32>,
}

/// The values that a layer's kernels read.
enum Source {
    Pictures(Pictures),
    Values(Aligned),
}

/// What the backward pass needs of the forward pass.
struct Saved {
    source: Source,
    weights: Vec<f32>,
    arg_max: Vec<u8>,
}

impl ConvOp {
    pub(super) fn new(geometry: ConvGeometry, isa: Isa) -> Self {
        Self { geometry, isa, workspace: Mutex::default() }
    }

    /// Puts a batch through the layer, and the way back on the tape.
    pub(super) fn forward(
        self: &Arc<Self>,
        dev: &Cpu,
        input: Input,
        (weights, biases): (&Weights, &Biases),
        tape: &mut Recorded,
    ) -> Result<Values, CpuError> {
        let geometry = &self.geometry;
        let (input, source) = match input {
            Input::Pictures(pictures) => (None, Source::Pictures(pictures)),
            Input::Values(values) => {
                let copy = self.copy(&values);
                (Some(values), Source::Values(copy))
            }
        };
        let batch = input.as_ref().map_or_else(|| source.pictures(), |values| values.shape().0);
        let kernel = floats(weights);
        let packed = pack_filters(self.isa, geometry, &kernel, &floats(biases));
        let mut out = take_zeros(dev, batch * geometry.out_len())?;
        let arg_max = self.forward_batch(&source, &packed, &mut out);
        let out = dev.try_tensor_from_vec(out, (batch, geometry.out_len()))?;
        let saved = Saved { source, weights: kernel, arg_max };
        let (op, output, weights, biases) = (Arc::clone(self), out.clone(), weights.clone(), biases.clone());
        tape.add_backward_op(move |gradients| {
            let out = take(gradients, &output)?;
            let mut into = input.as_ref().map(|input| take(gradients, input)).transpose()?;
            let sums = op.backward_batch(&saved, &out, into.as_deref_mut());
            op.add_weight_sums(&sums, gradients.get_or_alloc_mut(&weights)?);
            add_bias_sums(&sums, gradients.get_or_alloc_mut(&biases)?);
            put(gradients, &output, out)?;
            if let (Some(input), Some(into)) = (&input, into) {
                put(gradients, input, into)?;
            }
            op.keep(saved, sums);
            Ok(())
        });
        Ok(out)
    }

    /// Pictures of a shard where there are `batch`.
    fn shard_len(&self, batch: usize) -> usize {
        batch.div_ceil(shard_count(&self.geometry))
    }

    /// Fills `out`; returns where each output came from, nothing where that is clear.
    fn forward_batch(&self, source: &Source, packed: &Packed, out: &mut [f32]) -> Vec<u8> {
        let geometry = &self.geometry;
        let needs_arg_max = geometry.relu || geometry.pool > 1;
        let mut arg_max = vec![0; if needs_arg_max { out.len() } else { 0 }];
        let out_len = geometry.out_len();
        let shard_len = self.shard_len(out.len() / out_len);
        let places = arg_max.chunks_mut(shard_len * out_len).map(Some).chain(std::iter::repeat_with(|| None));
        let shards: Vec<_> = out.chunks_mut(shard_len * out_len).zip(places).enumerate().collect();
        shards.into_par_iter().for_each(|(shard, (out, mut arg_max))| {
            let mut scratch = self.scratch();
            for (index, out) in out.chunks_exact_mut(out_len).enumerate() {
                let input = source.padded(self.isa, geometry, shard * shard_len + index, &mut scratch.input);
                let arg_max = arg_max.as_deref_mut().map(|all| &mut all[index * out_len..][..out_len]);
                let rows = &mut scratch.rows;
                kernels::forward(self.isa, Forward { geometry, input, packed, out, arg_max, rows });
            }
            self.workspace().scratch.push(scratch);
        });
        arg_max
    }

    /// Fills `into`, the gradient of the input, where it is wanted; returns the shards' sums for weights and biases.
    fn backward_batch(&self, saved: &Saved, out: &[f32], into: Option<&mut [f32]>) -> Vec<Sums> {
        let geometry = &self.geometry;
        let (out_len, in_len) = (geometry.out_len(), geometry.in_len());
        let shard_len = self.shard_len(out.len() / out_len);
        let layer = Backward::new(self, saved, into.is_some());
        let into_shards: Vec<Option<&mut [f32]>> = match into {
            Some(into) => into.chunks_mut(shard_len * in_len).map(Some).collect(),
            None => out.chunks(shard_len * out_len).map(|_| None).collect(),
        };
        into_shards
            .into_par_iter()
            .enumerate()
            .map(|(shard, mut into)| {
                let (mut scratch, mut sums) = (self.scratch(), self.sums());
                let first = shard * shard_len;
                for (index, out) in out[first * out_len..].chunks_exact(out_len).take(shard_len).enumerate() {
                    let into = into.as_deref_mut().map(|all| &mut all[index * in_len..][..in_len]);
                    layer.picture(first + index, out, into, &mut scratch, &mut sums);
                }
                self.workspace().scratch.push(scratch);
                sums
            })
            .collect()
    }

    /// Adds the shards' sums, in order, to the gradient of the weights.
    fn add_weight_sums(&self, sums: &[Sums], gradient: &mut [f32]) {
        let Some(first) = sums.first() else { return };
        let mut total = vec![0.0; first.weights.len()];
        total.par_chunks_mut(REDUCED_TOGETHER).enumerate().for_each(|(chunk, total)| {
            for shard in sums {
                let shard = &shard.weights[chunk * REDUCED_TOGETHER..];
                total.iter_mut().zip(shard).for_each(|(total, value)| *total += value);
            }
        });
        let geometry = &self.geometry;
        let (patch_len, padded) = (geometry.patch_len(), geometry.filters.next_multiple_of(LANES));
        for (element, row) in gradient.chunks_exact_mut(geometry.filters).enumerate() {
            for (filter, value) in row.iter_mut().enumerate() {
                *value += if is_sparse(geometry) {
                    total[filter * patch_len + element]
                } else {
                    total[element * padded + filter]
                };
            }
        }
    }

    /// A copy that the kernels can read, with floats beyond its end.
    fn copy(&self, values: &Values) -> Aligned {
        let len = values.shape().num_elements();
        let kept = self.workspace().inputs.pop().filter(|kept| kept.len() == len + LANES);
        let mut copy = kept.unwrap_or_else(|| Aligned::zeros(len + LANES));
        values.copy_into(&mut copy[..len]);
        copy
    }

    /// Keeps the buffers of a step for the next one.
    fn keep(&self, saved: Saved, sums: Vec<Sums>) {
        let mut workspace = self.workspace();
        workspace.sums = sums;
        if let Source::Values(copy) = saved.source {
            workspace.inputs = vec![copy];
        }
    }

    fn workspace(&self) -> std::sync::MutexGuard<'_, Workspace> {
        // A panic elsewhere leaves no buffer half taken.
        self.workspace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scratch(&self) -> Scratch {
        let kept = self.workspace().scratch.pop();
        kept.unwrap_or_else(|| Scratch::new(&self.geometry))
    }

    fn sums(&self) -> Sums {
        let kept = self.workspace().sums.pop();
        let mut sums = kept.unwrap_or_else(|| Sums::new(&self.geometry));
        sums.weights.fill(0.0);
        sums.bias.fill(0.0);
        sums
    }
}

/// Floats of the sums that are added up together.
const REDUCED_TOGETHER: usize = 4096;

/// Whether the gradient is gathered from the places that pooling chose: most are zero then.
fn is_sparse(geometry: &ConvGeometry) -> bool {
    geometry.pool > 1
}

/// The convolution that gives the gradient of an unpooled layer's input: of the output's gradient, filters padded to
/// a multiple of [`LANES`], with the kernel flipped.
fn flipped(geometry: &ConvGeometry) -> ConvGeometry {
    let conv_size = geometry.conv_size();
    ConvGeometry {
        in_size: conv_size,
        in_channels: geometry.filters.next_multiple_of(LANES),
        filters: geometry.in_channels,
        kernel: geometry.kernel,
        pad_before: geometry.kernel - 1 - geometry.pad_before,
        pad_total: geometry.in_size + geometry.kernel - 1 - conv_size,
        relu: false,
        pool: 1,
        out_size: geometry.in_size,
    }
}

impl Scratch {
    fn new(geometry: &ConvGeometry) -> Self {
        let padded_len = |geometry: &ConvGeometry| geometry.padded_size().pow(2) * geometry.in_channels + LANES;
        let gradient_len = if is_sparse(geometry) { padded_len(geometry) } else { padded_len(&flipped(geometry)) };
        Self {
            input: Aligned::zeros(padded_len(geometry)),
            gradient: Aligned::zeros(gradient_len),
            rows: Vec::new(),
            entries: Entries::default(),
        }
    }
}

impl Sums {
    fn new(geometry: &ConvGeometry) -> Self {
        let filters = if is_sparse(geometry) { geometry.filters } else { geometry.filters.next_multiple_of(LANES) };
        Self { weights: Aligned::zeros(geometry.patch_len() * filters), bias: vec![0.0; geometry.filters] }
    }
}

fn add_bias_sums(sums: &[Sums], gradient: &mut [f32]) {
    for shard in sums {
        gradient.iter_mut().zip(&shard.bias).for_each(|(total, value)| *total += value);
    }
}

impl Source {
    /// How many pictures; of values that is known from their tensor.
    fn pictures(&self) -> usize {
        match self {
            Self::Pictures(pictures) => pictures.places.len(),
            Self::Values(_) => 0,
        }
    }

    /// One picture of the batch with its padding, and at least [`LANES`] floats beyond.
    fn padded<'a>(&'a self, isa: Isa, geometry: &ConvGeometry, index: usize, buffer: &'a mut Aligned) -> &'a [f32] {
        match self {
            Self::Pictures(pictures) => {
                pad_pixels(isa, geometry, pictures.bytes(index), buffer);
                buffer
            }
            Self::Values(values) if geometry.pad_total == 0 => &values[index * geometry.in_len()..],
            Self::Values(values) => {
                pad_values(geometry, &values[index * geometry.in_len()..][..geometry.in_len()], buffer);
                buffer
            }
        }
    }
}

/// Writes RGB bytes as floats from 0 to 1 into the middle of `padded`.
pub(super) fn pad_pixels(isa: Isa, geometry: &ConvGeometry, pixels: &[u8], padded: &mut [f32]) {
    let row_len = geometry.in_size * geometry.in_channels;
    for (pixels, row) in pixels.chunks_exact(row_len).zip(inner_rows(geometry, padded)) {
        kernels::scale_pixels(isa, pixels, row);
    }
}

/// Writes values into the middle of `padded`.
pub(super) fn pad_values(geometry: &ConvGeometry, values: &[f32], padded: &mut [f32]) {
    let row_len = geometry.in_size * geometry.in_channels;
    for (values, row) in values.chunks_exact(row_len).zip(inner_rows(geometry, padded)) {
        row.copy_from_slice(values);
    }
}

/// The rows of a padded picture without their padding.
fn inner_rows<'a>(geometry: &ConvGeometry, padded: &'a mut [f32]) -> impl Iterator<Item = &'a mut [f32]> {
    let (row_len, row_stride) =
        (geometry.in_size * geometry.in_channels, geometry.padded_size() * geometry.in_channels);
    let before = geometry.pad_before * geometry.in_channels;
    padded[geometry.pad_before * row_stride..]
        .chunks_exact_mut(row_stride)
        .take(geometry.in_size)
        .map(move |row| &mut row[before..][..row_len])
}

/// The way back through a layer, for all pictures of a batch.
struct Backward<'a> {
    op: &'a ConvOp,
    saved: &'a Saved,
    /// What the gradient of the input is computed with, where it is wanted.
    weights: Option<InputWeights>,
}

enum InputWeights {
    Transposed(Aligned),
    Flipped(ConvGeometry, Packed),
}

impl<'a> Backward<'a> {
    fn new(op: &'a ConvOp, saved: &'a Saved, wants_input: bool) -> Self {
        let geometry = &op.geometry;
        let weights = wants_input.then(|| {
            if is_sparse(geometry) {
                InputWeights::Transposed(transpose(geometry, &saved.weights))
            } else {
                InputWeights::Flipped(flipped(geometry), pack_flipped(op.isa, geometry, &saved.weights))
            }
        });
        Self { op, saved, weights }
    }

    /// Adds one picture's share to `sums`, and fills its gradient of the input.
    fn picture(&self, index: usize, out: &[f32], into: Option<&mut [f32]>, scratch: &mut Scratch, sums: &mut Sums) {
        let geometry = &self.op.geometry;
        let Scratch { input, gradient, rows, entries } = scratch;
        let input = self.saved.source.padded(self.op.isa, geometry, index, input);
        let arg_max = self.saved.arg_max.get(index * out.len()..).and_then(|rest| rest.get(..out.len()));
        if is_sparse(geometry) {
            let arg_max = arg_max.expect("a pooled layer keeps where its outputs came from");
            entries.collect(geometry, out, arg_max, &mut sums.bias, into.is_some());
            kernels::weight_gradient_sparse(self.op.isa, geometry, input, entries, &mut sums.weights);
        } else {
            self.dense_rows(input, out, arg_max, gradient, sums);
        }
        let Some(into) = into else { return };
        match &self.weights {
            Some(InputWeights::Transposed(weights)) => {
                gradient.fill(0.0);
                kernels::input_gradient_sparse(self.op.isa, geometry, weights, entries, gradient);
                let row_len = geometry.in_size * geometry.in_channels;
                for (into, row) in into.chunks_exact_mut(row_len).zip(inner_rows(geometry, gradient)) {
                    into.copy_from_slice(row);
                }
            }
            Some(InputWeights::Flipped(flipped, packed)) => {
                let call = Forward { geometry: flipped, input: gradient, packed, out: into, arg_max: None, rows };
                kernels::forward(self.op.isa, call);
            }
            None => {}
        }
    }

    /// Row by row: copies the output's gradient into the middle of `gradient`, without what relu cut off, and adds
    /// what it gives to the sums.
    fn dense_rows(&self, input: &[f32], out: &[f32], arg_max: Option<&[u8]>, gradient: &mut [f32], sums: &mut Sums) {
        let geometry = &self.op.geometry;
        let (filters, flipped) = (geometry.filters, flipped(geometry));
        let stride = flipped.in_channels;
        let row_len = geometry.out_size * filters;
        let input_stride = geometry.padded_size() * geometry.in_channels;
        for (y, (out, gradient)) in out.chunks_exact(row_len).zip(inner_rows(&flipped, gradient)).enumerate() {
            for (x, (out, gradient)) in out.chunks_exact(filters).zip(gradient.chunks_exact_mut(stride)).enumerate() {
                let places = arg_max.map(|all| &all[y * row_len + x * filters..][..filters]);
                copy_alive(out, places, &mut gradient[..filters]);
                sums.bias.iter_mut().zip(&*gradient).for_each(|(sum, value)| *sum += value);
            }
            let input = &input[y * input_stride..];
            let call = DenseRow { geometry, input, gradient, sums: &mut sums.weights };
            kernels::weight_gradient_dense(self.op.isa, call);
        }
    }
}

/// Copies the gradient of a place, 0 where relu cut the output off.
fn copy_alive(out: &[f32], places: Option<&[u8]>, gradient: &mut [f32]) {
    match places {
        None => gradient.copy_from_slice(out),
        Some(places) => {
            for ((gradient, &value), &place) in gradient.iter_mut().zip(out).zip(places) {
                *gradient = if place == DEAD { 0.0 } else { value };
            }
        }
    }
}

/// A tensor's numbers.
pub(super) fn floats<S: Shape>(tensor: &Tensor<S, f32, Cpu>) -> Vec<f32> {
    let mut floats = vec![0.0; tensor.shape().num_elements()];
    tensor.copy_into(&mut floats);
    floats
}

/// Zeros out of the device's cache of buffers, to which they return when the tensor made of them is dropped. (A
/// buffer allocated here would only be added to the cache, step after step.)
pub(super) fn take_zeros(dev: &Cpu, len: usize) -> Result<Vec<f32>, CpuError> {
    Ok(std::mem::take(&mut *dev.try_alloc_len(len)?))
}

/// Takes a gradient out, to hold several at a time; [`put`] brings it back.
fn take(gradients: &mut Gradients<f32, Cpu>, tensor: &Values) -> Result<Vec<f32>, CpuError> {
    Ok(std::mem::take(&mut **gradients.get_or_alloc_mut(tensor)?))
}

fn put(gradients: &mut Gradients<f32, Cpu>, tensor: &Values, gradient: Vec<f32>) -> Result<(), CpuError> {
    **gradients.get_or_alloc_mut(tensor)? = gradient;
    Ok(())
}
