//! The queue of runs: adding to it, training the next, and what a training has to tell.

use std::sync::Arc;
use std::time::Instant;

use super::{App, Outcome};
use crate::app::state::{Step, ToastKind};
use crate::app::training::Under;
use crate::jobs::{Job, JobEvent, Stop, TrainEvent, Trained, train_run};
use crate::nn::{Kernels, TrainOptions};
use crate::study::{RunId, RunRecord, RunStatus};

impl App {
    pub(super) fn queue_new_run(&mut self) {
        if !self.can_write() {
            return;
        }
        let (Some(file), Ok(checked)) = (self.file.clone(), self.state.model.check()) else { return };
        let (label, model) = self.state.model.label_and_key();
        let (settings, parameters) = (self.state.model.settings.clone(), checked.parameters());
        self.state.step = Step::Training;
        self.task("queue run", move || {
            let added = file.connect().and_then(|mut study| study.add_run(label, model, &settings, parameters));
            Outcome::QueuedRun(added.map_err(|error| error.to_string()))
        });
    }

    /// Queues a run that was ended early, and shows how it goes on.
    pub(super) fn resume_run(&mut self, run: RunId) {
        if self.can_write() {
            self.state.step = Step::Training;
            self.queue(run);
        }
    }

    /// Without a change of the step: the person may be elsewhere by the time a new run is in the study.
    pub(super) fn queue(&mut self, run: RunId) {
        if !self.state.training.queue.contains(&run) {
            self.state.training.queue.push_back(run);
        }
    }

    pub(super) fn start_next_run(&mut self) {
        if self.state.training.under.is_some() {
            return;
        }
        let (Some(file), Some(&run)) = (self.file.clone(), self.state.training.queue.front()) else { return };
        let Some(record) = self.record(run) else { return };
        let (name, epoch) = (record.name.clone(), record.epochs_done());
        let (epochs, batch_size) = (record.settings.epochs, record.settings.batch_size);
        record.status = RunStatus::Running;
        self.state.training.queue.pop_front();
        self.state.training.shown = Some(run);
        let job: Job<TrainEvent, Trained> = Job::start("training", self.wakers.paced.clone(), move |wishes, tell| {
            let options = TrainOptions { threads: 0, kernels: Kernels::Auto };
            train_run(&file, run, options, wishes, tell)
        });
        self.state.training.under = Some(Under {
            run,
            name,
            epochs,
            epoch,
            step: 0,
            steps: 0,
            is_paused: false,
            resizing: None,
            since: Instant::now(),
            steps_done: 0,
            batch_size,
            has_begun: false,
            job,
        });
    }

    pub(super) fn record(&mut self, run: RunId) -> Option<&mut RunRecord> {
        let snapshot = self.state.study.as_mut()?.snapshot.as_mut()?;
        Arc::make_mut(snapshot).runs.iter_mut().find(|record| record.id == run)
    }

    pub(super) fn pause(&mut self, pause: bool) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_pause(pause);
        }
    }

    pub(super) fn stop_training(&mut self) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_stop(Stop::Asked);
        }
    }

    pub(super) fn drain_training(&mut self) {
        while let Some(event) = self.state.training.under.as_mut().and_then(|under| under.job.next_event()) {
            match event {
                JobEvent::Update(event) => self.note_training(&event),
                JobEvent::Finished(trained) => self.training_ended(trained.run.id, Ok(trained.run)),
                JobEvent::Failed(why) => {
                    if let Some(run) = self.state.training.under.as_ref().map(|under| under.run) {
                        self.training_ended(run, Err(why));
                    }
                }
            }
        }
    }

    pub(super) fn note_training(&mut self, event: &TrainEvent) {
        let mut has_begun = false;
        if let Some(under) = &mut self.state.training.under {
            under.note(event);
            has_begun = !under.has_begun && matches!(event, TrainEvent::Step { .. });
            under.has_begun |= has_begun;
        }
        if has_begun {
            // The split is drawn now, and with it what always guessing the mean scores.
            self.refresh();
        }
        match event {
            TrainEvent::Epoch { run, record, .. } => {
                // A snapshot that was read meanwhile may hold the epoch already.
                if let Some(run) = self.record(*run)
                    && run.epochs_done() < record.epoch
                {
                    run.epochs.push(*record);
                }
            }
            TrainEvent::Paused(paused) => {
                let run = self.state.training.under.as_ref().map(|under| under.run);
                if let Some(run) = run.and_then(|run| self.record(run)) {
                    run.status = if *paused { RunStatus::Paused } else { RunStatus::Running };
                }
            }
            TrainEvent::Resizing { .. } | TrainEvent::Step { .. } => {}
        }
    }

    pub(super) fn training_ended(&mut self, run: RunId, result: Result<RunRecord, String>) {
        self.state.training.under = None;
        self.state.results.predictions.remove(&run);
        match result {
            Ok(record) => {
                let name = record.name.clone();
                if record.status == RunStatus::Finished {
                    self.state.toast(ToastKind::Success, format!("{name} has finished training."));
                    self.state.results.shown = Some(run);
                    self.state.results.selected.insert(run);
                }
                if let Some(place) = self.record(run) {
                    *place = record;
                }
            }
            Err(why) => self.state.toast(ToastKind::Error, why),
        }
        self.refresh();
    }
}
