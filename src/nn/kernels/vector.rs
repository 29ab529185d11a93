//! Operations on whole vectors.

use super::LANES;
use super::lanes::{InstructionSet, mul_add};

/// Sums that are kept apart, so that one addition need not wait for the last.
const SUMS: usize = 4 * LANES;

#[inline(always)]
pub(super) fn dot<S: InstructionSet>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0; SUMS];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<SUMS>(), b.as_chunks::<SUMS>());
    for (a, b) in a.iter().zip(b) {
        for n in 0..SUMS {
            sums[n] = if S::FMA { mul_add::<true>(a[n], b[n], sums[n]) } else { mul_add::<false>(a[n], b[n], sums[n]) };
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[inline(always)]
pub(super) fn scale_pixels<S: InstructionSet>(pixels: &[u8], floats: &mut [f32]) {
    for (float, &pixel) in floats.iter_mut().zip(pixels) {
        *float = f32::from(pixel) / 255.0;
    }
}
