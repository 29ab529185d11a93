//! Measuring how long the model panel's settings would train, while nothing else is going on.

use super::App;
use crate::app::state::Step;
use crate::jobs::{Job, JobEvent, Pace, Stop, let_others_go_first, measure_pace};
use crate::nn::{CheckedHyperparameters, Kernels, TrainOptions, available_memory_bytes};

impl App {
    /// How trainings and verdicts compute.
    pub(super) fn train_options(&self) -> TrainOptions {
        TrainOptions { threads: self.state.settings.cores, kernels: Kernels::Auto }
    }

    /// Takes a measurement that has ended, and begins the next one that is wanted.
    pub(super) fn measure_paces(&mut self) {
        let ended = self.state.estimates.under.as_mut().and_then(|under| under.job.next_event());
        match ended {
            Some(JobEvent::Finished(pace)) => self.state.estimates.end(Ok(pace)),
            Some(JobEvent::Failed(why)) => self.state.estimates.end(Err(why)),
            Some(JobEvent::Update(())) | None => {}
        }
        let training = &self.state.training;
        let is_busy = training.under.is_some()
            || !training.queue.is_empty()
            || self.import.is_some()
            || self.state.verdict.under.is_some()
            || self.state.step != Step::Model;
        if is_busy {
            // What else is going on would be measured too, and would be slowed down.
            if let Some(under) = &self.state.estimates.under {
                under.job.wishes().ask_stop(Stop::Asked);
            }
        } else if let Some(wanted) = self.next_to_measure()
            && self.state.estimates.has_rested(wanted.get(), self.state.settings.cores)
            && self.state.estimates.under.is_none()
        {
            self.measure_pace(wanted);
        }
    }

    /// The settings in the form or, once they are known, the first of the sweep that are not.
    fn next_to_measure(&self) -> Option<CheckedHyperparameters> {
        let (form, cores) = (&self.state.model, self.state.settings.cores);
        let tracks = self.state.study.as_ref()?.usable_tracks();
        let available = available_memory_bytes().unwrap_or(u64::MAX);
        let is_wanted = |checked: &CheckedHyperparameters| {
            tracks > 0
                && self.state.estimates.lacks(checked.get(), cores)
                && checked.get().check_memory(tracks, available).is_ok()
        };
        let of_sweep = || {
            let sweep = form.expand_sweep(tracks);
            let wanted = sweep.runs.into_iter().find(|run| self.state.estimates.lacks(&run.settings, cores));
            wanted.and_then(|run| run.settings.check().ok())
        };
        form.check().ok().filter(is_wanted).or_else(of_sweep)
    }

    fn measure_pace(&mut self, wanted: CheckedHyperparameters) {
        let Some(file) = self.file.clone() else { return };
        let (options, settings) = (self.train_options(), wanted.get().clone());
        let job: Job<(), Option<Pace>> = Job::start("pace", self.wakers.prompt.clone(), move |wishes, _| {
            let_others_go_first();
            measure_pace(&file, &wanted, options, wishes)
        });
        self.state.estimates.begin(&settings, self.state.settings.cores, job);
    }
}
