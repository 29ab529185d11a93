//! The program's state, the commands that change it, and the one place that executes them.
//!
//! Panels draw [`State`] and push [`Command`]s; [`App::execute`] carries them out, handing everything that takes time
//! to a thread; [`App::drain`] takes what those threads have to tell. Neither ever waits.

mod catalog;
mod chart;
mod command;
mod cover_loader;
mod covers;
mod drop;
mod edits;
mod estimates;
mod evidence;
mod execute;
mod model_form;
mod reader;
mod results;
mod scores;
mod scoring;
mod services;
mod settings;
mod snapshot;
mod state;
mod sweep;
mod training;

pub use catalog::{Catalog, SortTracks};
pub use chart::{Chart, Format, Picture};
pub use command::Command;
pub use cover_loader::{CoverKey, CoverView};
pub use covers::{CoversPanel, Filter};
pub use edits::Edits;
pub use estimates::{Estimates, Expected, REST, about_in_words, duration_in_words};
pub use evidence::{Colors, VerdictPanel, VerdictUnder};
pub use execute::{App, Wakers};
pub use model_form::ModelForm;
pub use results::{Looked, Predicted, PredictionView, Results, RunColumn, RunForm};
pub use scores::{SIDE_BY_SIDE, ScoreColumn, ScorePanel, Scored, ScoredCover, ScoredPicture};
pub use scoring::Compared;
pub use services::{LoginUnder, PlaylistForm, SpotifyLogin};
pub use settings::{OwnPreset, Settings, ThemeChoice};
pub use snapshot::Snapshot;
pub use state::{Copied, ImportForm, ImportState, Imported, OpenStudy, Overlay, State, Step, Toast, ToastKind};
pub use sweep::{Axis, MOST_RUNS, Sweep, SweepForm, Swept};
pub use training::{Again, Training, Under};
