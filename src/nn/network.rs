//! A trained network: weights only, for prediction.

use rayon::prelude::*;

use super::aligned::Aligned;
use super::checkpoint::{self, WeightsError};
use super::conv_op::{pad_pixels, pad_values};
use super::hyper::CheckedHyperparameters;
use super::kernels::{self, Forward, Isa, Kernels, LANES, Packed, pack_filters};
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

    /// Predicts for pictures of RGB bytes, one after the other, each of the network's image size; an incomplete one
    /// at the end is left out. Works on the rayon pool that it is called in; kernels that this processor cannot run
    /// are replaced by the portable ones. The result for a picture does not depend on the others or on the threads.
    pub fn predict(&self, pixels: &[u8], kernels: Kernels) -> Vec<f32> {
        let isa = kernels.resolve().unwrap_or_else(|_| Isa::portable());
        self.predict_pictures(&pixels.chunks_exact(self.shape.picture_len()).collect::<Vec<_>>(), isa)
    }

    /// Predicts for each picture's RGB bytes.
    pub(super) fn predict_pictures(&self, pictures: &[&[u8]], isa: Isa) -> Vec<f32> {
        let layers: Vec<Packed> = self
            .shape
            .convs
            .iter()
            .zip(self.arrays.chunks_exact(2))
            .map(|(geometry, arrays)| pack_filters(isa, geometry, &arrays[0], &arrays[1]))
            .collect();
        pictures
            .par_iter()
            .map_init(|| Buffers::new(&self.shape), |buffers, bytes| self.predict_picture(bytes, &layers, isa, buffers))
            .collect()
    }

    fn predict_picture(&self, bytes: &[u8], layers: &[Packed], isa: Isa, buffers: &mut Buffers) -> f32 {
        let Buffers { padded, values, rows } = buffers;
        for (index, (geometry, packed)) in self.shape.convs.iter().zip(layers).enumerate() {
            let input = &mut padded[index];
            match index {
                0 => pad_pixels(isa, geometry, bytes, input),
                _ => pad_values(geometry, values, input),
            }
            values.resize(geometry.out_len(), 0.0);
            kernels::forward(isa, Forward { geometry, input, packed, out: values, arg_max: None, rows });
        }
        if layers.is_empty() {
            values.resize(bytes.len(), 0.0);
            kernels::scale_pixels(isa, bytes, values);
        }
        let [.., dense, bias] = self.arrays.as_slice() else { return f32::NAN };
        kernels::dot(isa, values, dense) + bias.iter().sum::<f32>()
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
    fn new(shape: &NetworkShape) -> Self {
        let padded =
            |conv: &kernels::ConvGeometry| Aligned::zeros(conv.padded_size().pow(2) * conv.in_channels + LANES);
        Self { padded: shape.convs.iter().map(padded).collect(), values: Vec::new(), rows: Vec::new() }
    }
}
