//! The queue of runs, and the one under way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::jobs::{Job, TrainEvent, Trained};
use crate::nn::Hyperparameters;
use crate::study::{RunId, RunRecord};

/// The time left comes from so many of the last epochs: enough to outlast a hiccup, few enough to follow a change.
const RECENT_EPOCHS: usize = 5;
const RECENT_SECS: f64 = 4.0;

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
    /// How long epochs take.
    pub(super) clock: EpochClock,
    /// When it was started and how many seconds were expected of it; `None` where that cannot be compared, as after a pause.
    pub(super) expected: Option<(Instant, f64)>,
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
    /// What has ended while the window was in the background.
    pub unseen: Option<String>,
    /// When runs that train in another window were last looked at.
    pub(super) followed: Option<Instant>,
}

impl Training {
    /// Moves a waiting run `by` places, up where that is negative.
    pub(super) fn move_in_queue(&mut self, run: RunId, by: isize) {
        let Some(place) = self.queue.iter().position(|queued| *queued == run) else { return };
        let target = place.saturating_add_signed(by).min(self.queue.len() - 1);
        if let Some(run) = self.queue.remove(place) {
            self.queue.insert(target, run);
        }
    }
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

    /// Seconds until its end; `None` while nothing tells.
    pub fn seconds_left(&self) -> Option<f64> {
        let epochs_left = self.epochs.checked_sub(self.clock.epochs_done)?;
        let by_steps = (self.steps_done > 3)
            .then(|| self.since.elapsed().as_secs_f64() / self.steps_done as f64 * self.steps as f64);
        let epoch_secs = self.clock.epoch_secs().or(by_steps)?;
        Some(seconds_left(epoch_secs, epochs_left, self.clock.elapsed_secs()))
    }

    /// Takes what the training has to tell.
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
                if *step == 0 {
                    self.clock.begin_epoch();
                }
                (self.epoch, self.step, self.steps) = (*epoch, *step, *steps);
            }
            TrainEvent::OtherKernels(_) => {}
            TrainEvent::Epoch { record, .. } => {
                self.step = self.steps;
                self.clock.end_epoch(record.epoch, record.seconds);
            }
            TrainEvent::Paused(paused) => {
                self.expected = None;
                self.is_paused = *paused;
                self.clock.pause(*paused);
                // The pace is measured anew after a pause.
                self.since = Instant::now();
                self.steps_done = 0;
            }
        }
    }
}

/// Seconds until the end of a run whose epochs take `epoch_secs`, test pass and saving included: `epochs_left` of them,
/// the one under way included, which began `elapsed_secs` ago.
fn seconds_left(epoch_secs: f64, epochs_left: usize, elapsed_secs: f64) -> f64 {
    match epochs_left.checked_sub(1) {
        Some(later) => later as f64 * epoch_secs + (epoch_secs - elapsed_secs).max(0.0),
        None => 0.0,
    }
}

/// How long the epochs of a run take.
#[derive(Debug, Default)]
pub(super) struct EpochClock {
    pub(super) epochs_done: usize,
    /// Of the epochs since it was started or resumed.
    secs: Vec<f64>,
    /// Until one of those is done: what was measured, or what earlier epochs took.
    expected_secs: Option<f64>,
    began: Option<Instant>,
    paused: Option<Instant>,
}

impl EpochClock {
    /// For a run that goes on from its last epoch, or has not begun.
    pub(super) fn new(run: &RunRecord, measured_secs: Option<f64>) -> Self {
        let earlier: Vec<f64> = run.epochs.iter().map(|epoch| epoch.seconds).collect();
        Self { epochs_done: run.epochs_done(), expected_secs: typical(&earlier).or(measured_secs), ..Self::default() }
    }

    fn begin_epoch(&mut self) {
        self.began = Some(Instant::now());
    }

    fn end_epoch(&mut self, epoch: usize, secs: f64) {
        self.epochs_done = epoch;
        self.secs.push(secs);
        // The next one begins at once.
        self.begin_epoch();
    }

    fn pause(&mut self, is_paused: bool) {
        if is_paused {
            self.paused = Some(Instant::now());
        } else if let Some(since) = self.paused.take() {
            self.began = self.began.map(|began| began + since.elapsed());
        }
    }

    fn epoch_secs(&self) -> Option<f64> {
        typical(&self.secs).or(self.expected_secs)
    }

    fn elapsed_secs(&self) -> f64 {
        let Some(began) = self.began else { return 0.0 };
        let until = self.paused.unwrap_or_else(Instant::now);
        until.checked_duration_since(began).unwrap_or(Duration::ZERO).as_secs_f64()
    }
}

