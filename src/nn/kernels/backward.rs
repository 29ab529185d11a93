//! Gradients of the weights and of the input of one picture.

use super::entries::{Entries, Entry};
use super::lanes::{InstructionSet, mul_add};
use super::pack::groups;
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
pub(super) fn weight_gradient_dense<S: InstructionSet>(call: DenseRow<'_>) {
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
            S::sum_tiles(&mut tile, width);
        }
    }
}

/// Adds to the sums of `NR` filters, `MR` elements of the segment at a time.
#[inline(always)]
pub(super) fn sum_tile<const MR: usize, const NR: usize, const FMA: bool>(call: &mut TileSums<'_>) {
    let mut first = 0;
    while first + MR <= call.segment {
        sum_elements::<MR, NR, FMA>(call, first);
        first += MR;
    }
    while first < call.segment {
        sum_elements::<1, NR, FMA>(call, first);
        first += 1;
    }
}

#[inline(always)]
fn sum_elements<const MR: usize, const NR: usize, const FMA: bool>(call: &mut TileSums<'_>, first: usize) {
    let mut sums = [[0.0; NR]; MR];
    let gradients = call.gradient.chunks(call.stride);
    for (pixel, gradient) in gradients.take(call.pixels).enumerate() {
        let values: &[f32; MR] =
            call.input[first + pixel * call.channels..].first_chunk().expect("a patch lies within the input");
        let gradient: &[f32; NR] = gradient.first_chunk().expect("filters are padded to whole groups");
        for m in 0..MR {
            for n in 0..NR {
                sums[m][n] = mul_add::<FMA>(values[m], gradient[n], sums[m][n]);
            }
        }
    }
    for (m, sums) in sums.iter().enumerate() {
        let totals = &mut call.sums[(first + m) * call.stride..][..NR];
        for (total, sum) in totals.iter_mut().zip(sums) {
            *total += sum;
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
            S::gather(&mut call);
        }
    }
}

/// Sums the next `L` floats of the row, or as many as remain, over all entries; `WAYS` sums are kept apart so that
/// one addition need not wait for the last.
#[inline(always)]
pub(super) fn gather<const L: usize, const WAYS: usize, const FMA: bool>(call: &mut Gather<'_>) {
    let mut sums = [[0.0; L]; WAYS];
    let input = &call.input[call.done..];
    let (whole, rest) = call.entries.as_chunks::<WAYS>();
    for entries in whole {
        for way in 0..WAYS {
            add_patch::<L, FMA>(&mut sums[way], input, entries[way]);
        }
    }
    for (way, &entry) in rest.iter().enumerate() {
        add_patch::<L, FMA>(&mut sums[way], input, entry);
    }
    let width = L.min(call.remaining());
    let totals = &mut call.sums[call.done..][..width];
    for (n, total) in totals.iter_mut().enumerate() {
        *total += sums.iter().map(|sums| sums[n]).sum::<f32>();
    }
    call.done += width;
}

#[inline(always)]
fn add_patch<const L: usize, const FMA: bool>(sums: &mut [f32; L], input: &[f32], entry: Entry) {
    let patch: &[f32; L] = input[entry.index as usize..].first_chunk().expect("inputs reach LANES beyond their end");
    for n in 0..L {
        sums[n] = mul_add::<FMA>(patch[n], entry.value, sums[n]);
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
            S::spread(&mut call);
        }
    }
}

/// Adds to the next `L` floats of the patch's row, or to as many as remain.
#[inline(always)]
pub(super) fn spread<const L: usize, const FMA: bool>(call: &mut Spread<'_>) {
    let width = L.min(call.remaining());
    let gradient: &mut [f32; L] =
        call.gradient[call.done..].first_chunk_mut().expect("gradients reach LANES beyond their end");
    let mut sums = *gradient;
    let weights = &call.weights[call.done..];
    for entry in call.entries {
        let weights: &[f32; L] = weights[entry.index as usize * call.patch_len..]
            .first_chunk()
            .expect("weights reach LANES beyond their end");
        for n in 0..L {
            sums[n] = mul_add::<FMA>(weights[n], entry.value, sums[n]);
        }
    }
    if width == L {
        *gradient = sums;
    } else {
        gradient[..width].copy_from_slice(&sums[..width]);
    }
    call.done += width;
}
