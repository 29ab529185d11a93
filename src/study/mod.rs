//! A study: its tracks, covers, splits and runs, and the one file in which all of it lives.
//!
//! A [`StudyFile`] names the file and holds the right to write to it; each thread that reads or writes asks it for
//! a [`Study`], a connection of its own. Everything that is finished is committed at once, so that a killed program
//! loses at most the epoch and the covers under way.

mod access;
mod covers;
mod edit;
mod error;
mod export;
mod file;
mod location;
pub mod picture;
mod quality;
mod residuals;
mod run_record;
mod runs;
mod schema;
mod scored;
mod services;
mod split;
mod stats;
mod target;
mod tracks;
mod verdicts;
mod words;

pub use access::Access;
pub use covers::{CoverId, NewCover};
pub use edit::Edit;
pub use error::StudyError;
pub use export::{
    ExportedTracks, ScoreRow, export_predictions, export_rejected, export_results, export_scores, export_tracks,
    results_text, write_file,
};
pub use file::{Recovered, Study, StudyFile};
pub use location::{new_study_path, studies_folder, suggested_name};
pub use quality::{Concern, Remedy, concerns};
pub use residuals::{PlaylistResidual, residuals_by_playlist};
pub use run_record::{
    EpochRecord, MeanBaseline, NewRun, Prediction, RunEnd, RunFigures, RunId, RunRecord, RunStatus, SavedWeights,
    Weights, WeightsKind,
};
pub use scored::SavedScore;
pub use services::UnfinishedPlaylist;
pub use split::{Split, SplitTrack, data_mark, tracks_mark};
pub use stats::{Descriptive, Histogram, quantile};
pub use target::{Adopted, DEEZER_RANK, POPULARITY, Scale, Target, release_year};
pub use tracks::{ImportCounts, KnownTrack, NewTrack, PlaylistSummary, Rejected, Track, TrackCover, TrackId};
pub use verdicts::{SavedFit, has_changed_since_verdict, mark_digits};
pub use words::{
    best_run, capitalised, grouped, name_order, plural, results_sentence, thousands, tracks_with_covers, why,
};

/// The ending of a study's file name.
pub const EXTENSION: &str = "coverstudy";

/// The image size, in pixels a side, that covers are cached at on import, and that the 2022 study used.
pub const DEFAULT_IMAGE_SIZE: usize = 60;
