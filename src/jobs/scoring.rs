//! Scoring covers with a trained run: the same decode-and-resize as for a cover that was imported.

use std::path::Path;

use image::RgbImage;

use super::Occlusion;
use crate::nn::{Kernels, Network, WeightsError};
use crate::study::{RunRecord, RunStatus, Study, StudyError, WeightsKind, picture, quantile};

/// Why a cover could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    #[error("No model has finished training yet. Train one first, then score a cover.")]
    NoModel,
    #[error("{}", .0.why_no_predictions())]
    NotTrained(Box<RunRecord>),
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error("The run's settings no longer work with this version. Train it again.")]
    Settings,
}

/// What a model says about one cover, as the study counts what it predicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    pub prediction: f64,
    /// The prediction plus the 10th percentile of the test residuals; not below 0 where no value is.
    pub low: f64,
    /// The prediction plus the 90th percentile of the test residuals; not above 100 where that is the highest there is.
    pub high: f64,
    /// Percentage of the predictions for the test tracks that are lower, ties counted half.
    pub percentile: f64,
    /// Whether the model is better than always guessing the mean, beyond chance.
    pub beats_mean: bool,
}

/// A trained run, ready to score covers.
pub struct Scorer {
    run: RunRecord,
    network: Network,
    /// Ascending.
    test_predictions: Vec<f64>,
    /// Truth less prediction, ascending.
    residuals: Vec<f64>,
    /// Between which values what is predicted lies by its nature.
    bounds: (f64, f64),
}

impl Scorer {
    /// Loads the run that `name` stands for, or the latest finished one; its last epoch's weights.
    ///
    /// # Errors
    /// [`ScoreError::NoModel`] where there is none, [`ScoreError::NotTrained`] before its first epoch has been tested.
    pub fn load(study: &Study, name: Option<&str>) -> Result<Self, ScoreError> {
        let run = match name {
            Some(name) => study.run_named(name)?,
            None => {
                study.runs()?.into_iter().rfind(|run| run.status == RunStatus::Finished).ok_or(ScoreError::NoModel)?
            }
        };
        Self::of(study, run)
    }

    /// Loads `run`'s last epoch's weights.
    ///
    /// # Errors
    /// [`ScoreError::NotTrained`] before its first epoch has been tested.
    pub fn of(study: &Study, run: RunRecord) -> Result<Self, ScoreError> {
        let predictions = study.predictions(run.id)?;
        let Some((_, weights)) = study.weights(run.id, WeightsKind::Last)?.filter(|_| !predictions.is_empty()) else {
            return Err(ScoreError::NotTrained(Box::new(run)));
        };
        let hyper = run.settings.check().map_err(|_| ScoreError::Settings)?;
        let network = Network::from_safetensors(&hyper, &weights)?;
        let mut test_predictions: Vec<f64> = predictions.iter().map(|item| item.predicted).collect();
        let mut residuals: Vec<f64> = predictions.iter().map(|item| item.truth - item.predicted).collect();
        test_predictions.sort_by(f64::total_cmp);
        residuals.sort_by(f64::total_cmp);
        let is_hundred = study.target()?.is_hundred();
        let is_positive = predictions.iter().all(|item| item.truth >= 0.0);
        let bounds =
            (if is_positive { 0.0 } else { f64::NEG_INFINITY }, if is_hundred { 100.0 } else { f64::INFINITY });
        Ok(Self { run, network, test_predictions, residuals, bounds })
    }

    /// The run that scores.
    pub fn run(&self) -> &RunRecord {
        &self.run
    }

    /// Scores a cover's file.
    ///
    /// # Errors
    /// Why the file is no cover, in words.
    pub fn score_file(&self, path: &Path) -> Result<Score, picture::PictureError> {
        self.score_bytes(&picture::read_file(path)?)
    }

    /// Scores a cover's bytes.
    ///
    /// # Errors
    /// Why they are no cover, in words.
    pub fn score_bytes(&self, bytes: &[u8]) -> Result<Score, picture::PictureError> {
        self.score_picture(&picture::decode(bytes)?.rgb)
    }

    /// Scores a decoded cover.
    ///
    /// # Errors
    /// Where it has no pixels.
    pub fn score_picture(&self, rgb: &RgbImage) -> Result<Score, picture::PictureError> {
        let pixels = self.pixels(rgb)?;
        let prediction = self.network.predict(&pixels, Kernels::Auto).first().copied().map_or(f64::NAN, f64::from);
        let residual = |share| quantile(&self.residuals, share).unwrap_or(0.0);
        Ok(Score {
            prediction,
            // There are no streams below 0.
            low: (prediction + residual(0.1)).max(self.bounds.0),
            high: (prediction + residual(0.9)).min(self.bounds.1),
            percentile: percentile(&self.test_predictions, prediction),
            beats_mean: self.run.beats_mean().unwrap_or(false),
        })
    }

    /// Which parts of a decoded cover raise and lower its score; `None` where `go_on` said no.
    ///
    /// # Errors
    /// Where it has no pixels.
    pub fn occlusion(
        &self,
        rgb: &RgbImage,
        go_on: impl FnMut() -> bool,
    ) -> Result<Option<Occlusion>, picture::PictureError> {
        Ok(Occlusion::of(&self.network, &self.pixels(rgb)?, go_on))
    }

    /// The cover as the network sees it.
    fn pixels(&self, rgb: &RgbImage) -> Result<Vec<u8>, picture::PictureError> {
        picture::resize(rgb, self.run.settings.image_size as u32)
    }
}

/// Percentage of ascending `values` that lie below `value`, ties counted half.
fn percentile(values: &[f64], value: f64) -> f64 {
    if values.is_empty() {
        return 50.0;
    }
    let below = values.partition_point(|other| *other < value);
    let not_above = values.partition_point(|other| *other <= value);
    100.0 * (below + not_above) as f64 / (2 * values.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentile_counts_ties_half() {
        assert_eq!(percentile(&[1.0, 2.0, 2.0, 3.0], 2.0), 50.0);
        assert_eq!(percentile(&[1.0, 2.0, 3.0, 4.0], 9.0), 100.0);
        assert_eq!(percentile(&[], 1.0), 50.0);
    }
}
