//! Gradients of the weights and of the input of one picture.

#![expect(clippy::needless_range_loop, reason = "a tile is indexed as the matrix it is, and so stays in registers")]

use super::entries::{Entries, Entry};
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
    let segment = geometry.kernel * geometry.in_channels;
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

/// One filter's entries and one row of its kernel.
pub(super) struct Gather<'a> {
    /// The padded input from the kernel's row on.
    input: &'a [f32],
    entries: &'a [Entry],
    /// Sums for the row of the kernel.
    sums: &'a mut [f32],
    done: usize,
}

impl Gather<'_> {
    /// Floats of the row that are still to be summed.
    #[inline(always)]
    pub(super) fn remaining(&self) -> usize {
        self.sums.len() - self.done
    }
}

/// Adds the gradient of the weights of a pooled layer to `sums`, each filter's kernel in one piece.
#[inline(always)]
pub(super) fn weight_gradient_sparse<S: InstructionSet>(
    simd: S,
    geometry: &ConvGeometry,
    input: &[f32],
    entries: &Entries,
    sums: &mut [f32],
) {
    let segment = geometry.kernel * geometry.in_channels;
    let row_stride = geometry.padded_size() * geometry.in_channels;
    let filters = entries.by_filter.chunks_exact(entries.places).zip(&entries.counts);
    for (sums, (entries, &count)) in sums.chunks_exact_mut(geometry.patch_len()).zip(filters) {
        for (ky, sums) in sums.chunks_exact_mut(segment).enumerate() {
            let mut call = Gather { input: &input[ky * row_stride..], entries: &entries[..count], sums, done: 0 };
            simd.gather(&mut call);
        }
    }
}

/// Sums the next `NR` vectors of the row, or as many floats as remain, over all entries; `WAYS` sums are kept apart so
/// that one addition need not wait for the last.
#[inline(always)]
pub(super) fn gather<S: Simd, const NR: usize, const WAYS: usize>(simd: S, call: &mut Gather<'_>) {
    let mut sums = [[simd.splat(0.0); NR]; WAYS];
    let input = &call.input[call.done..];
    let (whole, rest) = call.entries.as_chunks::<WAYS>();
    for entries in whole {
        for way in 0..WAYS {
            add_patch(simd, &mut sums[way], input, entries[way]);
        }
    }
    for &entry in rest {
        add_patch(simd, &mut sums[0], input, entry);
    }
    for way in 1..WAYS {
        for n in 0..NR {
            sums[0][n] = simd.add(sums[0][n], sums[way][n]);
        }
    }
    let width = (NR * S::LANES).min(call.remaining());
    add_to(simd, &sums[0], &mut call.sums[call.done..][..width]);
    call.done += width;
}

#[inline(always)]
fn add_patch<S: Simd, const NR: usize>(simd: S, sums: &mut [S::Vector; NR], input: &[f32], entry: Entry) {
    let patch = &input[entry.index as usize..][..NR * S::LANES];
    let value = simd.splat(entry.value);
    for n in 0..NR {
        sums[n] = simd.mul_add(simd.load(&patch[n * S::LANES..]), value, sums[n]);
    }
}

/// Adds vectors to floats, of which there may be fewer.
#[inline(always)]
fn add_to<S: Simd, const NR: usize>(simd: S, sums: &[S::Vector; NR], totals: &mut [f32]) {
    for (&sum, totals) in sums.iter().zip(totals.chunks_mut(S::LANES)) {
        if totals.len() == S::LANES {
            simd.store(simd.add(sum, simd.load(totals)), totals);
        } else {
            let mut floats = [0.0; LANES];
            simd.store(sum, &mut floats);
            totals.iter_mut().zip(floats).for_each(|(total, sum)| *total += sum);
        }
    }
}

/// One position's entries and one row of the kernel.
pub(super) struct Spread<'a> {
    /// Each filter's kernel in one piece, from the kernel's row on.
    weights: &'a [f32],
    patch_len: usize,
    entries: &'a [Entry],
    /// The gradient of the padded input from the patch's row on.
    gradient: &'a mut [f32],
    /// Floats of a row of the patch.
    segment: usize,
    done: usize,
}

impl Spread<'_> {
    /// Floats of the row that are still to be added to.
    #[inline(always)]
    pub(super) fn remaining(&self) -> usize {
        self.segment - self.done
    }
}

/// Adds the gradient of a pooled layer's padded input to `gradient`. `weights` hold each filter's kernel in one piece.
#[inline(always)]
pub(super) fn input_gradient_sparse<S: InstructionSet>(
    simd: S,
    geometry: &ConvGeometry,
    weights: &[f32],
    entries: &Entries,
    gradient: &mut [f32],
) {
    let segment = geometry.kernel * geometry.in_channels;
    let row_stride = geometry.padded_size() * geometry.in_channels;
    for ky in 0..geometry.kernel {
        for position in &entries.positions {
            let (first, end) = position.range;
            let mut call = Spread {
                weights: &weights[ky * segment..],
                patch_len: geometry.patch_len(),
                entries: &entries.by_position[first..end],
                gradient: &mut gradient[position.offset + ky * row_stride..],
                segment,
                done: 0,
            };
            simd.spread(&mut call);
        }
    }
}

/// Adds to the next `NR` vectors of the patch's row, or to as many floats as remain.
#[inline(always)]
pub(super) fn spread<S: Simd, const NR: usize>(simd: S, call: &mut Spread<'_>) {
    let mut sums = [simd.splat(0.0); NR];
    let weights = &call.weights[call.done..];
    for entry in call.entries {
        let weights = &weights[entry.index as usize * call.patch_len..][..NR * S::LANES];
        let value = simd.splat(entry.value);
        for n in 0..NR {
            sums[n] = simd.mul_add(simd.load(&weights[n * S::LANES..]), value, sums[n]);
        }
    }
    let width = (NR * S::LANES).min(call.remaining());
    add_to(simd, &sums, &mut call.gradient[call.done..][..width]);
    call.done += width;
}
