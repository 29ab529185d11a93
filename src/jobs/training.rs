//! Training one run of a study: every finished epoch is in the study file before it is told of.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::{Stop, Wishes, alike, dataset};
use crate::evidence;
use crate::nn::{self, CheckedHyperparameters, Checkpoint, Kernels, SplitBy, TrainOptions, Trainer, metrics};
use crate::study::{
    EpochRecord, MeanBaseline, Prediction, RunEnd, RunFigures, RunId, RunRecord, RunStatus, SavedWeights, Split, Study,
    StudyError, StudyFile, WeightsKind, picture::PictureError,
};

/// The fewest tracks, with popularity and cover, that a training makes sense for.
pub const FEWEST_TRACKS: usize = 8;

/// Why a run could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error(transparent)]
    Engine(#[from] nn::TrainError),
    #[error(transparent)]
    Data(#[from] nn::DataError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("{}", .0.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join(" "))]
    Settings(Vec<nn::Problem>),
    #[error("{} Or close other programs, and try again.", .0.message)]
    TooLittleMemory(nn::Problem),
    #[error(
        "Only {0} tracks have both a popularity and a cover; training needs at least {FEWEST_TRACKS}. Import more tracks."
    )]
    TooFewTracks(usize),
    #[error("The run \"{name}\" {}. Train it again instead.", not_resumable(*.status))]
    NotResumable { name: String, status: RunStatus },
}

impl TrainError {
    /// Whether trying again would fail in the same way; what lacked memory, disk or tracks can be resumed.
    fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Settings(_) | Self::Engine(nn::TrainError::NotFinite { .. } | nn::TrainError::NoBestWeights(_))
        )
    }
}

/// Why a run of this status cannot be resumed.
fn not_resumable(status: RunStatus) -> &'static str {
    if status == RunStatus::Failed { "has failed and cannot go on" } else { "is finished; there is nothing to resume" }
}

/// What a training tells while it goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainEvent {
    /// Covers are being resized for this image size.
    Resizing {
        done: usize,
        total: usize,
    },
    /// Before each batch, from 0.
    Step {
        epoch: usize,
        step: usize,
        steps: usize,
    },
    /// An epoch is finished and saved.
    Epoch {
        run: RunId,
        name: String,
        epochs: usize,
        record: EpochRecord,
        /// Pictures that were trained on, test pass and saving included.
        samples_per_second: f64,
    },
    Paused(bool),
    /// The run began with kernels that are not used now, in words.
    OtherKernels(String),
}

/// How a training ended, and the run as the study has it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    pub run: RunRecord,
}

/// Trains a queued run, or goes on with one that was stopped, until its last epoch or until `wishes` asks to stop.
///
/// # Errors
/// Settings that cannot work, a loss that is no longer finite, too little memory, or a file that cannot be written. The
/// run keeps its finished epochs and is marked as failed or, where another time may be better, as interrupted.
pub fn train_run(
    file: &StudyFile,
    run: RunId,
    options: TrainOptions,
    wishes: &Wishes,
    on_event: &mut dyn FnMut(TrainEvent),
) -> Result<Trained, TrainError> {
    let mut study = file.connect()?;
    let record = study.run(run)?;
    if !record.status.can_resume() {
        return Err(TrainError::NotResumable { name: record.name, status: record.status });
    }
    let trained = Training { file, study: &mut study, record, options, wishes, on_event }.go();
    if let Err(error) = &trained {
        let status = if error.is_final() { RunStatus::Failed } else { RunStatus::Interrupted };
        // On a full disk that fails too; the first error says more, and the next start finds a run that was interrupted.
        if let Err(error) = study.set_run_status(run, status, Some(&error.to_string())) {
            tracing::warn!(%error, "a run's status could not be written");
        }
    }
    trained?;
    Ok(Trained { run: study.run(run)? })
}

struct Training<'a> {
    file: &'a StudyFile,
    study: &'a mut Study,
    record: RunRecord,
    options: TrainOptions,
    wishes: &'a Wishes,
    on_event: &'a mut dyn FnMut(TrainEvent),
}

