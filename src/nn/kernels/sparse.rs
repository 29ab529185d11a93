//! Gradients of a pooled layer, of one picture: only the places that were the largest of their window have one.
//!
//! Both kernels go through the picture by rows of windows. The gradient of the weights takes a few rows at a time, whose
//! part of the input stays in the first-level cache, and gathers patches kernel row by kernel row and filter by filter;
//! that of the input spreads filters place by place.

#![expect(clippy::needless_range_loop, reason = "sums are indexed as the matrix they are, and so stay in registers")]

use super::entries::{Entries, Entry, Offsets, Window};
use super::lanes::InstructionSet;
use super::simd::Simd;
use super::{ConvGeometry, DEAD, LANES, Pooled};

/// What a gradient of weights reads again and again should stay in the first-level cache, beside sums and entries.
const INPUT_FLOATS: usize = (32 << 10) / size_of::<f32>();
/// More rows of windows at a time would only make their entries too many for that cache.
const MOST_ROWS_TOGETHER: usize = 4;

/// Some rows of one filter's sums, and what a few rows of windows see.
pub(super) struct Gather<'a> {
    /// The padded input from the first row that the sums take from.
    input: &'a [f32],
    row_stride: usize,
    /// Rows of the kernel, each padded to `row_len`.
    sums: &'a mut [f32],
    row_len: usize,
    /// Rows that are done, and floats of the row after them.
    done: (usize, usize),
}

impl Gather<'_> {
    /// Rows of the kernel that are still to be summed.
    #[inline(always)]
    pub(super) fn rows(&self) -> usize {
        self.sums.len() / self.row_len - self.done.0
    }

    /// Whether a row of the kernel is [`LANES`] floats, so that several are summed at once.
    #[inline(always)]
    pub(super) fn is_narrow(&self) -> bool {
        self.row_len == LANES
    }

    /// Floats of the current row that are still to be summed.
    #[inline(always)]
    pub(super) fn remaining(&self) -> usize {
        self.row_len - self.done.1
    }
}

#[inline(always)]
pub(super) fn weight_gradient_sparse<S: InstructionSet>(
    simd: S,
    call: Pooled<'_>,
    input: &[f32],
    sums: &mut [f32],
    bias: &mut [f32],
) {
    let Pooled { geometry, gradient, arg_max, entries } = call;
    let (row_stride, windows_stride) = strides(geometry);
    let (row_len, out_row_len) = (geometry.padded_kernel_row(), geometry.out_size * geometry.filters);
    let offsets = Offsets::of(geometry);
    let rows_together = (INPUT_FLOATS / windows_stride).clamp(1, MOST_ROWS_TOGETHER);
    // A kernel row that is as short as this leaves registers for all of them.
    let kernel_rows = if row_len == LANES { geometry.kernel } else { 1 };
    let together = rows_together * out_row_len;
    for (number, (gradient, arg_max)) in gradient.chunks(together).zip(arg_max.chunks(together)).enumerate() {
        add_bias(gradient, arg_max, bias);
        let layout = (geometry.filters, out_row_len, windows_stride);
        entries.of_filters.collect(&offsets, (gradient, arg_max), layout);
        for ky in (0..geometry.kernel).step_by(kernel_rows) {
            let input = &input[number * rows_together * windows_stride + ky * row_stride..];
            for (filter, sums) in sums.chunks_exact_mut(geometry.kernel * row_len).enumerate() {
                let sums = &mut sums[ky * row_len..][..kernel_rows * row_len];
                let mut call = Gather { input, row_stride, sums, row_len, done: (0, 0) };
                simd.gather(&mut call, entries.of_filters.of(filter));
            }
        }
    }
}

/// Adds a row's gradient to a sum for each filter.
#[inline(always)]
fn add_bias(gradient: &[f32], arg_max: &[u8], bias: &mut [f32]) {
    for (gradient, arg_max) in gradient.chunks_exact(bias.len()).zip(arg_max.chunks_exact(bias.len())) {
        for ((bias, &value), &place) in bias.iter_mut().zip(gradient).zip(arg_max) {
            *bias += if place == DEAD { 0.0 } else { value };
        }
    }
}

/// Sums the next `NR` vectors of `KY` rows over all entries; `WAYS` sums are kept apart so that one addition need
/// not wait for the last.
#[inline(always)]
pub(super) fn gather<S: Simd, const KY: usize, const NR: usize, const WAYS: usize>(
    simd: S,
    call: &mut Gather<'_>,
    entries: &[Entry],
) {
    let (ky, first) = call.done;
    let width = NR * S::LANES;
    let input = &call.input[ky * call.row_stride + first..];
    let mut sums = [[[simd.splat(0.0); NR]; KY]; WAYS];
    for y in 0..KY {
        let row = &call.sums[(ky + y) * call.row_len + first..][..width];
        for n in 0..NR {
            sums[0][y][n] = simd.load(&row[n * S::LANES..]);
        }
    }
    let (whole, rest) = entries.as_chunks::<WAYS>();
    for entries in whole {
        for way in 0..WAYS {
            add_patch(simd, &mut sums[way], input, call.row_stride, entries[way]);
        }
    }
    for &entry in rest {
        add_patch(simd, &mut sums[0], input, call.row_stride, entry);
    }
    for y in 0..KY {
        let row = &mut call.sums[(ky + y) * call.row_len + first..][..width];
        for n in 0..NR {
            let mut sum = sums[0][y][n];
            for way in 1..WAYS {
                sum = simd.add(sum, sums[way][y][n]);
            }
            simd.store(sum, &mut row[n * S::LANES..]);
        }
    }
    call.done = if first + width < call.row_len { (ky, first + width) } else { (ky + KY, 0) };
}