/// The median of the last epochs, which one that had to wait for something else does not change; where epochs are so short
/// that many fit into [`RECENT_SECS`], the mean of those, since then such waits are part of what an epoch takes.
fn typical(secs: &[f64]) -> Option<f64> {
    let mut together = 0.0;
    let short = secs.iter().rev().take_while(|secs| {
        together += **secs;
        together <= RECENT_SECS
    });
    let count = short.count();
    if count > RECENT_EPOCHS {
        return Some(secs[secs.len() - count..].iter().sum::<f64>() / count as f64);
    }
    let mut recent = secs[secs.len().saturating_sub(RECENT_EPOCHS)..].to_vec();
    recent.sort_by(f64::total_cmp);
    let middle = recent.len() / 2;
    match recent.len() {
        0 => None,
        length if length.is_multiple_of(2) => Some(f64::midpoint(recent[middle - 1], recent[middle])),
        _ => Some(recent[middle]),
    }
}

/// With which seed a run is trained again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    SameSeed,
    /// The lowest that no run with otherwise the same settings has had, above its own.
    AnotherSeed,
}

impl Again {
    /// The settings of a copy of `run`.
    pub(super) fn settings(self, run: &RunRecord, runs: &[RunRecord]) -> Hyperparameters {
        let with_seed = |seed| Hyperparameters { seed, ..run.settings.clone() };
        match self {
            Self::SameSeed => run.settings.clone(),
            Self::AnotherSeed => {
                let tried = |settings: &Hyperparameters| runs.iter().any(|other| other.settings == *settings);
                let mut seed = run.settings.seed + 1;
                while tried(&with_seed(seed)) {
                    seed += 1;
                }
                with_seed(seed)
            }
        }
    }
}

/// A run's name without the number that told it from its namesakes.
pub(super) fn without_number(name: &str) -> &str {
    let head = name.strip_suffix(')').and_then(|head| head.rsplit_once(" ("));
    match head {
        Some((label, number)) if number.parse::<usize>().is_ok() => label,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_whole_epochs_and_the_rest_of_this_one() {
        assert_eq!(seconds_left(2.0, 3, 0.5), 5.5);
        assert_eq!(seconds_left(2.0, 3, 9.0), 4.0, "an epoch that takes long is about to end");
        assert_eq!(seconds_left(2.0, 1, 0.0), 2.0);
        assert_eq!(seconds_left(2.0, 0, 1.0), 0.0);
    }

    #[test]
    fn a_hiccup_does_not_change_what_an_epoch_takes_but_a_new_pace_does() {
        assert_eq!(typical(&[]), None);
        assert_eq!(typical(&[2.0, 4.0]), Some(3.0));
        assert_eq!(typical(&[1.0, 1.1, 30.0, 0.9, 1.0]), Some(1.0));
        assert_eq!(typical(&[1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0]), Some(2.0));
        let short: Vec<f64> = (0..100).map(|index| if index % 4 == 0 { 0.05 } else { 0.01 }).collect();
        assert!((typical(&short).unwrap() - 0.02).abs() < 1e-9, "short ones that wait now and then");
    }

    /// Epochs of a training that other work slows down now and then: after the second one, what is said to be left is
    /// within a fifth of what it turns out to be, until the last moments.
    #[test]
    fn time_left_is_within_a_fifth_after_the_second_epoch() {
        let epochs: Vec<f64> = (0..20).map(|index| [1.0, 1.15, 0.95, 1.1, 1.0, 1.3][index % 6]).collect();
        for done in 2..epochs.len() {
            let said = seconds_left(typical(&epochs[..done]).unwrap(), epochs.len() - done, 0.0);
            let truth: f64 = epochs[done..].iter().sum();
            assert!((said / truth - 1.0).abs() < 0.2 || epochs.len() - done == 1, "{done} done: {said} for {truth}");
        }
    }

    #[test]
    fn a_pause_does_not_count() {
        let mut clock = EpochClock { expected_secs: Some(1.0), ..EpochClock::default() };
        clock.began = Some(Instant::now() - Duration::from_secs(10));
        clock.paused = Some(Instant::now() - Duration::from_secs(9));
        assert!((clock.elapsed_secs() - 1.0).abs() < 0.5);
        clock.pause(false);
        assert!((clock.elapsed_secs() - 1.0).abs() < 0.5);
        clock.end_epoch(1, 3.0);
        assert_eq!((clock.epoch_secs(), clock.epochs_done), (Some(3.0), 1));
    }

    #[test]
    fn runs_wait_in_the_order_that_they_are_moved_to() {
        let mut training = Training { queue: (1..=4).map(RunId).collect(), ..Training::default() };
        let mut order = |run, by| {
            training.move_in_queue(RunId(run), by);
            training.queue.iter().map(|run| run.0).collect::<Vec<_>>()
        };
        assert_eq!(order(3, -1), [1, 3, 2, 4]);
        assert_eq!(order(1, -1), [1, 3, 2, 4], "the first stays");
        assert_eq!(order(4, 1), [1, 3, 2, 4], "the last stays");
        assert_eq!(order(1, 1), [3, 1, 2, 4]);
        assert_eq!(order(9, 1), [3, 1, 2, 4], "one that is gone changes nothing");
    }

    #[test]
    fn names_without_their_numbers() {
        let names = ["Model 3 (2)", "Model 3", "Mine (blue)", "(3)"].map(without_number);
        assert_eq!(names, ["Model 3", "Model 3", "Mine (blue)", "(3)"]);
    }
}
