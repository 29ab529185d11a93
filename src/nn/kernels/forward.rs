//! Convolution, bias, activation and max-pooling of one picture, a few rows at a time.

#![expect(clippy::needless_range_loop, reason = "a tile is indexed as the matrix it is, and so stays in registers")]

use super::lanes::InstructionSet;
use super::pack::Packed;
use super::simd::Simd;
use super::{ConvGeometry, DEAD, LANES};

/// What [`super::forward()`] takes.
pub struct Forward<'a> {
    pub geometry: &'a ConvGeometry,
    /// The picture with its padding (NHWC).
    pub input: &'a [f32],
    pub packed: &'a Packed,
    /// Rows, columns, filters.
    pub out: &'a mut [f32],
    /// For each output, which place of its pooling window it came from, or [`DEAD`]; left out where it is not needed.
    pub arg_max: Option<&'a mut [u8]>,
    /// Space to work in.
    pub rows: &'a mut Vec<f32>,
}

/// A row of windows, pixel by pixel, and a group of filters.
pub(super) struct Pixels<'a> {
    /// The picture from the first row that the windows see.
    pub(super) input: &'a [f32],
    /// Where in `input` each pixel's patch begins.
    pub(super) offsets: &'a [usize],
    /// Floats from a row of the input to the next.
    pub(super) row_stride: usize,
    /// Rows of a patch.
    pub(super) kernel: usize,
    /// Floats of a row of a patch.
    pub(super) segment: usize,
    pub(super) weights: &'a [f32],
    pub(super) bias: &'a [f32],
    /// Pixel by pixel, `stride` floats each, of which the group's are written.
    pub(super) out: &'a mut [f32],
    pub(super) stride: usize,
}

impl Pixels<'_> {
    /// Of some sizes of tiles, the one that covers the pixels with the least to spare; the first of equal ones.
    #[inline(always)]
    pub(super) fn tile(&self, sizes: &[usize]) -> usize {
        let pixels = |size: &usize| self.offsets.len().next_multiple_of(*size);
        sizes.iter().copied().min_by_key(pixels).unwrap_or(1)
    }
}

#[inline(always)]
pub(super) fn forward<S: InstructionSet>(simd: S, call: Forward<'_>) {
    let Forward { geometry, input, packed, out, mut arg_max, rows } = call;
    let (conv_size, pool) = (geometry.conv_size(), geometry.pool);
    let row_stride = geometry.padded_size() * geometry.in_channels;
    let stride = packed.padded_filters();
    let offset = |pixel: usize| pixel / conv_size * row_stride + pixel % conv_size * geometry.in_channels;
    let offsets: Vec<usize> = (0..pool * conv_size).map(offset).collect();
    rows.resize(pool * conv_size * stride, 0.0);
    let out_row_len = geometry.out_size * geometry.filters;
    for (row, out) in out.chunks_exact_mut(out_row_len).enumerate() {
        for group in packed.groups() {
            let mut pixels = Pixels {
                input: &input[row * pool * row_stride..],
                offsets: &offsets,
                row_stride,
                kernel: geometry.kernel,
                segment: geometry.kernel_row(),
                weights: group.weights,
                bias: group.bias,
                out: &mut rows[group.first..],
                stride,
            };
            simd.convolve(&mut pixels, group.width);
        }
        let arg_max = arg_max.as_deref_mut().map(|all| &mut all[row * out_row_len..][..out_row_len]);
        finish_row(geometry, rows, stride, out, arg_max);
    }
}

/// Convolves all pixels with one group of `NR` vectors of filters, `MR` pixels at a time.
#[inline(always)]
pub(super) fn convolve<S: Simd, const MR: usize, const NR: usize>(simd: S, pixels: &mut Pixels<'_>) {
    let count = pixels.offsets.len();
    if count >= MR {
        // The last tile overlaps the one before: what both compute is the same.
        for first in (0..count).step_by(MR) {
            tile::<S, MR, NR>(simd, pixels, first.min(count - MR));
        }
    } else {
        for first in 0..count {
            tile::<S, 1, NR>(simd, pixels, first);
        }
    }
}

