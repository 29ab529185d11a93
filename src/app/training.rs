//! The queue of runs, and the one under way.

use std::collections::VecDeque;
use std::time::Instant;

use crate::jobs::{Job, TrainEvent, Trained};
use crate::study::RunId;

/// The run that is training.
pub struct Under {
    pub run: RunId,
    pub name: String,
    pub epochs: usize,
    /// From 1; 0 before the first step.
    pub epoch: usize,
    pub step: usize,
    pub steps: usize,
    pub is_paused: bool,
    /// Covers being resized before the first epoch.
    pub resizing: Option<(usize, usize)>,
    /// When this stretch of training began, and how many steps it has done.
    pub since: Instant,
    pub steps_done: usize,
    /// Tracks a step.
    pub batch_size: usize,
    /// Whether it has come to its first step.
    pub(super) has_begun: bool,
    pub(super) job: Job<TrainEvent, Trained>,
}

/// Training, as the panels see it.
#[derive(Default)]
pub struct Training {
    pub under: Option<Under>,
    pub queue: VecDeque<RunId>,
    /// The run whose curve is drawn: the one under way, or the last.
    pub shown: Option<RunId>,
}

impl Under {
    /// Of all its steps, how many are done, from 0 to 1.
    pub fn share(&self) -> f32 {
        if self.steps == 0 || self.epochs == 0 {
            return 0.0;
        }
        let done = self.epoch.saturating_sub(1) * self.steps + self.step;
        done as f32 / (self.epochs * self.steps) as f32
    }

    /// Pictures that are trained on a second, at the pace so far; `None` while there is no pace yet.
    pub fn samples_per_second(&self) -> Option<f64> {
        let pictures = (self.steps_done * self.batch_size) as f64;
        (self.steps_done > 3).then(|| pictures / self.since.elapsed().as_secs_f64())
    }

    /// Seconds until its end at the pace so far; `None` while there is no pace yet.
    pub fn seconds_left(&self) -> Option<f64> {
        let steps_left =
            (self.epochs * self.steps).checked_sub(self.epoch.saturating_sub(1) * self.steps + self.step)?;
        (self.steps_done > 3).then(|| self.since.elapsed().as_secs_f64() / self.steps_done as f64 * steps_left as f64)
    }

    /// Takes what the training has to tell about its steps.
    pub(super) fn note(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Resizing { done, total } => self.resizing = Some((*done, *total)),
            TrainEvent::Step { epoch, step, steps } => {
                if self.resizing.take().is_some() || self.epoch == 0 {
                    self.since = Instant::now();
                    self.steps_done = 0;
                } else {
                    self.steps_done += 1;
                }
                (self.epoch, self.step, self.steps) = (*epoch, *step, *steps);
            }
            TrainEvent::Epoch { .. } => self.step = self.steps,
            TrainEvent::Paused(paused) => {
                self.is_paused = *paused;
                // The pace is measured anew after a pause.
                self.since = Instant::now();
                self.steps_done = 0;
            }
        }
    }
}
