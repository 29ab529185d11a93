//! What of a row of pooling windows has a gradient: one place a window and filter, none where relu cut it off.

use super::{ConvGeometry, DEAD};

/// A filter's gradient at some place of the convolution.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Of a filter: where the place's patch begins, from the first row's first. Of windows: the filter.
    pub(super) index: u32,
    pub(super) value: f32,
}

/// Space to gather a row of windows in.
#[derive(Debug, Default)]
pub struct Entries {
    pub(super) of_filters: OfFilters,
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
}

/// The entries of a few rows of windows, filter by filter.
#[derive(Debug, Default)]
pub(super) struct OfFilters {
    /// Room for all windows in the list of each filter.
    entries: Vec<Entry>,
    /// Entries of each filter.
    counts: Vec<usize>,
    /// Windows.
    room: usize,
}

impl OfFilters {
    /// One filter's entries.
    #[inline(always)]
    pub(super) fn of(&self, filter: usize) -> &[Entry] {
        &self.entries[filter * self.room..][..self.counts[filter]]
    }

    /// The entries of some rows of windows, without those that relu cut off. `row_len` are a row's outputs,
    /// `windows_stride` the floats of the padded input from a row of windows to the next.
    #[inline(never)] // Within the caller's loops there are too few registers left for it.
    pub(super) fn collect(
        &mut self,
        offsets: &Offsets,
        (gradient, arg_max): (&[f32], &[u8]),
        (filters, row_len, windows_stride): (usize, usize, usize),
    ) {
        self.room = gradient.len() / filters;
        self.entries.resize(filters * self.room, Entry::default());
        self.counts.clear();
        self.counts.resize(filters, 0);
        let rows = gradient.chunks_exact(row_len).zip(arg_max.chunks_exact(row_len));
        for (row, (gradient, arg_max)) in rows.enumerate() {
            let windows = gradient.chunks_exact(filters).zip(arg_max.chunks_exact(filters));
            for (window, (gradient, arg_max)) in windows.enumerate() {
                let first = (row * windows_stride) as u32 + window as u32 * offsets.window_stride;
                let lists = self.entries.chunks_exact_mut(self.room).zip(&mut self.counts);
                for ((&value, &place), (list, count)) in gradient.iter().zip(arg_max).zip(lists) {
                    // Written in any case and kept or not, without a branch that cannot be foreseen.
                    list[*count] = Entry { index: first + offsets.within[usize::from(place)], value };
                    *count += usize::from(place != DEAD);
                }
            }
        }
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
