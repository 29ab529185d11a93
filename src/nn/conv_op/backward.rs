//! The way back through the layers.

use rayon::prelude::*;

use super::ConvStack;
use super::padding::{inner_rows, input};
use super::workspace::{Scratch, Shard, Sums};
use crate::nn::aligned::Aligned;
use crate::nn::kernels::{
    self, ConvGeometry, DEAD, DenseRow, Entries, Forward, Isa, LANES, Packed, Pooled, pack_flipped, transpose,
};

/// Floats of the sums that are added up together.
const REDUCED_TOGETHER: usize = 4096;

/// Whether the gradient is gathered from the places that pooling chose: most are zero then.
pub(super) fn is_sparse(geometry: &ConvGeometry) -> bool {
    geometry.pool > 1
}

/// The convolution that gives the gradient of an unpooled layer's input: of the output's gradient, filters padded to
/// a multiple of [`LANES`], with the kernel flipped.
pub(in crate::nn) fn flipped(geometry: &ConvGeometry) -> ConvGeometry {
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

/// Adds the shards' sums, in order, to the gradient of the weights.
pub(in crate::nn) fn add_weight_sums(geometry: &ConvGeometry, sums: &[&Sums], gradient: &mut [f32]) {
    let Some(first) = sums.first() else { return };
    let mut total = vec![0.0; first.weights.len()];
    total.par_chunks_mut(REDUCED_TOGETHER).enumerate().for_each(|(chunk, total)| {
        for shard in sums {
            let shard = &shard.weights[chunk * REDUCED_TOGETHER..];
            total.iter_mut().zip(shard).for_each(|(total, value)| *total += value);
        }
    });
    let (filters, kernel_row) = (geometry.filters, geometry.kernel_row());
    // Where an element's sum is, and how far it is from one filter's to the next.
    let (row_len, stride) = (geometry.padded_kernel_row(), geometry.filters.next_multiple_of(LANES));
    for (element, row) in gradient.chunks_exact_mut(filters).enumerate() {
        if is_sparse(geometry) {
            let first = element / kernel_row * row_len + element % kernel_row;
            let of_filters = total[first..].iter().step_by(geometry.kernel * row_len);
            row.iter_mut().zip(of_filters).for_each(|(value, sum)| *value += sum);
        } else {
            row.iter_mut().zip(&total[element * stride..]).for_each(|(value, sum)| *value += sum);
        }
    }
}

/// Adds the shards' sums, in order, to the gradient of the biases.
pub(in crate::nn) fn add_bias_sums(sums: &[&Sums], gradient: &mut [f32]) {
    for shard in sums {
        gradient.iter_mut().zip(&shard.bias).for_each(|(total, value)| *total += value);
    }
}

/// The way back, for all pictures of a batch.
pub(super) struct Backward<'a> {
    op: &'a ConvStack,
    /// Of each layer but the first, what the gradient of its input is computed with; a picture needs none.
    weights: Vec<Option<InputWeights>>,
}

enum InputWeights {
    Transposed(Aligned),
    Flipped(ConvGeometry, Packed),
}

impl<'a> Backward<'a> {
    pub(super) fn new(op: &'a ConvStack, kernels: &[Vec<f32>]) -> Self {
        let weights = |(layer, (geometry, kernel)): (usize, (&ConvGeometry, &Vec<f32>))| {
            (layer > 0).then(|| InputWeights::new(op.isa, geometry, kernel))
        };
        Self { op, weights: op.layers.iter().zip(kernels).enumerate().map(weights).collect() }
    }

