//! What a run is: its settings, its epochs, its figures.

use serde::{Deserialize, Serialize};

use super::TrackId;
use crate::nn::Hyperparameters;

/// A run's number within its study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    Queued,
    Running,
    Paused,
    /// Ended by the person; can be resumed.
    Stopped,
    /// Ended by the program's end; can be resumed.
    Interrupted,
    Finished,
    Failed,
}

impl RunStatus {
    pub(super) const ALL: [Self; 7] =
        [Self::Queued, Self::Running, Self::Paused, Self::Stopped, Self::Interrupted, Self::Finished, Self::Failed];

    /// The word for it, in files and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    /// Whether training can go on from its last epoch.
    pub fn can_resume(self) -> bool {
        !matches!(self, Self::Finished | Self::Failed)
    }
}

/// Errors on the test tracks, in popularity points; R² has no unit, and is not a number where all of them are equally
/// popular.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RunFigures {
    pub rmse: f64,
    pub mae: f64,
    pub r2: f64,
}

/// One finished epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct EpochRecord {
    /// From 1.
    pub epoch: usize,
    pub train_mse: f64,
    /// On the tracks that early stopping holds out, where there is early stopping.
    pub validation_mse: Option<f64>,
    pub test_mse: f64,
    /// Training, test pass and saving.
    pub seconds: f64,
}

/// A run as the study keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    pub id: RunId,
    pub name: String,
    /// The preset's key, "custom" where its settings were changed.
    pub model: String,
    pub settings: Hyperparameters,
    pub status: RunStatus,
    /// Why it failed.
    pub message: Option<String>,
    pub parameters: usize,
    pub split: Option<i64>,
    pub train_tracks: Option<usize>,
    pub test_tracks: Option<usize>,
    /// Always guessing the training tracks' mean, on the same test tracks; known once it has begun.
    pub baseline: Option<MeanBaseline>,
    /// The kernels it ran with.
    pub kernels: Option<String>,
    pub best_epoch: Option<usize>,
    pub best_mse: Option<f64>,
    /// Of the last epoch; known once it has ended.
    pub figures: Option<RunFigures>,
    /// Of the epoch with the lowest test error.
    pub best_figures: Option<RunFigures>,
    /// Lower 95 % bound of the gain in squared error over the mean.
    pub gain_low: Option<f64>,
    pub epochs: Vec<EpochRecord>,
    /// What the person wrote about it; empty where nothing.
    pub note: String,
    pub is_starred: bool,
    /// Whether it was deleted, and can still be restored.
    pub is_deleted: bool,
    /// The sweep that it was queued with; empty where none.
    pub sweep: String,
    /// The [`super::data_mark`] of the tracks that it was split from; `None` before it begins, and in older studies.
    pub data: Option<[u8; 32]>,
}

/// A run that is to be queued.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// What it is called, as far as that name is free.
    pub label: String,
    /// The preset's key, "custom" where its settings were changed.
    pub model: String,
    pub settings: Hyperparameters,
    pub parameters: usize,
}

impl RunRecord {
    /// Epochs that are finished and saved.
    pub fn epochs_done(&self) -> usize {
        self.epochs.last().map_or(0, |epoch| epoch.epoch)
    }

    /// Seconds of training, pauses left out.
    pub fn seconds(&self) -> f64 {
        // The sum of nothing is -0.0.
        self.epochs.iter().map(|epoch| epoch.seconds).sum::<f64>() + 0.0
    }

    /// RMSE of always guessing the mean on the same test tracks.
    pub fn mean_rmse(&self) -> Option<f64> {
        self.baseline.map(|baseline| baseline.figures.rmse)
    }

    /// RMSE of the last epoch over that of always guessing the mean, as a difference: below 0 is better.
    pub fn difference_to_mean(&self) -> Option<f64> {
        self.figures.zip(self.mean_rmse()).map(|(figures, mean)| figures.rmse - mean)
    }

    /// Why it has predicted nothing yet, in words.
    pub fn why_no_predictions(&self) -> String {
        match self.epochs_done() {
            0 => format!("The run \"{}\" has no finished epoch yet. Train it first.", self.name),
            epochs => format!(
                "The run \"{}\" was broken off after epoch {epochs}, before what it predicts was saved. Resume it; it can be \
                 stopped again at once.",
                self.name
            ),
        }
    }

    /// Whether it is better than always guessing the mean, beyond chance; `None` until it has ended.
    pub fn beats_mean(&self) -> Option<bool> {
        self.gain_low.map(|low| low > 0.0)
    }
}

/// Always guessing the mean: what every run is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanBaseline {
    /// Mean popularity of the training tracks.
    pub train_mean: f64,
    /// What guessing it scores on the test tracks.
    pub figures: RunFigures,
}

/// What is known of a run once its training has ended, for good or for now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunEnd {
    pub figures: RunFigures,
    pub best_figures: RunFigures,
    pub gain_low: f64,
}

/// What a run says about one test track, in popularity points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    pub track: TrackId,
    pub truth: f64,
    /// By the last epoch's weights.
    pub predicted: f64,
    /// By the best epoch's weights.
    pub best: f64,
}

/// By which epoch's weights something is predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weights {
    #[default]
    Last,
    /// Of the epoch with the lowest test error, which flatters.
    Best,
}

impl Prediction {
    /// What is predicted by these weights.
    pub fn by(&self, weights: Weights) -> f64 {
        match weights {
            Weights::Last => self.predicted,
            Weights::Best => self.best,
        }
    }
}

/// Which of a run's saved tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightsKind {
    /// The last epoch's weights.
    Last,
    /// The weights of the epoch with the lowest test error.
    Best,
    /// Adam's moments.
    Optimizer,
}

impl WeightsKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::Best => "best",
            Self::Optimizer => "optimizer",
        }
    }
}

/// Tensors to keep: which, of which epoch, as safetensors bytes.
#[derive(Clone, Copy, Debug)]
pub struct SavedWeights<'a> {
    pub kind: WeightsKind,
    pub epoch: usize,
    pub bytes: &'a [u8],
}
