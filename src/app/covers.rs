//! The covers panel: which tracks it shows, which are chosen, and what about them may mislead.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::Snapshot;
use super::catalog::SortTracks;
use crate::study::{Concern, CoverId, TrackId};

/// Which tracks are shown beside those that match what is searched for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub text: String,
    /// `None`: all playlists.
    pub playlist: Option<String>,
    /// Popularity at least and at most, both included.
    pub at_least: Option<f64>,
    pub at_most: Option<f64>,
    pub only_excluded: bool,
    /// The tracks of a concern.
    pub of_concern: Option<Arc<HashSet<TrackId>>>,
    pub sort: SortTracks,
    pub descending: bool,
}

impl Filter {
    /// Whether any track is left out by it.
    pub fn is_on(&self) -> bool {
        let Self { sort, descending, .. } = *self;
        *self != Self { sort, descending, ..Self::default() }
    }
}

/// The covers panel.
#[derive(Debug, Default)]
pub struct CoversPanel {
    pub filter: Filter,
    /// Whether a small window shows the figures in place of the covers, and whether it shows the filter above them.
    pub shows_facts: bool,
    pub shows_filter: bool,
    /// Tracks that are marked, to be excluded together.
    pub marked: BTreeSet<TrackId>,
    /// Where a range of marks began.
    pub mark_from: Option<usize>,
    /// Where the keyboard is in the grid: a place among the tracks that are shown.
    pub cursor: Option<usize>,
    /// The track that is shown large, with all that is known of it.
    pub enlarged: Option<TrackId>,
    /// The track to which the keyboard comes back, after it was shown large.
    pub comes_back_to: Option<TrackId>,
    /// What may mislead; `None` until it was looked for.
    pub concerns: Option<Vec<Concern>>,
    /// Of which reading of the study `concerns` are, or will be.
    pub(super) looked_at: Option<Arc<Snapshot>>,
    /// Groups of covers that look the same, with the number of covers that were compared.
    pub(super) alike: Option<(usize, Arc<HashMap<CoverId, usize>>)>,
    found: Arc<[usize]>,
    found_for: Option<(Filter, Arc<Snapshot>)>,
}

impl CoversPanel {
    /// The places in the snapshot's tracks of those that the filter lets through, in its order; kept until either
    /// changes.
    pub fn found(&mut self, snapshot: &Arc<Snapshot>) -> Arc<[usize]> {
        let is_known =
            self.found_for.as_ref().is_some_and(|(filter, of)| *filter == self.filter && Arc::ptr_eq(of, snapshot));
        if !is_known {
            let filter = &self.filter;
            let accepts = |place: usize| {
                let track = &snapshot.tracks[place];
                filter.playlist.as_ref().is_none_or(|playlist| *playlist == track.playlist)
                    && filter.at_least.is_none_or(|low| track.popularity.is_some_and(|value| value >= low))
                    && filter.at_most.is_none_or(|high| track.popularity.is_some_and(|value| value <= high))
                    && (!filter.only_excluded || track.is_excluded)
                    && filter.of_concern.as_ref().is_none_or(|tracks| tracks.contains(&track.id))
            };
            self.found = snapshot.catalog.find(filter.sort, filter.descending, &filter.text, accepts).into();
            self.found_for = Some((self.filter.clone(), Arc::clone(snapshot)));
            self.mark_from = None;
            self.cursor = self.cursor.filter(|place| *place < self.found.len());
        }
        Arc::clone(&self.found)
    }

    /// Whether what may mislead is still to be looked for in `snapshot`.
    pub fn wants_concerns(&self, snapshot: &Arc<Snapshot>) -> bool {
        self.looked_at.as_ref().is_none_or(|looked_at| !Arc::ptr_eq(looked_at, snapshot))
    }
}
