//! What a layer's kernels read.

use crate::nn::aligned::Aligned;
use crate::nn::feed::Pictures;
use crate::nn::kernels::{self, ConvGeometry, Isa};

/// The values that a layer's kernels read.
pub(super) enum Source {
    Pictures(Pictures),
    /// With [`kernels::LANES`] floats beyond their end.
    Values(Aligned),
}

impl Source {
    /// How many pictures.
    pub(super) fn pictures(&self, geometry: &ConvGeometry) -> usize {
        match self {
            Self::Pictures(pictures) => pictures.count(),
            Self::Values(values) => (values.len() - kernels::LANES) / geometry.in_len(),
        }
    }

    /// The values' buffer, to be used again.
    pub(super) fn into_values(self) -> Option<Aligned> {
        match self {
            Self::Pictures(_) => None,
            Self::Values(values) => Some(values),
        }
    }

    /// One picture of the batch with its padding, and at least [`kernels::LANES`] floats beyond.
    pub(super) fn padded<'a>(
        &'a self,
        isa: Isa,
        geometry: &ConvGeometry,
        index: usize,
        buffer: &'a mut Aligned,
    ) -> &'a [f32] {
        match self {
            Self::Pictures(pictures) => {
                pad_pixels(isa, geometry, pictures.bytes(index), buffer);
                buffer
            }
            Self::Values(values) if geometry.pad_total == 0 => &values[index * geometry.in_len()..],
            Self::Values(values) => {
                pad_values(geometry, &values[index * geometry.in_len()..][..geometry.in_len()], buffer);
                buffer
            }
        }
    }
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
