//! A study as the panels see it: read on another thread, whole.

use std::collections::HashMap;
use std::sync::Arc;

use super::Catalog;
use crate::evidence::Verdict;
use crate::study::{
    Descriptive, Histogram, ImportCounts, PlaylistSummary, Rejected, RunRecord, Study, StudyError, Target, Track,
    TrackId, UnfinishedPlaylist, has_changed_since_verdict, tracks_mark,
};

/// Bins of the histogram: over 0 to 100, each covers four points.
const BINS: usize = 25;

/// What a study held when it was read.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    pub tracks: Arc<[Track]>,
    /// Where in `tracks` each one is.
    pub place: Arc<HashMap<TrackId, usize>>,
    pub playlists: Vec<PlaylistSummary>,
    pub popularity: Descriptive,
    pub histogram: Option<Histogram>,
    /// The spread over the target's own range, which scores are shown on.
    pub spread: Option<Histogram>,
    pub counts: ImportCounts,
    pub rejected: Vec<Rejected>,
    pub runs: Vec<RunRecord>,
    /// Runs that were deleted and can be restored.
    pub deleted_runs: Vec<RunRecord>,
    /// What the runs' [`RunRecord::data`] are compared with.
    pub data: [u8; 32],
    /// The tracks, to be looked up.
    pub catalog: Catalog,
    /// How many tracks the person has excluded.
    pub excluded: usize,
    /// The oldest first.
    pub verdicts: Vec<Verdict>,
    /// What is predicted, and what else could be.
    pub target: Target,
    pub measures: Vec<String>,
    /// Playlists whose import was interrupted.
    pub unfinished: Vec<UnfinishedPlaylist>,
    /// Covers that came from web addresses.
    pub downloaded_covers: usize,
    /// Whether the colors have been looked at, now or in an earlier window.
    pub are_colors_seen: bool,
}

/// Bins of the spread behind a score.
const SPREAD_BINS: usize = 50;

/// How the tracks that count are spread: over 0 to 100 where that is the target's range, else from the lowest to the
/// highest of them.
fn spread(tracks: &[Track], is_hundred: bool, popularity: &Descriptive) -> Histogram {
    let values = tracks.iter().filter(|track| !track.is_excluded).filter_map(|track| track.popularity);
    let (lowest, highest) = match (popularity.min, popularity.max) {
        (Some(min), Some(max)) if !is_hundred => (min, max),
        _ => (0.0, 100.0),
    };
    Histogram::between(values, lowest, highest, SPREAD_BINS)
}

impl Snapshot {
    /// Reads everything that the panels show, pictures left out.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn read(study: &Study) -> Result<Self, StudyError> {
        let tracks = study.tracks()?;
        let place = tracks.iter().enumerate().map(|(place, track)| (track.id, place)).collect();
        let (target, popularity) = (study.target()?, study.popularity()?);
        let values = tracks.iter().filter(|track| !track.is_excluded).filter_map(|track| track.popularity);
        let histogram = popularity.max.map(|_| target.histogram(values, &popularity, BINS));
        let spread = spread(&tracks, target.is_hundred(), &popularity);
        Ok(Self {
            place: Arc::new(place),
            spread: Some(spread),
            catalog: Catalog::of(&tracks),
            excluded: tracks.iter().filter(|track| track.is_excluded).count(),
            data: tracks_mark(&tracks),
            deleted_runs: study.deleted_runs()?,
            histogram,
            playlists: study.playlists()?,
            popularity,
            counts: study.counts()?,
            rejected: study.rejected()?,
            runs: study.runs()?,
            verdicts: study.verdicts()?,
            target,
            measures: study.measures()?,
            unfinished: study.unfinished_playlists()?,
            downloaded_covers: study.downloaded_covers()?,
            are_colors_seen: study.are_colors_seen()?,
            tracks: tracks.into(),
        })
    }

    /// The track called `id`, if it is still there.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.place.get(&id).and_then(|&place| self.tracks.get(place))
    }

    /// Whether tracks were excluded, added or changed since a run was split from them; false where that is not known.
    pub fn has_changed_since(&self, run: &RunRecord) -> bool {
        run.data.is_some_and(|data| data != self.data)
    }

    /// The same since a verdict was reached.
    pub fn has_changed_since_verdict(&self, verdict: &Verdict) -> bool {
        has_changed_since_verdict(verdict, self.data)
    }

    /// Tracks that can train or test a model.
    pub fn usable_tracks(&self) -> usize {
        self.tracks.iter().filter(|track| track.is_usable()).count()
    }
}