impl Training<'_> {
    fn go(mut self) -> Result<(), TrainError> {
        let hyper = self.record.settings.check().map_err(TrainError::Settings)?;
        let image_size = hyper.get().image_size;
        let on_event = &mut *self.on_event;
        let ready = dataset::cache_pixels(self.study, image_size, self.wishes, &mut |done, total| {
            on_event(TrainEvent::Resizing { done, total });
        })?;
        if !ready {
            return self.end_early();
        }
        let (split_id, split) = self.split(&hyper)?;
        if let Some(available) = nn::available_memory_bytes() {
            let tracks = split.train.len() + split.test.len();
            hyper.get().check_memory(tracks, available).map_err(TrainError::TooLittleMemory)?;
        }
        let data = dataset::load(self.file, self.study, &split, image_size)?;
        let options = self.options();
        let mut trainer = match self.checkpoint()? {
            Some(checkpoint) => Trainer::resume(&hyper, data, options, &checkpoint)?,
            None => Trainer::new(&hyper, data, options)?,
        };
        self.tell_other_kernels(trainer.kernels());
        let mean = mean_baseline(&split);
        self.study.begin_run(self.record.id, (split_id, &split), &mean, trainer.kernels())?;
        while !trainer.is_done() {
            match self.epoch(&mut trainer) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    // What the finished epochs came to is kept.
                    self.finish(&trainer, &split, &mean)?;
                    return Err(error);
                }
            }
        }
        self.finish(&trainer, &split, &mean)
    }

    /// With the kernels that the run began with, where none are asked for and this processor has them.
    fn options(&self) -> TrainOptions {
        let recorded = self.record.kernels.as_deref().and_then(|name| name.parse().ok());
        let kernels =
            recorded.filter(|kernels: &Kernels| self.options.kernels == Kernels::Auto && kernels.resolve().is_ok());
        TrainOptions { kernels: kernels.unwrap_or(self.options.kernels), ..self.options }
    }

    fn tell_other_kernels(&mut self, now: &'static str) {
        let has_begun = !self.record.epochs.is_empty();
        if let Some(before) = self.record.kernels.clone().filter(|before| has_begun && before != now) {
            (self.on_event)(TrainEvent::OtherKernels(format!(
                "The run began with {before} kernels and goes on with {now}: its last digits may differ from those of a run \
                 that was never interrupted."
            )));
        }
    }

    /// The run's own split where it has begun before, else a new one.
    fn split(&mut self, hyper: &CheckedHyperparameters) -> Result<(i64, Split), TrainError> {
        let settings = hyper.get();
        let (id, split) = match self.record.split {
            Some(id) => (id, self.study.split(id)?),
            None => {
                // A split by track looks at no cover.
                let alike = match settings.split {
                    SplitBy::Cover => alike(self.study)?,
                    SplitBy::Track => HashMap::new(),
                };
                self.study.draw_split(settings.split, settings.test_share, settings.seed, &alike)?
            }
        };
        let tracks = split.train.len() + split.test.len();
        if tracks < FEWEST_TRACKS || split.test.is_empty() {
            return Err(TrainError::TooFewTracks(tracks));
        }
        Ok((id, split))
    }

    fn checkpoint(&self) -> Result<Option<Checkpoint>, TrainError> {
        let run = self.record.id;
        let Some((epochs_done, weights)) = self.study.weights(run, WeightsKind::Last)? else { return Ok(None) };
        let optimizer = self.study.weights(run, WeightsKind::Optimizer)?;
        let best = self.study.weights(run, WeightsKind::Best)?;
        let (Some((_, optimizer)), Some((best_epoch, best_weights)), Some(best_mse)) =
            (optimizer, best, self.record.best_mse)
        else {
            return Ok(None);
        };
        Ok(Some(Checkpoint { epochs_done, weights, optimizer, best_epoch, best_mse, best_weights: Some(best_weights) }))
    }

    /// Trains and saves one epoch; false where it was stopped, and the epoch under way abandoned.
    fn epoch(&mut self, trainer: &mut Trainer) -> Result<bool, TrainError> {
        let began = Instant::now();
        let mut paused = Duration::ZERO;
        let epoch = trainer.epochs_done() + 1;
        let mut pause_error = None;
        let figures = trainer.run_epoch(&mut |step, steps| {
            if self.wishes.is_paused() {
                match self.pause() {
                    Ok(duration) => paused += duration,
                    Err(error) => {
                        pause_error = Some(error);
                        return ControlFlow::Break(());
                    }
                }
            }
            if self.wishes.stop() != Stop::No {
                return ControlFlow::Break(());
            }
            if step < steps {
                (self.on_event)(TrainEvent::Step { epoch, step, steps });
            }
            ControlFlow::Continue(())
        })?;
        if let Some(error) = pause_error {
            return Err(error.into());
        }
        let Some(figures) = figures else { return Ok(false) };
        let checkpoint = trainer.checkpoint();
        let mut record = EpochRecord {
            epoch: figures.epoch,
            train_mse: figures.train_mse,
            validation_mse: figures.validation_mse,
            test_mse: figures.test_mse,
            seconds: (began.elapsed() - paused).as_secs_f64(),
        };
        self.save(&record, &checkpoint)?;
        record.seconds = (began.elapsed() - paused).as_secs_f64();
        let (run, name, epochs) = (self.record.id, self.record.name.clone(), self.record.settings.epochs);
        let samples_per_second = trainer.train_len() as f64 / record.seconds;
        (self.on_event)(TrainEvent::Epoch { run, name, epochs, record, samples_per_second });
        Ok(true)
    }

    fn save(&mut self, record: &EpochRecord, checkpoint: &Checkpoint) -> Result<(), StudyError> {
        let epoch = checkpoint.epochs_done;
        let mut weights = vec![
            SavedWeights { kind: WeightsKind::Last, epoch, bytes: &checkpoint.weights },
            SavedWeights { kind: WeightsKind::Optimizer, epoch, bytes: &checkpoint.optimizer },
        ];
        if let Some(bytes) = &checkpoint.best_weights {
            weights.push(SavedWeights { kind: WeightsKind::Best, epoch: checkpoint.best_epoch, bytes });
        }
        self.study.save_epoch(self.record.id, record, (checkpoint.best_epoch, checkpoint.best_mse), &weights)
    }

    /// Waits as long as a pause is wished for, and returns how long that was.
    fn pause(&mut self) -> Result<Duration, StudyError> {
        self.study.set_run_status(self.record.id, RunStatus::Paused, None)?;
        (self.on_event)(TrainEvent::Paused(true));
        let paused = self.wishes.wait_while_paused();
        self.study.set_run_status(self.record.id, RunStatus::Running, None)?;
        (self.on_event)(TrainEvent::Paused(false));
        Ok(paused)
    }

    fn finish(&mut self, trainer: &Trainer, split: &Split, mean: &MeanBaseline) -> Result<(), TrainError> {
        if trainer.epochs_done() == 0 {
            return self.end_early();
        }
        let status = if trainer.is_done() { RunStatus::Finished } else { self.early_status() };
        let last = trainer.test_predictions().to_vec();
        let best = trainer.best_test_predictions().to_vec();
        let predictions: Vec<Prediction> = split
            .test
            .iter()
            .zip(last.iter().zip(&best))
            .map(|(track, (&predicted, &best))| Prediction {
                track: track.track,
                truth: track.popularity,
                predicted: f64::from(predicted),
                best: f64::from(best),
            })
            .collect();
        let end = run_end(&predictions, split, mean);
        self.study.end_run(self.record.id, status, &end, &predictions)?;
        Ok(())
    }

    fn early_status(&self) -> RunStatus {
        if self.wishes.stop() == Stop::ProgramEnds { RunStatus::Interrupted } else { RunStatus::Stopped }
    }

    fn end_early(&mut self) -> Result<(), TrainError> {
        Ok(self.study.set_run_status(self.record.id, self.early_status(), None)?)
    }
}

