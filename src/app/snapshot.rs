//! A study as the panels see it: read on another thread, whole.

use std::collections::HashMap;
use std::sync::Arc;

use crate::evidence::Verdict;
use crate::study::{
    Descriptive, Histogram, ImportCounts, PlaylistSummary, Rejected, RunRecord, Study, StudyError, Target, Track,
    TrackId, UnfinishedPlaylist,
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
    pub counts: ImportCounts,
    pub rejected: Vec<Rejected>,
    pub runs: Vec<RunRecord>,
    /// The oldest first.
    pub verdicts: Vec<Verdict>,
    /// What is predicted, and what else could be.
    pub target: Target,
    pub measures: Vec<String>,
    /// Playlists whose import was interrupted.
    pub unfinished: Vec<UnfinishedPlaylist>,
    /// Covers that came from web addresses.
    pub downloaded_covers: usize,
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
        let values = tracks.iter().filter_map(|track| track.popularity);
        let histogram = Histogram::of(values, target.scale_end(popularity.max), BINS);
        Ok(Self {
            place: Arc::new(place),
            histogram: Some(histogram),
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
            tracks: tracks.into(),
        })
    }

    /// The track called `id`, if it is still there.
    pub fn track(&self, id: TrackId) -> Option<&Track> {
        self.place.get(&id).and_then(|&place| self.tracks.get(place))
    }

    /// Tracks that can train or test a model.
    pub fn usable_tracks(&self) -> usize {
        self.tracks.iter().filter(|track| track.is_usable()).count()
    }
}
