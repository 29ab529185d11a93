//! Convolution, bias, activation and max-pooling as one operation on dfdx's tape.
//!
//! A batch is worked on in a fixed number of shards, whose sums are added in order, so that results do not depend on
//! the number of threads. The operation runs on the rayon pool that it is called in.

use std::sync::Arc;

use dfdx::shapes::{HasShape as _, Shape};
use dfdx::tensor::{Cpu, CpuError, Gradients, OwnedTape, Storage as _, Tape as _, Tensor, TensorFromVec as _};
use rayon::prelude::*;

use super::feed::Pictures;
use super::kernels::{self, ConvGeometry, Forward, Isa, LANES, Packed, pack_filters};
use backward::Backward;
use source::Source;
use workspace::Workspace;

pub(super) use backward::{add_bias_sums, add_weight_sums, flipped};
pub(super) use source::{pad_pixels, pad_values};
pub(super) use workspace::{Sums, padded_len, shard_count, workspace_bytes};

mod backward;
mod source;
mod workspace;

/// A batch of activations: pictures, and the numbers of each (NHWC).
pub(super) type Values = Tensor<(usize, usize), f32, Cpu>;
/// Weights: elements of a patch (HWI), filters; or features, outputs.
pub(super) type Weights = Tensor<(usize, usize), f32, Cpu>;
/// A bias for each filter.
pub(super) type Biases = Tensor<(usize,), f32, Cpu>;
/// A tape that records.
pub(super) type Recorded = OwnedTape<f32, Cpu>;

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
    workspace: Workspace,
}

/// What the backward pass needs of the forward pass.
struct Saved {
    source: Source,
    weights: Vec<f32>,
    arg_max: Vec<u8>,
}

impl ConvOp {
    pub(super) fn new(geometry: ConvGeometry, isa: Isa) -> Self {
        Self { geometry, isa, workspace: Workspace::default() }
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
                let len = values.shape().num_elements();
                let mut copy = self.workspace.input(len + LANES);
                values.copy_into(&mut copy[..len]);
                (Some(values), Source::Values(copy))
            }
        };
        let batch = source.pictures(geometry);
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
            add_weight_sums(&op.geometry, &sums, gradients.get_or_alloc_mut(&weights)?);
            add_bias_sums(&sums, gradients.get_or_alloc_mut(&biases)?);
            put(gradients, &output, out)?;
            if let (Some(input), Some(into)) = (&input, into) {
                put(gradients, input, into)?;
            }
            op.workspace.keep(saved.source.into_values(), sums);
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
            let mut scratch = self.workspace.scratch(geometry);
            for (index, out) in out.chunks_exact_mut(out_len).enumerate() {
                let input = source.padded(self.isa, geometry, shard * shard_len + index, &mut scratch.input);
                let arg_max = arg_max.as_deref_mut().map(|all| &mut all[index * out_len..][..out_len]);
                let rows = &mut scratch.rows;
                kernels::forward(self.isa, Forward { geometry, input, packed, out, arg_max, rows });
            }
            self.workspace.give_back(scratch);
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
                let (mut scratch, mut sums) = (self.workspace.scratch(geometry), self.workspace.sums(geometry));
                let first = shard * shard_len;
                for (index, out) in out[first * out_len..].chunks_exact(out_len).take(shard_len).enumerate() {
                    let into = into.as_deref_mut().map(|all| &mut all[index * in_len..][..in_len]);
                    layer.picture(first + index, out, into, &mut scratch, &mut sums);
                }
                self.workspace.give_back(scratch);
                sums
            })
            .collect()
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
