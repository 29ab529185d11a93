//! The gradient behind a max-pooling: only the places that were the largest have one.

use super::{ConvGeometry, DEAD, LANES};

/// A filter's gradient at some place of the convolution.
#[derive(Clone, Copy, Debug, Default)]
pub struct Entry {
    /// By filter: where the place's patch begins in the padded input. By position: the filter.
    pub(super) index: u32,
    pub(super) value: f32,
}

/// A place of the convolution and its entries.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// Where the place's patch begins in the padded input.
    pub(super) offset: usize,
    /// The place's entries in [`Entries::by_position`], first and one after the last.
    pub(super) range: (usize, usize),
}

/// The gradient of one picture, gathered in two ways.
#[derive(Debug, Default)]
pub struct Entries {
    /// `places` slots a filter, of which the first `counts` are taken.
    pub(super) by_filter: Vec<Entry>,
    pub(super) counts: Vec<usize>,
    pub(super) places: usize,
    pub(super) positions: Vec<Position>,
    pub(super) by_position: Vec<Entry>,
}

impl Entries {
    /// Gathers the gradient of a pooled layer's output, and adds it to `bias`, a sum for each filter. Positions are
    /// left out where `with_positions` is false.
    pub fn collect(
        &mut self,
        geometry: &ConvGeometry,
        gradient: &[f32],
        arg_max: &[u8],
        bias: &mut [f32],
        with_positions: bool,
    ) {
        let filters = geometry.filters;
        self.places = geometry.out_size * geometry.out_size;
        self.counts.clear();
        self.counts.resize(filters, 0);
        self.by_filter.resize(self.places * filters, Entry::default());
        self.positions.clear();
        self.by_position.resize(self.places * filters + LANES, Entry::default());
        let offsets = WindowOffsets::of(geometry);
        let mut taken = 0;
        let windows = gradient.chunks_exact(filters).zip(arg_max.chunks_exact(filters));
        for (window, (gradient, arg_max)) in windows.enumerate() {
            let base = offsets.base(window);
            self.collect_by_filter(base, &offsets, gradient, arg_max, bias);
            if with_positions {
                taken = self.collect_by_position(base, &offsets, gradient, arg_max, taken);
            }
        }
    }

    fn collect_by_filter(
        &mut self,
        base: usize,
        offsets: &WindowOffsets,
        gradient: &[f32],
        arg_max: &[u8],
        bias: &mut [f32],
    ) {
        let slots = self.by_filter.chunks_exact_mut(self.places).zip(self.counts.iter_mut().zip(bias));
        for ((&value, &place), (slots, (count, bias))) in gradient.iter().zip(arg_max).zip(slots) {
            if place != DEAD {
                slots[*count] = Entry { index: (base + offsets.within[usize::from(place)]) as u32, value };
                *count += 1;
                *bias += value;
            }
        }
    }

    /// Returns how many slots of `by_position` are taken after those of this window.
    fn collect_by_position(
        &mut self,
        base: usize,
        offsets: &WindowOffsets,
        gradient: &[f32],
        arg_max: &[u8],
        mut taken: usize,
    ) -> usize {
        for (place, &within) in offsets.within.iter().enumerate() {
            let first = taken;
            for (filter, (&value, &arg_max)) in gradient.iter().zip(arg_max).enumerate() {
                // Written in any case and kept or not, without a branch that cannot be foreseen.
                self.by_position[taken] = Entry { index: filter as u32, value };
                taken += usize::from(usize::from(arg_max) == place);
            }
            if taken > first {
                self.positions.push(Position { offset: base + within, range: (first, taken) });
            }
        }
        taken
    }
}

/// Where the patches of a window's places begin in the padded input.
struct WindowOffsets {
    windows_a_row: usize,
    window_stride: usize,
    window_row_stride: usize,
    /// From the window's first place.
    within: Vec<usize>,
}

impl WindowOffsets {
    fn of(geometry: &ConvGeometry) -> Self {
        let (pool, channels) = (geometry.pool, geometry.in_channels);
        let row_stride = geometry.padded_size() * channels;
        Self {
            windows_a_row: geometry.out_size,
            window_stride: pool * channels,
            window_row_stride: pool * row_stride,
            within: (0..pool * pool).map(|place| place / pool * row_stride + place % pool * channels).collect(),
        }
    }

    fn base(&self, window: usize) -> usize {
        window / self.windows_a_row * self.window_row_stride + window % self.windows_a_row * self.window_stride
    }
}
