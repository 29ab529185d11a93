//! The queue of runs: adding to it, training the next, and what a training has to tell.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{App, Outcome};
use crate::app::state::{Step, ToastKind};
use crate::app::training::{Again, EpochClock, Under, without_number};
use crate::app::{Expected, OwnPreset};
use crate::jobs::{Job, JobEvent, Stop, TrainEvent, Trained, let_others_go_first, train_run};
use crate::study::{NewRun, RunId, RunRecord, RunStatus, plural};

/// How often runs that train in another window are looked at.
const FOLLOW_EVERY: Duration = Duration::from_secs(2);

impl App {
    pub(super) fn queue_new_run(&mut self) {
        let Ok(checked) = self.state.model.check() else { return };
        let (label, model) = self.state.model.label_and_key();
        let run = NewRun {
            label: label.to_owned(),
            model: model.to_owned(),
            settings: self.state.model.settings.clone(),
            parameters: checked.parameters(),
        };
        self.add_runs(vec![run], String::new());
    }

    pub(super) fn queue_sweep(&mut self) {
        let Some(study) = &self.state.study else { return };
        let sweep = self.state.model.expand_sweep(study.usable_tracks());
        if sweep.runs.is_empty() {
            return;
        }
        let is_taken = |name: &str| study.runs().iter().any(|run| run.sweep == name);
        let numbered = (2..).map(|number| format!("{} ({number})", sweep.name));
        let name = std::iter::once(sweep.name.clone()).chain(numbered).find(|name| !is_taken(name));
        self.add_runs(sweep.runs, name.unwrap_or_default());
    }

    /// Queues a copy of a run.
    pub(super) fn train_again(&mut self, run: RunId, again: Again) {
        let runs = self.state.study.as_ref().map_or(&[][..], |study| study.runs());
        let Some(record) = runs.iter().find(|record| record.id == run) else { return };
        let copy = NewRun {
            label: without_number(&record.name).to_owned(),
            model: record.model.clone(),
            settings: again.settings(record, runs),
            parameters: record.parameters,
        };
        let sweep = record.sweep.clone();
        self.add_runs(vec![copy], sweep);
    }

    fn add_runs(&mut self, runs: Vec<NewRun>, sweep: String) {
        if !self.can_write() {
            return;
        }
        let Some(file) = self.file.clone() else { return };
        self.state.step = Step::Training;
        self.task("queue runs", move || {
            let added = file.connect().and_then(|mut study| study.add_runs(&runs, &sweep));
            Outcome::QueuedRuns(added.map_err(|error| error.to_string()))
        });
    }

    /// Queues runs that were ended early, and shows how they go on.
    pub(super) fn resume_runs(&mut self, runs: Vec<RunId>) {
        if self.can_write() {
            self.state.step = Step::Training;
            self.queue(runs);
        }
    }

    /// Without a change of the step: the person may be elsewhere by the time a new run is in the study.
    pub(super) fn queue(&mut self, runs: Vec<RunId>) {
        for run in runs {
            if !self.state.training.queue.contains(&run) {
                self.state.training.queue.push_back(run);
            }
        }
    }

    pub(super) fn start_next_run(&mut self) {
        // A measurement that is being given up would slow the training down.
        if self.state.training.under.is_some() || self.state.estimates.under.is_some() {
            return;
        }
        let (Some(file), Some(&run)) = (self.file.clone(), self.state.training.queue.front()) else { return };
        let Some(record) = self.record(run).map(|record| {
            record.status = RunStatus::Running;
            record.clone()
        }) else {
            return;
        };
        let options = self.train_options();
        let tracks = self.state.study.as_ref().map_or(0, crate::app::OpenStudy::usable_tracks);
        let measured = self.state.estimates.epoch_secs(&record.settings, options.threads, tracks);
        let expected = match self.state.estimates.of(&record.settings, options.threads, tracks) {
            Expected::Secs(secs) if record.epochs.is_empty() => Some((Instant::now(), secs)),
            _ => None,
        };
        self.state.training.queue.pop_front();
        self.state.training.shown = Some(run);
        let job: Job<TrainEvent, Trained> = Job::start("training", self.wakers.paced.clone(), move |wishes, tell| {
            let_others_go_first();
            train_run(&file, run, options, wishes, tell)
        });
        self.state.training.under = Some(Under {
            run,
            clock: EpochClock::new(&record, measured),
            epoch: record.epochs_done(),
            epochs: record.settings.epochs,
            batch_size: record.settings.batch_size,
            name: record.name,
            step: 0,
            steps: 0,
            is_paused: false,
            resizing: None,
            since: Instant::now(),
            steps_done: 0,
            expected,
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
            TrainEvent::OtherKernels(sentence) => self.state.toast(ToastKind::Info, sentence.as_str()),
            TrainEvent::Resizing { .. } | TrainEvent::Step { .. } => {}
        }
    }

    pub(super) fn training_ended(&mut self, run: RunId, result: Result<RunRecord, String>) {
        let under = self.state.training.under.take();
        let expected = under.as_ref().and_then(|under| under.expected);
        let name = under.map_or_else(String::new, |under| under.name);
        self.state.results.predictions.remove(&run);
        let more = match self.state.training.queue.len() {
            0 => String::new(),
            waiting => format!(" {} to go.", plural(waiting, "more run", "more runs")),
        };
        match result {
            Ok(record) => {
                if record.status == RunStatus::Finished {
                    let all_epochs = record.epochs_done() == record.settings.epochs;
                    if let Some((since, secs)) = expected.filter(|_| all_epochs) {
                        self.state.estimates.learn(secs, since.elapsed().as_secs_f64());
                    }
                    self.state.toast(ToastKind::Finished, format!("{name} has finished training.{more}"));
                    self.state.training.unseen = Some(format!("{name} has finished"));
                    self.state.results.shown = Some(run);
                    self.state.results.selected.insert(run);
                }
                if let Some(place) = self.record(run) {
                    *place = record;
                }
            }
            Err(why) => {
                self.state.toast(ToastKind::Error, format!("{name} has failed. {why}{more}"));
                self.state.training.unseen = Some(format!("{name} has failed"));
            }
        }
        self.refresh();
    }

    /// Looks at runs that another window trains, now and then.
    pub(super) fn follow_training_elsewhere(&mut self) {
        if !self.follows() {
            return;
        }
        if self.state.training.followed.is_none_or(|since| since.elapsed() >= FOLLOW_EVERY) {
            self.state.training.followed = Some(Instant::now());
            self.refresh();
        }
    }

    /// How soon runs in another window are to be looked at again, where there are any.
    pub fn next_look(&self) -> Option<Duration> {
        self.follows().then_some(FOLLOW_EVERY)
    }

    fn follows(&self) -> bool {
        self.state.study.as_ref().is_some_and(|study| study.training_elsewhere().is_some())
    }

    pub(super) fn keep_preset(&mut self, name: &str) {
        if self.state.model.preset_name_problem(name).is_some() {
            return;
        }
        let preset = OwnPreset { name: name.trim().to_owned(), settings: self.state.model.settings.clone() };
        self.state.settings.keep_preset(preset.clone());
        self.state.toast(ToastKind::Success, format!("The settings are kept as {}.", preset.name));
        self.state.model.own = Some(preset);
        self.state.model.new_preset = None;
    }

    pub(super) fn forget_preset(&mut self, name: &str) {
        self.state.settings.presets.retain(|preset| preset.name != name);
        self.state.model.own = None;
        self.state.toast(
            ToastKind::Info,
            format!("The preset {name} is deleted. Its settings are still chosen, so that you can save them again."),
        );
    }
}
