//! Finding colors, and reaching verdicts.

use std::sync::Arc;

use super::{App, Outcome};
use crate::app::evidence::VerdictUnder;
use crate::app::state::{Step, ToastKind};
use crate::evidence::{Control, Verdict};
use crate::jobs::{
    ColorFindings, Job, JobEvent, Stop, VerdictEvent, VerdictKind, find_colors, let_others_go_first, reach_verdict,
    run_controls,
};
use crate::study::Access;

impl App {
    pub(super) fn find_colors(&mut self) {
        let Some(file) = self.file.clone() else { return };
        let Some(snapshot) = self.state.study.as_ref().and_then(|study| study.snapshot.clone()) else { return };
        let (clustering, naming) = (self.state.colors.clustering, self.state.colors.naming);
        self.state.colors.under_way = Some(self.state.colors.asked(&snapshot));
        self.task("colors", move || {
            let found = file.connect().and_then(|mut study| {
                let found = find_colors(&study, clustering, naming)?;
                if file.access() == Access::Write && !study.are_colors_seen()? {
                    study.note_colors_seen()?;
                }
                Ok(found)
            });
            Outcome::Colors(Box::new(found.map_err(|error| error.to_string())))
        });
    }

    pub(super) fn take_colors(&mut self, found: Result<ColorFindings, String>) {
        let colors = &mut self.state.colors;
        // Of a study that has been left meanwhile, nobody wants to know.
        if colors.under_way.is_some() {
            colors.found_for = colors.under_way.take();
            colors.found = Some(found.map(Arc::new));
        }
    }

    pub(super) fn reach_verdict(&mut self, kind: VerdictKind) {
        if !self.can_write() || self.state.verdict.under.is_some() {
            return;
        }
        let (Some(file), Some(study)) = (self.file.clone(), self.state.study.as_ref()) else { return };
        let request = self.state.verdict.request(kind, study);
        self.state.step = Step::Verdict;
        self.state.verdict.failed = None;
        let options = self.train_options();
        let job: Job<VerdictEvent, Option<Verdict>> =
            Job::start("verdict", self.wakers.paced.clone(), move |wishes, tell| {
                let_others_go_first();
                reach_verdict(&file, &request, options, wishes, tell)
            });
        self.state.verdict.under = Some(VerdictUnder { kind, event: VerdictEvent::Reading, job });
    }

    pub(super) fn stop_verdict(&mut self) {
        if let Some(under) = &self.state.verdict.under {
            under.job.wishes().ask_stop(Stop::Asked);
        }
    }

    pub(super) fn drain_verdict(&mut self) {
        while let Some(event) = self.state.verdict.under.as_mut().and_then(|under| under.job.next_event()) {
            match event {
                JobEvent::Update(event) => {
                    if let Some(under) = &mut self.state.verdict.under {
                        under.event = event;
                    }
                    continue;
                }
                JobEvent::Finished(Some(verdict)) => {
                    self.state.verdict.shown = None;
                    self.state.toast(ToastKind::Success, format!("The verdict: {}.", verdict.answer.as_str()));
                }
                JobEvent::Finished(None) => {
                    self.state.toast(
                        ToastKind::Info,
                        "The verdict was stopped. The networks that are done are kept for the next one.",
                    );
                }
                JobEvent::Failed(why) => self.state.verdict.failed = Some(why),
            }
            self.state.verdict.under = None;
            self.refresh();
        }
    }

    pub(super) fn run_controls(&mut self) {
        let (Some(file), Some(study)) = (self.file.clone(), self.state.study.as_ref()) else { return };
        let request = self.state.verdict.request(VerdictKind::Quick, study);
        self.state.verdict.is_controlling = true;
        self.task("controls", move || {
            let connected = file.connect().map_err(|error| error.to_string());
            let controls = |study| run_controls(&study, &request).map_err(|error| error.to_string());
            Outcome::Controls(connected.and_then(controls))
        });
    }

    pub(super) fn take_controls(&mut self, controls: Result<Vec<Control>, String>) {
        self.state.verdict.is_controlling = false;
        self.state.verdict.controls = Some(controls);
    }
}
