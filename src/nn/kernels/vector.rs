//! Operations on whole vectors. Values are floats, or pixels from 0 to 255.

use super::LANES;
use super::lanes::{InstructionSet, mul_add};

/// Sums that are kept apart, so that one addition need not wait for the last.
const SUMS: usize = 4 * LANES;

#[inline(always)]
pub(super) fn dot<S: InstructionSet>(_: S, values: &[impl Copy + Into<f32>], weights: &[f32]) -> f32 {
    let mut sums = [0.0; SUMS];
    let ((values, values_rest), (weights, weights_rest)) = (values.as_chunks::<SUMS>(), weights.as_chunks::<SUMS>());
    for (values, weights) in values.iter().zip(weights) {
        for n in 0..SUMS {
            sums[n] = fused::<S>(values[n].into(), weights[n], sums[n]);
        }
    }
    let rest: f32 = values_rest.iter().zip(weights_rest).map(|(&value, weight)| value.into() * weight).sum();
    sums.iter().sum::<f32>() + rest
}

#[inline(always)]
pub(super) fn add_scaled<S: InstructionSet>(_: S, values: &[impl Copy + Into<f32>], factor: f32, sums: &mut [f32]) {
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum = fused::<S>(value.into(), factor, *sum);
    }
}

#[inline(always)]
pub(super) fn scale_pixels<S: InstructionSet>(_: S, pixels: &[u8], floats: &mut [f32]) {
    for (float, &pixel) in floats.iter_mut().zip(pixels) {
        *float = f32::from(pixel) / 255.0;
    }
}

#[inline(always)]
fn fused<S: InstructionSet>(a: f32, b: f32, c: f32) -> f32 {
    if S::FMA { mul_add::<true>(a, b, c) } else { mul_add::<false>(a, b, c) }
}
