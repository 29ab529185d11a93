//! What the kernels of one instruction set differ in: the sizes of their tiles, which fill its registers.

use super::LANES;
use super::backward::{Gather, Spread, TileSums, gather, spread, sum_tile};
use super::forward::{Pixels, convolve};
#[cfg(target_arch = "x86_64")]
use super::simd::{Avx2, Avx512};
use super::simd::{Baseline, Simd};

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
    /// Sums patches, each times its entry's value.
    fn gather(self, call: &mut Gather<'_>);
    /// Adds filters, each times its entry's value, to a patch.
    fn spread(self, call: &mut Spread<'_>);
}

/// 32 registers: of a tile, one holds the value of a pixel and up to four the weights.
#[cfg(target_arch = "x86_64")]
impl InstructionSet for Avx512 {
    const WIDTH: usize = 64;
    const FMA: bool = true;

    #[inline(always)]
    fn convolve(self, pixels: &mut Pixels<'_>, width: usize) {
        match width {
            64 => convolve::<Self, 6, 4>(self, pixels),
            48 => convolve::<Self, 8, 3>(self, pixels),
            32 => convolve::<Self, 12, 2>(self, pixels),
            _ => convolve::<Self, 12, 1>(self, pixels),
        }
    }

    #[inline(always)]
    fn sum_tiles(self, sums: &mut TileSums<'_>, width: usize) {
        match width {
            64 => sum_tile::<Self, 6, 4>(self, sums),
            48 => sum_tile::<Self, 8, 3>(self, sums),
            32 => sum_tile::<Self, 12, 2>(self, sums),
            _ => sum_tile::<Self, 12, 1>(self, sums),
        }
    }

    #[inline(always)]
    fn gather(self, call: &mut Gather<'_>) {
        while call.remaining() >= 12 * Self::LANES {
            gather::<Self, 12, 1>(self, call);
        }
        while call.remaining() >= 6 * Self::LANES {
            gather::<Self, 6, 2>(self, call);
        }
        while call.remaining() >= 3 * Self::LANES {
            gather::<Self, 3, 4>(self, call);
        }
        while call.remaining() > 0 {
            gather::<Self, 1, 8>(self, call);
        }
    }

    #[inline(always)]
    fn spread(self, call: &mut Spread<'_>) {
        while call.remaining() >= 12 * Self::LANES {
            spread::<Self, 12>(self, call);
        }
        while call.remaining() >= 4 * Self::LANES {
            spread::<Self, 4>(self, call);
        }
        while call.remaining() > 0 {
            spread::<Self, 1>(self, call);
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
                convolve::<Self, 6, 2>(self, pixels);
            }

            #[inline(always)]
            fn sum_tiles(self, sums: &mut TileSums<'_>, _width: usize) {
                sum_tile::<Self, 6, 2>(self, sums);
            }

            #[inline(always)]
            fn gather(self, call: &mut Gather<'_>) {
                while call.remaining() >= 12 * <Self as Simd>::LANES {
                    gather::<Self, 12, 1>(self, call);
                }
                while call.remaining() >= 6 * <Self as Simd>::LANES {
                    gather::<Self, 6, 2>(self, call);
                }
                while call.remaining() > 0 {
                    gather::<Self, 2, 4>(self, call);
                }
            }

            #[inline(always)]
            fn spread(self, call: &mut Spread<'_>) {
                while call.remaining() >= 12 * <Self as Simd>::LANES {
                    spread::<Self, 12>(self, call);
                }
                while call.remaining() >= 6 * <Self as Simd>::LANES {
                    spread::<Self, 6>(self, call);
                }
                while call.remaining() > 0 {
                    spread::<Self, 2>(self, call);
                }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
with_16_registers!(Avx2, true);
with_16_registers!(Baseline, false);

/// The most floats that a kernel looks at together must not go further beyond an end than inputs are padded.
const _: () = assert!(2 * 8 <= LANES);

/// `a * b + c`, in one instruction where there is one.
#[inline(always)]
pub(super) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}
