//! What a layer's kernels read: one picture with its padding.

use super::workspace::Trace;
use crate::nn::aligned::Aligned;
use crate::nn::kernels::{self, ConvGeometry, Isa};

/// What a layer gets for the picture `index` of a shard, with at least [`kernels::LANES`] floats beyond: the picture's
/// `bytes`, or what the layer `before` put out. Padding goes into `buffer`.
pub(super) fn input<'a>(
    isa: Isa,
    geometry: &ConvGeometry,
    (index, bytes): (usize, &[u8]),
    before: Option<&'a Trace>,
    buffer: &'a mut Aligned,
) -> &'a [f32] {
    let Some(before) = before else {
        pad_pixels(isa, geometry, bytes, buffer);
        return buffer;
    };
    let values = &before.values[index * geometry.in_len()..];
    if geometry.pad_total == 0 {
        return values;
    }
    pad_values(geometry, &values[..geometry.in_len()], buffer);
    buffer
}

/// Writes RGB bytes as floats from 0 to 1 into the middle of `padded`.
pub(in crate::nn) fn pad_pixels(isa: Isa, geometry: &ConvGeometry, pixels: &[u8], padded: &mut [f32]) {
    let row_len = geometry.in_size * geometry.in_channels;
    for (pixels, row) in pixels.chunks_exact(row_len).zip(inner_rows(geometry, padded)) {
        kernels::scale_pixels(isa, pixels, row);
    }
}

/// Writes values into the middle of `padded`.
pub(in crate::nn) fn pad_values(geometry: &ConvGeometry, values: &[f32], padded: &mut [f32]) {
    let row_len = geometry.in_size * geometry.in_channels;
    for (values, row) in values.chunks_exact(row_len).zip(inner_rows(geometry, padded)) {
        row.copy_from_slice(values);
    }
}

/// The rows of a padded picture without their padding.
pub(super) fn inner_rows<'a>(geometry: &ConvGeometry, padded: &'a mut [f32]) -> impl Iterator<Item = &'a mut [f32]> {
    let (row_len, row_stride) =
        (geometry.in_size * geometry.in_channels, geometry.padded_size() * geometry.in_channels);
    let before = geometry.pad_before * geometry.in_channels;
    padded[geometry.pad_before * row_stride..]
        .chunks_exact_mut(row_stride)
        .take(geometry.in_size)
        .map(move |row| &mut row[before..][..row_len])
}