#[inline(always)]
fn add_patch<S: Simd, const KY: usize, const NR: usize>(
    simd: S,
    sums: &mut [[S::Vector; NR]; KY],
    input: &[f32],
    row_stride: usize,
    entry: Entry,
) {
    let patch = &input[entry.index as usize..][..(KY - 1) * row_stride + NR * S::LANES];
    let value = simd.splat(entry.value);
    for y in 0..KY {
        let row = &patch[y * row_stride..];
        for n in 0..NR {
            sums[y][n] = simd.mul_add(simd.load(&row[n * S::LANES..]), value, sums[y][n]);
        }
    }
}

/// One place's entries and one row of the kernels.
pub(super) struct Spread<'a> {
    /// Each filter's row of the kernel.
    weights: &'a [f32],
    /// Floats from one filter to the next.
    stride: usize,
    entries: &'a [Entry],
    /// The gradient of the padded input, from the row of the place's patch on.
    gradient: &'a mut [f32],
}

#[inline(always)]
pub(super) fn input_gradient_sparse<S: InstructionSet>(simd: S, call: Pooled<'_>, weights: &[f32], into: &mut [f32]) {
    let Pooled { geometry, gradient, arg_max, entries } = call;
    let (row_stride, windows_stride) = strides(geometry);
    let (row_len, out_row_len) = (geometry.padded_kernel_row(), geometry.out_size * geometry.filters);
    let (offsets, Entries { of_windows, .. }) = (Offsets::of(geometry), entries);
    let rows = gradient.chunks_exact(out_row_len).zip(arg_max.chunks_exact(out_row_len));
    for (row, (gradient, arg_max)) in rows.enumerate() {
        of_windows.collect(&offsets, (gradient, arg_max), geometry.filters);
        for ky in 0..geometry.kernel {
            let first_row = row * windows_stride + ky * row_stride;
            let mut first = 0;
            while first < row_len {
                let mut width = 0;
                for Window { offset, range } in of_windows.places() {
                    let mut call = Spread {
                        weights: &weights[ky * row_len + first..],
                        stride: geometry.kernel * row_len,
                        entries: &of_windows.entries()[range.0..range.1],
                        gradient: &mut into[first_row + offset + first..],
                    };
                    width = simd.spread(&mut call, row_len - first);
                }
                first += width.max(LANES);
            }
        }
    }
}

/// Adds to the next `NR` vectors of the patch's row; `WAYS` sums are kept apart so that one addition need not wait for
/// the last. What was there is added at the end: the place before has just written it, as patches overlap, and so the sums
/// need not wait for it. Returns how many floats that was.
#[inline(always)]
pub(super) fn spread<S: Simd, const NR: usize, const WAYS: usize>(simd: S, call: &mut Spread<'_>) -> usize {
    let width = NR * S::LANES;
    let gradient = &mut call.gradient[..width];
    let mut sums = [[simd.splat(0.0); NR]; WAYS];
    let (whole, rest) = call.entries.as_chunks::<WAYS>();
    for entries in whole {
        for way in 0..WAYS {
            add_filter(simd, &mut sums[way], call.weights, call.stride, entries[way]);
        }
    }
    for &entry in rest {
        add_filter(simd, &mut sums[0], call.weights, call.stride, entry);
    }
    for n in 0..NR {
        let mut sum = sums[0][n];
        for way in 1..WAYS {
            sum = simd.add(sum, sums[way][n]);
        }
        let before = simd.load(&gradient[n * S::LANES..]);
        simd.store(simd.add(before, sum), &mut gradient[n * S::LANES..]);
    }
    width
}

#[inline(always)]
fn add_filter<S: Simd, const NR: usize>(
    simd: S,
    sums: &mut [S::Vector; NR],
    weights: &[f32],
    stride: usize,
    entry: Entry,
) {
    let weights = &weights[entry.index as usize * stride..][..NR * S::LANES];
    let value = simd.splat(entry.value);
    for n in 0..NR {
        sums[n] = simd.mul_add(simd.load(&weights[n * S::LANES..]), value, sums[n]);
    }
}

/// Floats of the padded input from a row to the next, and from a row of windows to the next.
fn strides(geometry: &ConvGeometry) -> (usize, usize) {
    let row_stride = geometry.padded_size() * geometry.in_channels;
    (row_stride, geometry.pool * row_stride)
}
