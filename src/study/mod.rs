//! A study: its tracks, covers, splits and runs, and the one file in which all of it lives.
//!
//! A [`StudyFile`] names the file and holds the right to write to it; each thread that reads or writes asks it for
//! a [`Study`], a connection of its own. Everything that is finished is committed at once, so that a killed program
//! loses at most the epoch and the covers under way.

mod access;
mod covers;
mod error;
mod export;
mod file;
mod location;
pub mod picture;
mod runs;
mod schema;
mod services;
mod split;
mod stats;
mod target;
mod tracks;
mod verdicts;
mod words;

pub use access::Access;
pub use covers::{CoverId, NewCover};
pub use error::StudyError;
pub use export::{ExportedTracks, export_predictions, export_rejected, export_results, export_tracks, write_file};
pub use file::{Recovered, Study, StudyFile};
pub use location::{new_study_path, studies_folder, suggested_name};
pub use runs::{
    EpochRecord, MeanBaseline, Prediction, RunEnd, RunFigures, RunId, RunRecord, RunStatus, SavedWeights, WeightsKind,
};
pub use services::UnfinishedPlaylist;
pub use split::{Split, SplitTrack};
pub use stats::{Descriptive, Histogram, quantile};
pub use target::{DEEZER_RANK, POPULARITY, Scale, Target, release_year};
pub use tracks::{ImportCounts, NewTrack, PlaylistSummary, Rejected, Track, TrackCover, TrackId};
pub use verdicts::SavedFit;
pub use words::{best_run, plural, results_sentence, thousands, why};

/// The ending of a study's file name.
pub const EXTENSION: &str = "coverstudy";

/// The image size, in pixels a side, that covers are cached at on import, and that the 2022 study used.
pub const DEFAULT_IMAGE_SIZE: usize = 60;
