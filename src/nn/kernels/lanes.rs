//! What the kernels of one instruction set differ in: the sizes of their tiles, which fill its registers.

use super::LANES;
use super::dense::{TileSums, sum_tile};
use super::entries::Entry;
use super::forward::{Pixels, convolve};
#[cfg(target_arch = "x86_64")]
use super::simd::{Avx2, Avx512};
use super::simd::{Baseline, Simd};
use super::sparse::{Gather, Spread, gather, spread};

/// An instruction set with the tiles of its kernels.
pub(super) trait InstructionSet: Simd {
    /// Filters that are computed together, where there are as many; what is left is in groups of less.
    const WIDTH: usize;
    /// Whether `a * b + c` is one instruction, and rounded once.
    const FMA: bool;

    /// Convolves pixels with a group of `width` filters.
    fn convolve(self, pixels: &mut Pixels<'_>, width: usize);
    /// Sums products over a row, for `width` filters.
    fn sum_tiles(self, sums: &mut TileSums<'_>, width: usize);
    /// Sums patches, each times the value of its entry.
    fn gather(self, call: &mut Gather<'_>, entries: &[Entry]);
    /// Adds filters, each times its entry's value, to at most `remaining` floats of a patch's row, and at least one
    /// group of [`LANES`]; returns how many.
    fn spread(self, call: &mut Spread<'_>, remaining: usize) -> usize;
}

/// 32 registers: of a tile, one holds the value of a pixel and up to two the weights.
#[cfg(target_arch = "x86_64")]
impl InstructionSet for Avx512 {
    const WIDTH: usize = 32;
    const FMA: bool = true;

    #[inline(always)]
    fn convolve(self, pixels: &mut Pixels<'_>, width: usize) {
        match (width, pixels.tile(&[14, 13, 12, 10, 8])) {
            (32, 14) => convolve::<Self, 14, 2>(self, pixels),
            (32, 13) => convolve::<Self, 13, 2>(self, pixels),
            (32, 12) => convolve::<Self, 12, 2>(self, pixels),
            (32, 10) => convolve::<Self, 10, 2>(self, pixels),
            (32, _) => convolve::<Self, 8, 2>(self, pixels),
            _ => convolve::<Self, 12, 1>(self, pixels),
        }
    }

    #[inline(always)]
    fn sum_tiles(self, sums: &mut TileSums<'_>, width: usize) {
        match width {
            32 => sum_tile::<Self, 12, 2>(self, sums),
            _ => sum_tile::<Self, 12, 1>(self, sums),
        }
    }

    #[inline(always)]
    fn gather(self, call: &mut Gather<'_>, entries: &[Entry]) {
        while call.rows() > 0 {
            match (divide(call.remaining() / Self::LANES, &[20, 12, 10, 6, 4, 2]), call.rows()) {
                (20, _) => gather::<Self, 1, 20, 1>(self, call, entries),
                (12, _) => gather::<Self, 1, 12, 1>(self, call, entries),
                (10, _) => gather::<Self, 1, 10, 1>(self, call, entries),
                (6, _) => gather::<Self, 1, 6, 2>(self, call, entries),
                (4, _) => gather::<Self, 1, 4, 2>(self, call, entries),
                (2, _) => gather::<Self, 1, 2, 4>(self, call, entries),
                (_, 5..) if call.is_narrow() => gather::<Self, 5, 1, 2>(self, call, entries),
                (_, 3..) if call.is_narrow() => gather::<Self, 3, 1, 2>(self, call, entries),
                _ => gather::<Self, 1, 1, 8>(self, call, entries),
            }
        }
    }

    #[inline(always)]
    fn spread(self, call: &mut Spread<'_>, remaining: usize) -> usize {
        match divide(remaining / Self::LANES, &[10, 6, 4, 2]) {
            10 => spread::<Self, 10, 1>(self, call),
            6 => spread::<Self, 6, 2>(self, call),
            4 => spread::<Self, 4, 2>(self, call),
            2 => spread::<Self, 2, 4>(self, call),
            _ => spread::<Self, 1, 8>(self, call),
        }
    }
}

/// 16 registers of eight floats, or of four.
macro_rules! with_16_registers {
    ($set:ty, $fma:literal) => {
        impl InstructionSet for $set {
            const WIDTH: usize = 2 * <Self as Simd>::LANES;
            const FMA: bool = $fma;

            #[inline(always)]
            fn convolve(self, pixels: &mut Pixels<'_>, _width: usize) {
                match pixels.tile(&[6, 5]) {
                    6 => convolve::<Self, 6, 2>(self, pixels),
                    _ => convolve::<Self, 5, 2>(self, pixels),
                }
            }

            #[inline(always)]
            fn sum_tiles(self, sums: &mut TileSums<'_>, _width: usize) {
                sum_tile::<Self, 6, 2>(self, sums);
            }

            #[inline(always)]
            fn gather(self, call: &mut Gather<'_>, entries: &[Entry]) {
                while call.rows() > 0 {
                    match (divide(call.remaining() / <Self as Simd>::LANES, &[12, 10, 6, 4]), call.rows()) {
                        (12, _) => gather::<Self, 1, 12, 1>(self, call, entries),
                        (10, _) => gather::<Self, 1, 10, 1>(self, call, entries),
                        (6, _) => gather::<Self, 1, 6, 2>(self, call, entries),
                        (4, _) => gather::<Self, 1, 4, 3>(self, call, entries),
                        (_, 5..) if call.is_narrow() => gather::<Self, 5, 2, 1>(self, call, entries),
                        (_, 3..) if call.is_narrow() => gather::<Self, 3, 2, 2>(self, call, entries),
                        _ => gather::<Self, 1, 2, 4>(self, call, entries),
                    }
                }
            }

            #[inline(always)]
            fn spread(self, call: &mut Spread<'_>, remaining: usize) -> usize {
                match divide(remaining / <Self as Simd>::LANES, &[12, 10, 6, 4]) {
                    12 => spread::<Self, 12, 1>(self, call),
                    10 => spread::<Self, 10, 1>(self, call),
                    6 => spread::<Self, 6, 2>(self, call),
                    4 => spread::<Self, 4, 3>(self, call),
                    _ => spread::<Self, 2, 4>(self, call),
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
with_16_registers!(Avx2, true);
with_16_registers!(Baseline, false);

/// Of some sizes, the largest first, one that divides `vectors`, or else one that is not larger, or else 1.
#[inline(always)]
fn divide(vectors: usize, sizes: &[usize]) -> usize {
    let whole = sizes.iter().find(|&&size| vectors.is_multiple_of(size));
    whole.or_else(|| sizes.iter().find(|&&size| size <= vectors)).copied().unwrap_or(1)
}

/// The most floats that a kernel looks at together must not go further beyond an end than inputs are padded.
const _: () = assert!(2 * 8 <= LANES);

/// `a * b + c`, in one instruction where there is one.
#[inline(always)]
pub(super) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}