fn mean_baseline(split: &Split) -> MeanBaseline {
    let train_mean = split.train.iter().map(|track| track.popularity).sum::<f64>() / split.train.len() as f64;
    let truth: Vec<f64> = split.test.iter().map(|track| track.popularity).collect();
    MeanBaseline { train_mean, figures: figures(&truth, &vec![train_mean; truth.len()]) }
}

fn figures(truth: &[f64], predicted: &[f64]) -> RunFigures {
    RunFigures {
        rmse: metrics::rmse(truth, predicted),
        mae: metrics::mae(truth, predicted),
        r2: metrics::r2(truth, predicted),
    }
}

fn run_end(predictions: &[Prediction], split: &Split, mean: &MeanBaseline) -> RunEnd {
    let column = |of: fn(&Prediction) -> f64| predictions.iter().map(of).collect::<Vec<f64>>();
    let (truth, last, best) = (column(|item| item.truth), column(|item| item.predicted), column(|item| item.best));
    let gains: Vec<(i64, f64)> = split
        .test
        .iter()
        .zip(truth.iter().zip(&last))
        .map(|(track, (truth, predicted))| {
            (track.cover.0, (truth - mean.train_mean).powi(2) - (truth - predicted).powi(2))
        })
        .collect();
    RunEnd {
        figures: figures(&truth, &last),
        best_figures: figures(&truth, &best),
        gain_low: evidence::mean_lower_bound(&gains),
    }
}