/// The micro-kernel: `MR` pixels times `NR` vectors of filters, all sums in registers (Goto and van de Geijn, 2008).
#[inline(always)]
fn tile<S: Simd, const MR: usize, const NR: usize>(simd: S, pixels: &mut Pixels<'_>, first: usize) {
    let (width, segment) = (NR * S::LANES, pixels.segment);
    let offsets: &[usize; MR] = pixels.offsets[first..].first_chunk().expect("a tile begins MR pixels before the end");
    let mut sums = [[simd.splat(0.0); NR]; MR];
    for ky in 0..pixels.kernel {
        let mut patches: [&[f32]; MR] = [&[]; MR];
        for m in 0..MR {
            patches[m] = &pixels.input[offsets[m] + ky * pixels.row_stride..][..segment];
        }
        let weights = pixels.weights[ky * segment * width..][..segment * width].chunks_exact(width);
        for (j, row) in weights.enumerate() {
            let mut weights = [simd.splat(0.0); NR];
            for n in 0..NR {
                weights[n] = simd.load(&row[n * S::LANES..]);
            }
            for m in 0..MR {
                let value = simd.splat(patches[m][j]);
                for n in 0..NR {
                    sums[m][n] = simd.mul_add(value, weights[n], sums[m][n]);
                }
            }
        }
    }
    for m in 0..MR {
        let out = &mut pixels.out[(first + m) * pixels.stride..][..width];
        for n in 0..NR {
            // The bias comes last, as in TensorFlow: sums that are equal stay equal, and pooling takes the first.
            let bias = simd.load(&pixels.bias[n * S::LANES..]);
            simd.store(simd.add(sums[m][n], bias), &mut out[n * S::LANES..]);
        }
    }
}

/// Activation and pooling of the rows of one row of windows.
#[inline(always)]
fn finish_row(geometry: &ConvGeometry, rows: &[f32], stride: usize, out: &mut [f32], arg_max: Option<&mut [u8]>) {
    match geometry.pool {
        1 => pool_row::<1>(geometry, rows, stride, out, arg_max),
        2 => pool_row::<2>(geometry, rows, stride, out, arg_max),
        3 => pool_row::<3>(geometry, rows, stride, out, arg_max),
        _ => pool_row::<4>(geometry, rows, stride, out, arg_max),
    }
}

#[inline(always)]
fn pool_row<const POOL: usize>(
    geometry: &ConvGeometry,
    rows: &[f32],
    stride: usize,
    out: &mut [f32],
    mut arg_max: Option<&mut [u8]>,
) {
    let (filters, row_stride) = (geometry.filters, geometry.conv_size() * stride);
    for (x, out) in out.chunks_exact_mut(filters).enumerate() {
        for first in (0..filters).step_by(LANES) {
            let window = &rows[x * POOL * stride + first..];
            let (best, places) = pool_window::<POOL>(geometry.relu, window, row_stride, stride);
            copy_lanes(&best, &mut out[first..]);
            if let Some(arg_max) = &mut arg_max {
                copy_lanes(&places, &mut arg_max[x * filters + first..(x + 1) * filters]);
            }
        }
    }
}

/// Copies all lanes, or as many as there is room for.
#[inline(always)]
fn copy_lanes<T: Copy>(lanes: &[T; LANES], out: &mut [T]) {
    match out.first_chunk_mut() {
        Some(out) => *out = *lanes,
        None => out.iter_mut().zip(lanes).for_each(|(out, lane)| *out = *lane),
    }
}

/// The largest values of a window for [`LANES`] filters, and where they are: the first place where several are equal,
/// as TensorFlow does.
#[inline(always)]
fn pool_window<const POOL: usize>(
    relu: bool,
    window: &[f32],
    row_stride: usize,
    stride: usize,
) -> ([f32; LANES], [u8; LANES]) {
    let values = |y: usize, x: usize| -> &[f32; LANES] {
        window[y * row_stride + x * stride..].first_chunk().expect("filters are padded to whole lanes")
    };
    let mut best = *values(0, 0);
    let mut places = [0_u32; LANES];
    for place in 1..POOL * POOL {
        let values = values(place / POOL, place % POOL);
        for n in 0..LANES {
            let larger = values[n] > best[n];
            best[n] = if larger { values[n] } else { best[n] };
            places[n] = if larger { place as u32 } else { places[n] };
        }
    }
    if relu {
        for n in 0..LANES {
            places[n] = if best[n] > 0.0 { places[n] } else { u32::from(DEAD) };
            // Keeps what is not a number, so that it is noticed.
            best[n] = if best[n] < 0.0 { 0.0 } else { best[n] };
        }
    }
    (best, places.map(|place| place as u8))
}