    /// Adds the share of a shard's picture `index` to its sums; `out` is the gradient of what came out.
    pub(super) fn picture(
        &self,
        (index, bytes): (usize, &[u8]),
        out: &[f32],
        shard: &mut Shard,
        scratch: &mut [Scratch],
    ) {
        let last = self.op.layers.len() - 1;
        for (number, weights) in self.weights.iter().enumerate().rev() {
            let geometry = &self.op.layers[number];
            let layer = Layer { isa: self.op.isa, geometry, weights: weights.as_ref() };
            let (scratch_before, scratch) = scratch.split_at_mut(number);
            let (traces_before, traces) = shard.traces.split_at(number);
            let Scratch { input: buffer, padded_gradient, gradient, rows, entries } = &mut scratch[0];
            layer.picture(Picture {
                input: input(layer.isa, geometry, (index, bytes), traces_before.last(), buffer),
                out: if number == last { out } else { gradient },
                arg_max: traces[0].arg_max(geometry, index),
                sums: &mut shard.sums[number],
                into: scratch_before.last_mut().map(|before| before.gradient.as_mut_slice()),
                padded_gradient,
                rows,
                entries,
            });
        }
    }
}

impl InputWeights {
    fn new(isa: Isa, geometry: &ConvGeometry, kernel: &[f32]) -> Self {
        if is_sparse(geometry) {
            Self::Transposed(transpose(geometry, kernel))
        } else {
            Self::Flipped(flipped(geometry), pack_flipped(isa, geometry, kernel))
        }
    }
}

/// The way back through one layer.
struct Layer<'a> {
    isa: Isa,
    geometry: &'a ConvGeometry,
    weights: Option<&'a InputWeights>,
}

/// One picture on its way back through a layer.
struct Picture<'a> {
    /// With its padding.
    input: &'a [f32],
    /// The gradient of the output.
    out: &'a [f32],
    arg_max: Option<&'a [u8]>,
    /// To be added to.
    sums: &'a mut Sums,
    /// To be filled: the gradient of the input, where it is wanted.
    into: Option<&'a mut [f32]>,
    padded_gradient: &'a mut [f32],
    rows: &'a mut Vec<f32>,
    entries: &'a mut Entries,
}

impl Layer<'_> {
    fn picture(&self, picture: Picture<'_>) {
        if is_sparse(self.geometry) { self.pooled(picture) } else { self.dense(picture) }
    }

    fn pooled(&self, picture: Picture<'_>) {
        let (isa, geometry) = (self.isa, self.geometry);
        let Picture { input, out: gradient, arg_max, sums, into, padded_gradient, entries, .. } = picture;
        let arg_max = arg_max.expect("a pooled layer keeps where its outputs came from");
        let call = Pooled { geometry, gradient, arg_max, entries };
        kernels::weight_gradient_sparse(isa, call, input, &mut sums.weights, &mut sums.bias);
        let (Some(into), Some(InputWeights::Transposed(weights))) = (into, self.weights) else { return };
        padded_gradient.fill(0.0);
        let call = Pooled { geometry, gradient, arg_max, entries };
        kernels::input_gradient_sparse(isa, call, weights, padded_gradient);
        let row_len = geometry.in_size * geometry.in_channels;
        for (into, row) in into.chunks_exact_mut(row_len).zip(inner_rows(geometry, padded_gradient)) {
            into.copy_from_slice(row);
        }
    }

    fn dense(&self, picture: Picture<'_>) {
        let Picture { input, out, arg_max, sums, into, padded_gradient, rows, .. } = picture;
        self.dense_rows(input, out, arg_max, padded_gradient, sums);
        let (Some(out), Some(InputWeights::Flipped(geometry, packed))) = (into, self.weights) else { return };
        let call = Forward { geometry, input: padded_gradient, packed, out, arg_max: None, rows };
        kernels::forward(self.isa, call);
    }

    /// Row by row: copies the output's gradient into the middle of `gradient`, without what relu cut off, and adds
    /// what it gives to the sums.
    fn dense_rows(&self, input: &[f32], out: &[f32], arg_max: Option<&[u8]>, gradient: &mut [f32], sums: &mut Sums) {
        let geometry = self.geometry;
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
            kernels::weight_gradient_dense(self.isa, call);
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
