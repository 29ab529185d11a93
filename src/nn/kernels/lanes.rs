//! What the kernels of one instruction set differ in: the sizes of their tiles, and whether they fuse `a * b + c`.

use super::LANES;
use super::backward::{Gather, Spread, TileSums, gather, spread, sum_tile};
use super::forward::{Pixels, convolve};

/// The tiles that fill one instruction set's registers.
pub(super) trait InstructionSet {
    /// Filters that are computed together, where there are as many.
    const WIDTH: usize;
    /// Whether `a * b + c` is one instruction, and rounded once.
    const FMA: bool;

    /// Convolves pixels with a group of `width` filters.
    fn convolve(pixels: &mut Pixels<'_>, width: usize);
    /// Sums products over a row, for `width` filters.
    fn sum_tiles(sums: &mut TileSums<'_>, width: usize);
    /// Sums patches, each times its entry's value.
    fn gather(call: &mut Gather<'_>);
    /// Adds filters, each times its entry's value, to a patch.
    fn spread(call: &mut Spread<'_>);
}

/// AVX-512: 32 registers of 16 floats. Rust 1.95 turns tiles of 32 and 48 filters into scalar instructions, so that
/// what is left of groups of 64 is computed in groups of 16.
pub(super) struct Wide;

impl InstructionSet for Wide {
    const WIDTH: usize = 64;
    const FMA: bool = true;

    #[inline(always)]
    fn convolve(pixels: &mut Pixels<'_>, width: usize) {
        match width {
            64 => convolve::<6, 64, true>(pixels),
            _ => convolve::<6, 16, true>(pixels),
        }
    }

    #[inline(always)]
    fn sum_tiles(sums: &mut TileSums<'_>, width: usize) {
        match width {
            64 => sum_tile::<6, 64, true>(sums),
            _ => sum_tile::<6, 16, true>(sums),
        }
    }

    #[inline(always)]
    fn gather(call: &mut Gather<'_>) {
        while call.remaining() >= 192 {
            gather::<192, 1, true>(call);
        }
        while call.remaining() >= 96 {
            gather::<96, 1, true>(call);
        }
        while call.remaining() >= 48 {
            gather::<48, 2, true>(call);
        }
        while call.remaining() > 0 {
            gather::<LANES, 4, true>(call);
        }
    }

    #[inline(always)]
    fn spread(call: &mut Spread<'_>) {
        while call.remaining() >= 192 {
            spread::<192, true>(call);
        }
        while call.remaining() >= 96 {
            spread::<96, true>(call);
        }
        while call.remaining() >= 48 {
            spread::<48, true>(call);
        }
        while call.remaining() > 0 {
            spread::<LANES, true>(call);
        }
    }
}

/// AVX2 with FMA: 16 registers of 8 floats.
pub(super) struct Narrow;

impl InstructionSet for Narrow {
    const WIDTH: usize = 16;
    const FMA: bool = true;

    #[inline(always)]
    fn convolve(pixels: &mut Pixels<'_>, _width: usize) {
        convolve::<6, 16, true>(pixels);
    }

    #[inline(always)]
    fn sum_tiles(sums: &mut TileSums<'_>, _width: usize) {
        sum_tile::<6, 16, true>(sums);
    }

    #[inline(always)]
    fn gather(call: &mut Gather<'_>) {
        while call.remaining() >= 96 {
            gather::<96, 1, true>(call);
        }
        while call.remaining() >= 48 {
            gather::<48, 1, true>(call);
        }
        while call.remaining() > 0 {
            gather::<LANES, 4, true>(call);
        }
    }

    #[inline(always)]
    fn spread(call: &mut Spread<'_>) {
        while call.remaining() >= 96 {
            spread::<96, true>(call);
        }
        while call.remaining() >= 48 {
            spread::<48, true>(call);
        }
        while call.remaining() > 0 {
            spread::<LANES, true>(call);
        }
    }
}

/// Whatever the architecture always has; sized for 16 registers of 4 floats (SSE2).
pub(super) struct Portable;

impl InstructionSet for Portable {
    const WIDTH: usize = 8;
    const FMA: bool = false;

    #[inline(always)]
    fn convolve(pixels: &mut Pixels<'_>, _width: usize) {
        convolve::<6, 8, false>(pixels);
    }

    #[inline(always)]
    fn sum_tiles(sums: &mut TileSums<'_>, _width: usize) {
        sum_tile::<6, 8, false>(sums);
    }

    #[inline(always)]
    fn gather(call: &mut Gather<'_>) {
        while call.remaining() >= 48 {
            gather::<48, 1, false>(call);
        }
        while call.remaining() > 0 {
            gather::<LANES, 2, false>(call);
        }
    }

    #[inline(always)]
    fn spread(call: &mut Spread<'_>) {
        while call.remaining() >= 48 {
            spread::<48, false>(call);
        }
        while call.remaining() > 0 {
            spread::<LANES, false>(call);
        }
    }
}

/// `a * b + c`, in one instruction where there is one.
#[inline(always)]
pub(super) fn mul_add<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}
