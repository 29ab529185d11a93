//! All convolution layers - convolution, bias, activation, max-pooling - as one operation on dfdx's tape.
//!
//! A batch is worked on in a fixed number of shards, whose sums are added in order, so that results do not depend on
//! the number of threads. Each picture goes through all layers before the next one, so that what is between them stays
//! in cache; so it does on the way back. The operation runs on the rayon pool that it is called in.

use std::sync::Arc;

use dfdx::shapes::{HasShape as _, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, OwnedTape, Storage as _, Tape as _, Tensor, TensorFromVec as _};
use rayon::prelude::*;

use super::feed::Pictures;
use super::kernels::{self, ConvGeometry, Forward, Isa, Packed, pack_filters};
use backward::Backward;
use workspace::{Shard, Workspace};

pub(super) use backward::{add_bias_sums, add_weight_sums, flipped};
pub(super) use padding::{pad_pixels, pad_values};
pub(super) use workspace::{Sums, padded_len, shard_count, workspace_bytes};

mod backward;
mod padding;
mod workspace;

/// A batch of activations: pictures, and the numbers of each (NHWC).
pub(super) type Values = Tensor<(usize, usize), f32, Cpu>;
/// Weights: elements of a patch (HWI), filters; or features, outputs.
pub(super) type Weights = Tensor<(usize, usize), f32, Cpu>;
/// A bias for each filter.
pub(super) type Biases = Tensor<(usize,), f32, Cpu>;
/// A tape that records.
pub(super) type Recorded = OwnedTape<f32, Cpu>;

/// The operation, with the space it works in from step to step. There is at least one layer.
#[derive(Debug)]
pub(super) struct ConvStack {
    layers: Vec<ConvGeometry>,
    isa: Isa,
    workspace: Workspace,
}

/// What the backward pass needs of the forward pass.
struct Saved {
    pictures: Pictures,
    /// Of each layer.
    kernels: Vec<Vec<f32>>,
    shards: Vec<Shard>,
}

impl ConvStack {
    pub(super) fn new(layers: &[ConvGeometry], isa: Isa) -> Self {
        Self { layers: layers.to_vec(), isa, workspace: Workspace::default() }
    }

    /// Puts a batch through the layers, and the way back on the tape. `parameters` are those of each layer.
    pub(super) fn forward(
        self: &Arc<Self>,
        dev: &Cpu,
        pictures: Pictures,
        parameters: Vec<(Weights, Biases)>,
        tape: &mut Recorded,
    ) -> Result<Values, CpuError> {
        let (batch, out_len) = (pictures.count(), self.out_len());
        let kernels: Vec<Vec<f32>> = parameters.iter().map(|(weights, _)| floats(weights)).collect();
        let biases = parameters.iter().map(|(_, biases)| floats(biases));
        let packed: Vec<Packed> = (self.layers.iter().zip(&kernels).zip(biases))
            .map(|((geometry, kernel), biases)| pack_filters(self.isa, geometry, kernel, &biases))
            .collect();
        let mut out = take_zeros(dev, batch * out_len)?;
        let mut shards = self.workspace.shards(&self.layers, batch);
        self.forward_batch(&pictures, &packed, &mut shards, &mut out);
        let output = dev.try_tensor_from_vec(out, (batch, out_len))?;
        let (op, result) = (Arc::clone(self), output.clone());
        let mut saved = Saved { pictures, kernels, shards };
        tape.add_backward_op(move |gradients| {
            let out = take(gradients, &output)?;
            op.backward_batch(&mut saved, &out);
            put(gradients, &output, out)?;
            for (layer, (weights, biases)) in parameters.iter().enumerate() {
                let sums: Vec<&Sums> = saved.shards.iter().map(|shard| &shard.sums[layer]).collect();
                add_weight_sums(&op.layers[layer], &sums, gradients.get_or_alloc_mut(weights)?);
                add_bias_sums(&sums, gradients.get_or_alloc_mut(biases)?);
            }
            op.workspace.keep(saved.shards);
            Ok(())
        });
        Ok(result)
    }

    /// Numbers that come out of the last layer for one picture.
    fn out_len(&self) -> usize {
        self.layers.last().map_or(0, ConvGeometry::out_len)
    }

    /// Fills `out`, and what the shards keep for the way back.
    fn forward_batch(&self, pictures: &Pictures, packed: &[Packed], shards: &mut [Shard], out: &mut [f32]) {
        let out_len = self.out_len();
        let shard_len = workspace::shard_len(&self.layers, pictures.count());
        let outs = out.par_chunks_mut(shard_len * out_len);
        shards.par_iter_mut().zip(outs).enumerate().for_each(|(number, (shard, out))| {
            let mut scratch = self.workspace.scratch(&self.layers);
            for (index, out) in out.chunks_exact_mut(out_len).enumerate() {
                let bytes = pictures.bytes(number * shard_len + index);
                self.forward_picture(packed, (index, bytes), shard, out, &mut scratch);
            }
            self.workspace.give_back(scratch);
        });
    }

    /// Puts the picture `index` of a shard through all layers.
    fn forward_picture(
        &self,
        packed: &[Packed],
        (index, bytes): (usize, &[u8]),
        shard: &mut Shard,
        out: &mut [f32],
        scratch: &mut [workspace::Scratch],
    ) {
        let last = self.layers.len() - 1;
        for (layer, (geometry, packed)) in self.layers.iter().zip(packed).enumerate() {
            let (before, traces) = shard.traces.split_at_mut(layer);
            let workspace::Scratch { input, rows, .. } = &mut scratch[layer];
            let input = padding::input(self.isa, geometry, (index, bytes), before.last(), input);
            let (values, arg_max) = traces[0].picture_mut(geometry, index);
            let out = if layer == last { &mut *out } else { values };
            kernels::forward(self.isa, Forward { geometry, input, packed, out, arg_max, rows });
        }
    }

    /// Fills the shards' sums; `out` is the gradient of what came out.
    fn backward_batch(&self, saved: &mut Saved, out: &[f32]) {
        let Saved { pictures, kernels, shards } = saved;
        let out_len = self.out_len();
        let shard_len = workspace::shard_len(&self.layers, pictures.count());
        let way_back = Backward::new(self, kernels);
        shards.par_iter_mut().zip(out.par_chunks(shard_len * out_len)).enumerate().for_each(
            |(number, (shard, out))| {
                let mut scratch = self.workspace.scratch(&self.layers);
                shard.sums.iter_mut().for_each(Sums::clear);
                for (index, out) in out.chunks_exact(out_len).enumerate() {
                    let bytes = pictures.bytes(number * shard_len + index);
                    way_back.picture((index, bytes), out, shard, &mut scratch);
                }
                self.workspace.give_back(scratch);
            },
        );
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
pub(super) fn take(gradients: &mut Gradients<f32, Cpu>, tensor: &Values) -> Result<Vec<f32>, CpuError> {
    Ok(std::mem::take(&mut **gradients.get_or_alloc_mut(tensor)?))
}

pub(super) fn put(gradients: &mut Gradients<f32, Cpu>, tensor: &Values, gradient: Vec<f32>) -> Result<(), CpuError> {
    **gradients.get_or_alloc_mut(tensor)? = gradient;
    Ok(())
}
