//! Weights in the order in which the kernels read them.

use super::super::aligned::Aligned;
use super::{ConvGeometry, Isa, LANES};

/// Filters in groups that are computed together: of each group, patch element after patch element, the weights of the
/// group's filters. Filters are padded with zeros to a multiple of [`LANES`].
#[derive(Debug)]
pub struct Packed {
    floats: Aligned,
    bias: Aligned,
    patch_len: usize,
    width: usize,
}

/// One group of filters.
pub(super) struct Group<'a> {
    /// The group's first filter.
    pub(super) first: usize,
    /// How many filters.
    pub(super) width: usize,
    /// Weights, `width` an element of the patch.
    pub(super) weights: &'a [f32],
    /// `width` of them.
    pub(super) bias: &'a [f32],
}

impl Packed {
    fn new(patch_len: usize, bias: &[f32], width: usize, weight: impl Fn(usize, usize) -> f32) -> Self {
        let filters = bias.len();
        let padded = filters.next_multiple_of(LANES);
        let mut packed =
            Self { floats: Aligned::zeros(patch_len * padded), bias: Aligned::zeros(padded), patch_len, width };
        packed.bias[..filters].copy_from_slice(bias);
        for (first, width) in groups(padded, width) {
            let group = &mut packed.floats[first * patch_len..][..width * patch_len];
            for (element, row) in group.chunks_exact_mut(width).enumerate() {
                for (value, filter) in row.iter_mut().zip(first..filters) {
                    *value = weight(element, filter);
                }
            }
        }
        packed
    }

    /// Filters with those that are only padding.
    pub(super) fn padded_filters(&self) -> usize {
        self.bias.len()
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = Group<'_>> {
        groups(self.bias.len(), self.width).map(|(first, width)| Group {
            first,
            width,
            weights: &self.floats[first * self.patch_len..][..width * self.patch_len],
            bias: &self.bias[first..][..width],
        })
    }
}

/// First filter and width of each group: as many of `width` as there are, then what is left.
pub(super) fn groups(padded_filters: usize, width: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..padded_filters).step_by(width).map(move |first| (first, width.min(padded_filters - first)))
}

/// Packs HWIO weights and biases for [`super::forward()`].
pub fn pack_filters(isa: Isa, geometry: &ConvGeometry, weights: &[f32], bias: &[f32]) -> Packed {
    let filters = geometry.filters;
    Packed::new(geometry.patch_len(), bias, isa.width(), |element, filter| weights[element * filters + filter])
}

/// Packs HWIO weights for the gradient of the input, which is a convolution of the output's gradient with the kernel
/// flipped, filters and channels swapped. The gradient's channels are the filters, padded to a multiple of [`LANES`].
pub fn pack_flipped(isa: Isa, geometry: &ConvGeometry, weights: &[f32]) -> Packed {
    let (filters, channels) = (geometry.filters, geometry.in_channels);
    let padded = filters.next_multiple_of(LANES);
    let places = geometry.kernel * geometry.kernel;
    let bias = vec![0.0; channels];
    Packed::new(places * padded, &bias, isa.width(), |element, channel| {
        let (place, filter) = (element / padded, element % padded);
        if filter < filters { weights[((places - 1 - place) * channels + channel) * filters + filter] } else { 0.0 }
    })
}

/// HWIO weights with each filter's kernel in one piece, its rows padded with zeros to a multiple of [`LANES`].
pub fn transpose(geometry: &ConvGeometry, weights: &[f32]) -> Aligned {
    let (filters, row_len) = (geometry.filters, geometry.padded_kernel_row());
    let kernel_len = geometry.kernel * row_len;
    let mut transposed = Aligned::zeros(kernel_len * filters);
    let elements = (0..geometry.kernel).flat_map(|ky| (0..geometry.kernel_row()).map(move |kx| ky * row_len + kx));
    for (element, row) in elements.zip(weights.chunks_exact(filters)) {
        for (filter, &weight) in row.iter().enumerate() {
            transposed[filter * kernel_len + element] = weight;
        }
    }
    transposed
}
