//! The gradient of an unpooled layer's weights, from one row of one picture.

#![expect(clippy::needless_range_loop, reason = "a tile is indexed as the matrix it is, and so stays in registers")]

use super::lanes::InstructionSet;
use super::pack::groups;
use super::simd::Simd;
use super::{ConvGeometry, LANES};

/// What [`super::weight_gradient_dense`] takes: one row of an unpooled layer.
pub struct DenseRow<'a> {
    pub geometry: &'a ConvGeometry,
    /// The picture with its padding, from the row that the kernel's first row sees.
    pub input: &'a [f32],
    /// The gradient of the row, pixel by pixel, filters padded to a multiple of [`LANES`].
    pub gradient: &'a [f32],
    /// Sums for each weight, HWIO, filters padded like the gradient's.
    pub sums: &'a mut [f32],
}

/// A row of the gradient and a row of patches, for a group of filters.
pub(super) struct TileSums<'a> {
    /// Where the first pixel's segment of the patch begins.
    input: &'a [f32],
    /// Floats from one pixel to the next.
    channels: usize,
    /// Floats of a row of a patch.
    segment: usize,
    /// The gradient from the group's first filter on.
    gradient: &'a [f32],
    pixels: usize,
    /// Sums from the group's first filter on.
    sums: &'a mut [f32],
    /// Floats from one pixel of the gradient, or one row of sums, to the next.
    stride: usize,
}

#[inline(always)]
pub(super) fn weight_gradient_dense<S: InstructionSet>(simd: S, call: DenseRow<'_>) {
    let DenseRow { geometry, input, gradient, sums } = call;
    let stride = geometry.filters.next_multiple_of(LANES);
    let segment = geometry.kernel_row();
    let row_stride = geometry.padded_size() * geometry.in_channels;
    for ky in 0..geometry.kernel {
        for (first, width) in groups(stride, S::WIDTH) {
            let mut tile = TileSums {
                input: &input[ky * row_stride..],
                channels: geometry.in_channels,
                segment,
                gradient: &gradient[first..],
                pixels: geometry.conv_size(),
                sums: &mut sums[ky * segment * stride + first..],
                stride,
            };
            simd.sum_tiles(&mut tile, width);
        }
    }
}

/// Adds to the sums of `NR` vectors of filters, `MR` elements of the segment at a time.
#[inline(always)]
pub(super) fn sum_tile<S: Simd, const MR: usize, const NR: usize>(simd: S, call: &mut TileSums<'_>) {
    let mut first = 0;
    while first + MR <= call.segment {
        sum_elements::<S, MR, NR>(simd, call, first);
        first += MR;
    }
    while first < call.segment {
        sum_elements::<S, 1, NR>(simd, call, first);
        first += 1;
    }
}

#[inline(always)]
fn sum_elements<S: Simd, const MR: usize, const NR: usize>(simd: S, call: &mut TileSums<'_>, first: usize) {
    let mut sums = [[simd.splat(0.0); NR]; MR];
    let gradients = call.gradient.chunks(call.stride).take(call.pixels);
    for (pixel, row) in gradients.enumerate() {
        let values: &[f32; MR] =
            call.input[first + pixel * call.channels..].first_chunk().expect("a patch lies within the input");
        let mut gradient = [simd.splat(0.0); NR];
        for n in 0..NR {
            gradient[n] = simd.load(&row[n * S::LANES..]);
        }
        for m in 0..MR {
            let value = simd.splat(values[m]);
            for n in 0..NR {
                sums[m][n] = simd.mul_add(value, gradient[n], sums[m][n]);
            }
        }
    }
    for m in 0..MR {
        for n in 0..NR {
            let total = &mut call.sums[(first + m) * call.stride + n * S::LANES..];
            simd.store(simd.add(sums[m][n], simd.load(total)), total);
        }
    }
}
