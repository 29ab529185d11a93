//! A trained network: weights only, for prediction.

use std::collections::HashMap;

use rayon::prelude::*;

use super::aligned::Aligned;
use super::checkpoint::{self, WeightsError};
use super::conv_op::{pad_pixels, pad_values, padded_len};
use super::hyper::CheckedHyperparameters;
use super::kernels::{self, ConvGeometry, Forward, Isa, Kernels, Packed, pack_filters};
use super::linear_head::{Folded, HeadWeights};
use super::shape::NetworkShape;

/// A network's weights. Any number of threads may predict with it at once.
#[derive(Clone, Debug)]
pub struct Network {
    shape: NetworkShape,
    /// In the order of [`checkpoint::tensor_names`].
    arrays: Vec<Vec<f32>>,
}

impl Network {
    /// Reads the weights of a [`super::Checkpoint`].
    ///
    /// # Errors
    /// Damaged bytes, or those of a network with other layers.
    pub fn from_safetensors(hyper: &CheckedHyperparameters, bytes: &[u8]) -> Result<Self, WeightsError> {
        let arrays = checkpoint::read_weights(hyper.shape(), bytes)?;
        Ok(Self { shape: hyper.shape().clone(), arrays })
    }

    /// `arrays` in the order of [`checkpoint::tensor_names`].
    pub(super) fn new(shape: NetworkShape, arrays: Vec<Vec<f32>>) -> Self {
        Self { shape, arrays }
    }

    /// The weights in the order of [`checkpoint::tensor_names`].
    pub(super) fn arrays(&self) -> &[Vec<f32>] {
        &self.arrays
    }

    pub(super) fn shape(&self) -> &NetworkShape {
        &self.shape
    }

    /// The weights as a safetensors file's bytes, with `metadata` in its header: `conv1.weight` (height, width,
    /// channels, filters), `conv1.bias`, …, `dense.weight` (rows, columns, channels; 1), `dense.bias`.
    ///
    /// # Errors
    /// Not with the weights of a network that was built.
    pub fn to_safetensors(&self, metadata: HashMap<String, String>) -> Result<Vec<u8>, WeightsError> {
        checkpoint::write_weights(&self.shape, &self.arrays, Some(metadata))
    }

    /// Predicts for pictures of RGB bytes, one after the other, each of the network's image size; an incomplete one
    /// at the end is left out. Works on the rayon pool that it is called in; kernels that this processor cannot run
    /// are replaced by the portable ones. The result for a picture does not depend on the others or on the threads.
    pub fn predict(&self, pixels: &[u8], kernels: Kernels) -> Vec<f32> {
        let isa = kernels.resolve().unwrap_or_else(|_| Isa::portable());
        self.prepare(isa).predict(&pixels.chunks_exact(self.shape.picture_len()).collect::<Vec<_>>())
    }

    /// Makes the weights ready for the kernels of `isa`.
    pub(super) fn prepare(&self, isa: Isa) -> Prepared<'_> {
        let (pairs, _) = self.arrays.as_chunks::<2>();
        let linear_end = self.shape.linear_end();
        let conv_count = self.shape.convs.len() - usize::from(linear_end.is_some());
        let convs = self.shape.convs[..conv_count]
            .iter()
            .zip(pairs)
            .map(|(geometry, [kernel, biases])| (geometry, pack_filters(isa, geometry, kernel, biases)))
            .collect();
        let head = match (linear_end, pairs) {
            (Some(geometry), [.., [kernel, biases], [dense, bias]]) => {
                let dense_bias = bias.iter().sum();
                Head::Folded(Folded::new(isa, geometry, HeadWeights { kernel, biases, dense, dense_bias }))
            }
            (_, [.., [dense, bias]]) => Head::Dense(dense, bias.iter().sum()),
            _ => Head::Dense(&[], f32::NAN),
        };
        Prepared { isa, convs, head }
    }
}

/// A network ready to predict.
pub(super) struct Prepared<'a> {
    isa: Isa,
    convs: Vec<(&'a ConvGeometry, Packed)>,
    head: Head<'a>,
}

/// What turns the last convolution's output into an answer.
enum Head<'a> {
    /// The dense layer's weights and bias.
    Dense(&'a [f32], f32),
    /// A linear convolution with the dense layer.
    Folded(Folded),
}

impl Prepared<'_> {
    /// Predicts for each picture's RGB bytes.
    pub(super) fn predict(&self, pictures: &[&[u8]]) -> Vec<f32> {
        let predict = |buffers: &mut Buffers, bytes: &&[u8]| self.predict_picture(bytes, buffers);
        pictures.par_iter().map_init(|| Buffers::new(&self.convs), predict).collect()
    }

    fn predict_picture(&self, bytes: &[u8], buffers: &mut Buffers) -> f32 {
        let (isa, Buffers { padded, values, rows }) = (self.isa, buffers);
        for (index, ((geometry, packed), input)) in self.convs.iter().zip(padded).enumerate() {
            match index {
                0 => pad_pixels(isa, geometry, bytes, input),
                _ => pad_values(geometry, values, input),
            }
            values.resize(geometry.out_len(), 0.0);
            kernels::forward(isa, Forward { geometry, input, packed, out: values, arg_max: None, rows });
        }
        match &self.head {
            Head::Folded(folded) if self.convs.is_empty() => folded.answer_pixels(isa, bytes),
            Head::Folded(folded) => folded.answer(isa, values),
            Head::Dense(weights, bias) if self.convs.is_empty() => {
                kernels::dot_pixels(isa, bytes, weights) / 255.0 + bias
            }
            Head::Dense(weights, bias) => kernels::dot(isa, values, weights) + bias,
        }
    }
}

/// What one thread predicts in.
struct Buffers {
    /// Of each layer, its input with padding.
    padded: Vec<Aligned>,
    values: Vec<f32>,
    rows: Vec<f32>,
}

impl Buffers {
    fn new(convs: &[(&ConvGeometry, Packed)]) -> Self {
        let padded = convs.iter().map(|(geometry, _)| Aligned::zeros(padded_len(geometry))).collect();
        Self { padded, values: Vec::new(), rows: Vec::new() }
    }
}
