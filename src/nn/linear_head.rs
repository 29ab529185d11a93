//! A linear convolution without pooling and the dense layer behind it, as one operation on dfdx's tape.
//!
//! Both are linear in what comes in, so that together they answer `ŷ = ⟨v, x⟩ + c`: `v` is the dense layer's weights
//! `w` sent back through the convolution, which is the gradient of `ŷ` with respect to `x`. With `g_p` the gradient of
//! the loss with respect to picture p's answer, sums over the batch move inside the same way. With `s = Σ g_p x_p`:
//!
//! - the gradient of `w` is the convolution of `s`, its biases times `Σ g_p`;
//! - the gradient of the kernel is what one picture `s` gives where `w` is the gradient of the output;
//! - the gradient of `x_p` is `g_p v`.
//!
//! A step takes three convolutions of one picture instead of three of each, and no activation is kept: this is what
//! makes 640x640 pictures with 64 filters feasible. The results differ from the long way's by rounding alone.

use std::sync::Arc;

use dfdx::tensor::{Cpu, CpuError, Gradients, Tape as _, TensorFromVec as _};
use rayon::prelude::*;

use super::aligned::Aligned;
use super::conv_op::{
    Biases, Recorded, Sums, Values, Weights, add_weight_sums, flipped, floats, pad_values, padded_len, put,
    shard_count, take,
};
use super::feed::Pictures;
use super::kernels::{self, ConvGeometry, DenseRow, Forward, Isa, LANES, Packed, pack_filters, pack_flipped};

/// Floats of the sum over pictures that are added up together.
const SUMMED_TOGETHER: usize = 4096;

/// The weights of both layers.
#[derive(Clone, Copy)]
pub(super) struct HeadWeights<'a> {
    /// HWIO.
    pub(super) kernel: &'a [f32],
    pub(super) biases: &'a [f32],
    pub(super) dense: &'a [f32],
    pub(super) dense_bias: f32,
}

/// Both layers as one linear map.
#[derive(Debug)]
pub(super) struct Folded {
    weights: Vec<f32>,
    constant: f32,
    /// For each filter, the sum of the dense layer's weights.
    filter_sums: Vec<f32>,
}

impl Folded {
    pub(super) fn new(isa: Isa, geometry: &ConvGeometry, weights: HeadWeights<'_>) -> Self {
        let filter_sums = filter_sums(weights.dense, geometry.filters);
        let products = filter_sums.iter().zip(weights.biases).map(|(sum, bias)| f64::from(*sum) * f64::from(*bias));
        let constant = (products.sum::<f64>() + f64::from(weights.dense_bias)) as f32;
        Self { weights: input_weights(isa, geometry, weights), constant, filter_sums }
    }

    /// The answer for what the convolution gets.
    pub(super) fn answer(&self, isa: Isa, values: &[f32]) -> f32 {
        kernels::dot(isa, values, &self.weights) + self.constant
    }

    /// The answer for a picture's RGB bytes.
    pub(super) fn answer_pixels(&self, isa: Isa, pixels: &[u8]) -> f32 {
        kernels::dot_pixels(isa, pixels, &self.weights) / 255.0 + self.constant
    }
}

