//! What of a row of pooling windows has a gradient: one place a window and filter, none where relu cut it off.

use super::{ConvGeometry, DEAD};

/// A filter's gradient at some place of the convolution.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Of a filter: where the place's patch begins, from the row's first. Of windows: the filter.
    pub(super) index: u32,
    pub(super) value: f32,
}

/// Space to gather a row of windows in.
#[derive(Debug, Default)]
pub struct Entries {
    pub(super) of_filter: OfFilter,
    pub(super) of_windows: OfWindows,
}

/// Where patches begin in the padded input, from the first of a row of windows.
pub(super) struct Offsets {
    /// Floats from one window to the next.
    window_stride: u32,
    /// Of each place of a window, from the window's first; as many as an arg-max has values, so that none is beyond.
    within: [u32; 256],
    /// Places of a window.
    places: usize,
}

impl Offsets {
    pub(super) fn of(geometry: &ConvGeometry) -> Self {
        let (pool, channels) = (geometry.pool, geometry.in_channels);
        let row_stride = geometry.padded_size() * channels;
        let mut within = [0; 256];
        for (place, within) in within[..pool * pool].iter_mut().enumerate() {
            *within = (place / pool * row_stride + place % pool * channels) as u32;
        }
        Self { window_stride: (pool * channels) as u32, within, places: pool * pool }
    }

    /// The entry of a window; its value is 0 where relu cut it off.
    #[inline(always)]
    pub(super) fn entry(&self, window: usize, gradient: f32, arg_max: u8) -> Entry {
        let index = window as u32 * self.window_stride + self.within[usize::from(arg_max)];
        Entry { index, value: if arg_max == DEAD { 0.0 } else { gradient } }
    }
}

/// One filter's entries.
#[derive(Debug, Default)]
pub(super) struct OfFilter(Vec<Entry>);

impl OfFilter {
    /// The entries of one filter of `filters`, without those that relu cut off.
    #[inline(never)] // Within the caller's loops there are too few registers left for it.
    pub(super) fn collect(
        &mut self,
        offsets: &Offsets,
        (gradient, arg_max): (&[f32], &[u8]),
        (filter, filters): (usize, usize),
    ) -> &[Entry] {
        let windows = gradient.len() / filters;
        self.0.resize(windows, Entry::default());
        let mut count = 0;
        for window in 0..windows {
            let element = window * filters + filter;
            // Written in any case and kept or not, without a branch that cannot be foreseen.
            self.0[count] = offsets.entry(window, gradient[element], arg_max[element]);
            count += usize::from(arg_max[element] != DEAD);
        }
        &self.0[..count]
    }
}

/// A list for each place of the largest window, and the last one for [`DEAD`].
const LISTS: usize = DEAD as usize % 32 + 1;

/// The entries of all filters, place by place.
#[derive(Debug, Default)]
pub(super) struct OfWindows {
    places: Vec<Window>,
    /// Room for all filters in the list of each place, and behind them in that of what relu cut off.
    entries: Vec<Entry>,
}

/// A place of a window, and its entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Where the place's patch begins, from the row's first.
    pub(super) offset: usize,
    /// First entry, and one after the last.
    pub(super) range: (usize, usize),
}

impl OfWindows {
    pub(super) fn places(&self) -> &[Window] {
        &self.places
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries of a row of windows.
    #[inline(never)] // Within the caller's loops there are too few registers left for it.
    pub(super) fn collect(&mut self, offsets: &Offsets, (gradient, arg_max): (&[f32], &[u8]), filters: usize) {
        self.places.clear();
        let windows = gradient.len() / filters;
        let dead = windows * offsets.places * filters;
        self.entries.resize(dead + filters, Entry::default());
        let rows = gradient.chunks_exact(filters).zip(arg_max.chunks_exact(filters));
        for (window, (gradient, arg_max)) in rows.enumerate() {
            let mut ends = [dead; LISTS];
            let first = |place: usize| (window * offsets.places + place) * filters;
            (0..offsets.places).for_each(|place| ends[place] = first(place));
            for (filter, (&value, &place)) in gradient.iter().zip(arg_max).enumerate() {
                let end = &mut ends[usize::from(place) % LISTS];
                self.entries[*end] = Entry { index: filter as u32, value };
                *end += 1;
            }
            for place in (0..offsets.places).filter(|&place| ends[place] > first(place)) {
                let offset = (window as u32 * offsets.window_stride + offsets.within[place]) as usize;
                self.places.push(Window { offset, range: (first(place), ends[place]) });
            }
        }
    }
}
