//! Background work: a named thread with a way to wish for pause or stop, and a channel of what it has to tell.
//!
//! The long operations themselves ([`train_run`], [`crate::sources::import`]) know only [`Wishes`] and a closure to
//! tell of their progress, so that the window and the command line call the same.

mod dataset;
mod export;
mod handle;
mod scoring;
mod training;
mod wishes;

pub use export::{ExportError, export_model};
pub use handle::{Job, JobEvent, Waker};
pub use scoring::{Score, ScoreError, Scorer};
pub use training::{TrainError, TrainEvent, Trained, train_run};
pub use wishes::{Stop, Wishes};
