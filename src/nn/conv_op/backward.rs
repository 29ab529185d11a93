//! The way back through a layer.

use rayon::prelude::*;

use super::source::inner_rows;
use super::workspace::{Scratch, Sums};
use super::{ConvOp, Saved};
use crate::nn::aligned::Aligned;
use crate::nn::kernels::{self, ConvGeometry, DEAD, DenseRow, Forward, LANES, Packed, pack_flipped, transpose};

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
pub(in crate::nn) fn add_weight_sums(geometry: &ConvGeometry, sums: &[Sums], gradient: &mut [f32]) {
    let Some(first) = sums.first() else { return };
    let mut total = vec![0.0; first.weights.len()];
    total.par_chunks_mut(REDUCED_TOGETHER).enumerate().for_each(|(chunk, total)| {
        for shard in sums {
            let shard = &shard.weights[chunk * REDUCED_TOGETHER..];
            total.iter_mut().zip(shard).for_each(|(total, value)| *total += value);
        }
    });
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

/// Adds the shards' sums, in order, to the gradient of the biases.
pub(in crate::nn) fn add_bias_sums(sums: &[Sums], gradient: &mut [f32]) {
    for shard in sums {
        gradient.iter_mut().zip(&shard.bias).for_each(|(total, value)| *total += value);
    }
}

/// The way back through a layer, for all pictures of a batch.
pub(super) struct Backward<'a> {
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
    pub(super) fn new(op: &'a ConvOp, saved: &'a Saved, wants_input: bool) -> Self {
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
    pub(super) fn picture(
        &self,
        index: usize,
        out: &[f32],
        into: Option<&mut [f32]>,
        scratch: &mut Scratch,
        sums: &mut Sums,
    ) {
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
