//! Background work: a named thread with a way to wish for pause or stop, and a channel of what it has to tell.
//!
//! The long operations themselves ([`train_run`], [`crate::sources::import`]) know only [`Wishes`] and a closure to
//! tell of their progress, so that the window and the command line call the same.

mod colors;
mod dataset;
mod export;
mod fits;
mod handle;
mod known;
mod observe;
mod occlusion;
mod pace;
mod plan;
mod priority;
mod scoring;
mod training;
mod verdict;
mod wishes;

pub use colors::{ColorFindings, find_colors};
pub use export::{ExportError, export_model};
pub use fits::{NetworkSettings, Unit, fit, units};
pub use handle::{Job, JobEvent, Waker};
pub use known::{KnownCovers, Neighbor, SharedColor, USUAL_SHARE};
pub use observe::{Observed, alike, fingerprints, observe};
pub use occlusion::{Occlusion, Region};
pub use pace::{Pace, measure_pace};
#[cfg(fuzzing)]
pub use plan::fuzz as fuzz_plan;
pub use plan::{Collected, PlanError, collect, do_unit, write_plan};
pub use priority::let_others_go_first;
pub use scoring::{Score, ScoreError, Scorer};
pub use training::{FEWEST_TRACKS, TrainError, TrainEvent, Trained, train_run};
pub use verdict::{
    FEWEST_VERDICT_TRACKS, VerdictError, VerdictEvent, VerdictKind, VerdictRequest, reach_verdict, run_controls,
};
pub use wishes::{Stop, Wishes};