/// In doubles, since a large picture has hundreds of thousands of places.
fn filter_sums(dense: &[f32], filters: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; filters];
    for place in dense.chunks_exact(filters) {
        sums.iter_mut().zip(place).for_each(|(sum, weight)| *sum += f64::from(*weight));
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// The dense layer's weights sent back through the convolution, a band of rows a shard.
fn input_weights(isa: Isa, geometry: &ConvGeometry, weights: HeadWeights<'_>) -> Vec<f32> {
    let (back, packed) = (flipped(geometry), pack_flipped(isa, geometry, weights.kernel));
    let row_len = geometry.in_size * geometry.in_channels;
    let band = geometry.in_size.div_ceil(shard_count(&[*geometry]));
    let mut out = vec![0.0; geometry.in_len()];
    out.par_chunks_mut(band * row_len).enumerate().for_each(|(shard, out)| {
        let input = padded_band(geometry, &back, weights.dense, shard * band, out.len() / row_len);
        let (packed, rows) = (&packed, &mut Vec::new());
        kernels::forward(isa, Forward { geometry: &back, input: &input, packed, out, arg_max: None, rows });
    });
    out
}

/// Of `dense`, as the convolution `back` sees it with its padding, the rows that give `count` rows from `first` on.
fn padded_band(geometry: &ConvGeometry, back: &ConvGeometry, dense: &[f32], first: usize, count: usize) -> Aligned {
    let (row_len, stride) = (geometry.out_size * geometry.filters, back.padded_size() * back.in_channels);
    let rows = first..first + count + back.kernel - 1;
    let mut band = Aligned::zeros(rows.len() * stride + LANES);
    for (row, band) in rows.zip(band.chunks_exact_mut(stride)) {
        let Some(y) = row.checked_sub(back.pad_before).filter(|&y| y < geometry.out_size) else { continue };
        let places = band[back.pad_before * back.in_channels..].chunks_exact_mut(back.in_channels);
        for (place, weights) in places.zip(dense[y * row_len..][..row_len].chunks_exact(geometry.filters)) {
            place[..geometry.filters].copy_from_slice(weights);
        }
    }
    band
}

/// What comes in.
pub(super) enum Input {
    /// Pictures, which need no gradient.
    Pictures(Pictures),
    /// What the convolution before put out.
    Values(Values),
}

/// The operation.
#[derive(Debug)]
pub(super) struct LinearHead {
    geometry: ConvGeometry,
    isa: Isa,
}

/// What the operation keeps for the way back.
struct Saved {
    input: Batch,
    kernel: Vec<f32>,
    biases: Vec<f32>,
    dense: Vec<f32>,
    folded: Folded,
}

/// What comes in, picture after picture.
enum Batch {
    Pictures(Pictures),
    Values(Vec<f32>),
}

impl LinearHead {
    pub(super) fn new(geometry: ConvGeometry, isa: Isa) -> Self {
        Self { geometry, isa }
    }

    /// The answers for a batch, one a picture, and the way back on the tape. No other operation may use the weights.
    pub(super) fn forward(
        self: &Arc<Self>,
        dev: &Cpu,
        input: Input,
        conv: (Weights, Biases),
        dense: (Weights, Biases),
        tape: &mut Recorded,
    ) -> Result<Values, CpuError> {
        let (values, input) = match input {
            Input::Pictures(pictures) => (None, Batch::Pictures(pictures)),
            Input::Values(values) => {
                let copy = floats(&values);
                (Some(values), Batch::Values(copy))
            }
        };
        let (kernel, biases, dense_weights) = (floats(&conv.0), floats(&conv.1), floats(&dense.0));
        let dense_bias = floats(&dense.1).iter().sum();
        let weights = HeadWeights { kernel: &kernel, biases: &biases, dense: &dense_weights, dense_bias };
        let folded = Folded::new(self.isa, &self.geometry, weights);
        let answers = self.answers(&input, &folded);
        let batch = answers.len();
        let output: Values = dev.try_tensor_from_vec(answers, (batch, 1))?;
        let saved = Saved { input, kernel, biases, dense: dense_weights, folded };
        let (op, result) = (Arc::clone(self), output.clone());
        let parameters = [conv, dense];
        tape.add_backward_op(move |gradients| {
            let answers = take(gradients, &output)?;
            op.backward(&saved, &answers, &parameters, gradients)?;
            if let Some(values) = &values {
                let mut into = take(gradients, values)?;
                for (into, &factor) in into.chunks_exact_mut(op.geometry.in_len()).zip(&answers) {
                    kernels::add_scaled(op.isa, &saved.folded.weights, factor, into);
                }
                put(gradients, values, into)?;
            }
            put(gradients, &output, answers)
        });
        Ok(result)
    }

    fn answers(&self, input: &Batch, folded: &Folded) -> Vec<f32> {
        match input {
            Batch::Pictures(pictures) => (0..pictures.count())
                .into_par_iter()
                .map(|index| folded.answer_pixels(self.isa, pictures.bytes(index)))
                .collect(),
            Batch::Values(values) => {
                values.par_chunks_exact(self.geometry.in_len()).map(|values| folded.answer(self.isa, values)).collect()
            }
        }
    }

    /// Fills the gradients of all weights; `answers` are the gradients of the answers.
    fn backward(
        &self,
        saved: &Saved,
        answers: &[f32],
        [conv, dense]: &[(Weights, Biases); 2],
        gradients: &mut Gradients<f32, Cpu>,
    ) -> Result<(), CpuError> {
        let total: f32 = answers.iter().sum();
        let sum = self.padded_sum(&saved.input, answers);
        let biases: Vec<f32> = saved.biases.iter().map(|bias| bias * total).collect();
        let packed = pack_filters(self.isa, &self.geometry, &saved.kernel, &biases);
        self.dense_gradient(&sum, &packed, gradients.get_or_alloc_mut(&dense.0)?);
        gradients.get_or_alloc_mut(&dense.1)?.fill(total);
        let sums = self.conv_sums(&sum, &saved.dense);
        add_weight_sums(&self.geometry, &sums.iter().collect::<Vec<_>>(), gradients.get_or_alloc_mut(&conv.0)?);
        let of_biases = gradients.get_or_alloc_mut(&conv.1)?;
        of_biases.iter_mut().zip(&saved.folded.filter_sums).for_each(|(value, sum)| *value += sum * total);
        Ok(())
    }

    /// What comes in, times the gradients of the answers, summed over the pictures; with its padding.
    fn padded_sum(&self, input: &Batch, answers: &[f32]) -> Aligned {
        let mut sum = vec![0.0; self.geometry.in_len()];
        let in_len = sum.len();
        sum.par_chunks_mut(SUMMED_TOGETHER).enumerate().for_each(|(chunk, sum)| {
            let first = chunk * SUMMED_TOGETHER;
            for (index, &factor) in answers.iter().enumerate() {
                match input {
                    Batch::Pictures(pictures) => {
                        let pixels = &pictures.bytes(index)[first..][..sum.len()];
                        kernels::add_scaled_pixels(self.isa, pixels, factor / 255.0, sum);
                    }
                    Batch::Values(values) => {
                        let values = &values[index * in_len + first..][..sum.len()];
                        kernels::add_scaled(self.isa, values, factor, sum);
                    }
                }
            }
        });
        let mut padded = Aligned::zeros(padded_len(&self.geometry));
        pad_values(&self.geometry, &sum, &mut padded);
        padded
    }

    /// Fills the gradient of the dense layer's weights: the convolution of `sum`.
    fn dense_gradient(&self, sum: &[f32], packed: &Packed, out: &mut [f32]) {
        let geometry = &self.geometry;
        let (band, row_len) = (self.band(), geometry.out_size * geometry.filters);
        out.par_chunks_mut(band * row_len).enumerate().for_each(|(shard, out)| {
            let (input, rows) = (&sum[shard * band * self.row_stride()..], &mut Vec::new());
            kernels::forward(self.isa, Forward { geometry, input, packed, out, arg_max: None, rows });
        });
    }

    /// Each shard's share of the gradient of the kernel.
    fn conv_sums(&self, sum: &[f32], dense: &[f32]) -> Vec<Sums> {
        let geometry = &self.geometry;
        let (band, row_len) = (self.band(), geometry.out_size * geometry.filters);
        let padded_filters = geometry.filters.next_multiple_of(LANES);
        let shards = dense.par_chunks(band * row_len).enumerate();
        shards
            .map(|(shard, dense)| {
                let mut sums = Sums::new(geometry);
                let mut gradient = Aligned::zeros(geometry.out_size * padded_filters);
                for (y, row) in dense.chunks_exact(row_len).enumerate() {
                    let places = gradient.chunks_exact_mut(padded_filters).zip(row.chunks_exact(geometry.filters));
                    places.for_each(|(place, weights)| place[..geometry.filters].copy_from_slice(weights));
                    let input = &sum[(shard * band + y) * self.row_stride()..];
                    let call = DenseRow { geometry, input, gradient: &gradient, sums: &mut sums.weights };
                    kernels::weight_gradient_dense(self.isa, call);
                }
                sums
            })
            .collect()
    }

    /// Rows of the output that are worked on together; their number does not depend on the threads.
    fn band(&self) -> usize {
        self.geometry.out_size.div_ceil(shard_count(&[self.geometry]))
    }

    /// Floats of a padded row that comes in.
    fn row_stride(&self) -> usize {
        self.geometry.padded_size() * self.geometry.in_channels
    }
}
