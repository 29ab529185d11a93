//! Cover Study: does cover art say anything about how popular a track gets?
//!
//! The floors of the house, from the lowest; none knows the ones above it:
//!
//! - [`nn`]: convolutional networks: hyperparameters, kernels, training, metrics.
//! - [`evidence`]: what figures are worth: colors, baselines, intervals, verdicts.
//! - [`study`]: tracks, covers, splits and runs, and the one file they live in.
//! - [`jobs`]: long work, with progress, pause and stop.
//! - [`report`]: a study and its verdict as one HTML file.
//! - [`sources`]: where tracks and covers come from.
//! - [`app`]: the program's state and its commands; [`ui`]: what is drawn of it; [`cli`]: the same without a window.

pub mod app;
pub mod cli;
pub mod evidence;
pub mod jobs;
pub mod nn;
pub mod report;
pub mod sources;
pub mod study;
pub mod ui;
