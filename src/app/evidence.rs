//! Colors and the verdict, as the panels see them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{OpenStudy, Snapshot};
use crate::evidence::colors::{Clustering, Naming};
use crate::evidence::{Control, Target, Verdict};
use crate::jobs::{ColorFindings, Job, VerdictEvent, VerdictKind, VerdictRequest};
use crate::study::{Descriptive, RunId, plural};

/// The colors panel.
#[derive(Debug, Default)]
pub struct Colors {
    pub clustering: Clustering,
    pub naming: Naming,
    /// What was found; `None` until it was looked for.
    pub found: Option<Result<Arc<ColorFindings>, String>>,
    /// What `found` is about.
    pub(super) found_for: Option<Asked>,
    /// What is being looked for.
    pub(super) under_way: Option<Asked>,
}

/// What colors are looked at: with which choices, of how many tracks, and of which figures of theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Asked {
    clustering: Clustering,
    naming: Naming,
    tracks: usize,
    figures: Descriptive,
}

impl Colors {
    /// What is to be looked for now.
    pub(super) fn asked(&self, snapshot: &Snapshot) -> Asked {
        let (clustering, naming) = (self.clustering, self.naming);
        Asked { clustering, naming, tracks: snapshot.usable_tracks(), figures: snapshot.popularity }
    }

    /// Whether what was found is of other choices, tracks or figures than these, and nobody looks for it yet.
    pub fn is_wanted(&self, snapshot: &Snapshot) -> bool {
        self.under_way.is_none() && self.found_for != Some(self.asked(snapshot))
    }

    /// Whether it is being looked for.
    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }
}

/// The verdict panel.
#[derive(Default)]
pub struct VerdictPanel {
    pub target: Target,
    /// Of the study's verdicts, the place of the one that is shown; none is the latest on the target.
    pub shown: Option<usize>,
    /// The runs whose settings take part; none is the preset Quick.
    pub runs: BTreeSet<RunId>,
    pub under: Option<VerdictUnder>,
    /// Why the last one was not reached.
    pub failed: Option<String>,
    /// Controls that were run on their own.
    pub controls: Option<Result<Vec<Control>, String>>,
    pub is_controlling: bool,
}

impl VerdictPanel {
    /// What is asked for, as chosen.
    pub(super) fn request(&self, kind: VerdictKind, study: &OpenStudy) -> VerdictRequest {
        let chosen = study.tested_runs().filter(|run| self.runs.contains(&run.id));
        VerdictRequest { kind, target: self.target, runs: chosen.map(|run| run.name.clone()).collect() }
    }
}

/// A verdict that is being reached.
pub struct VerdictUnder {
    pub kind: VerdictKind,
    pub event: VerdictEvent,
    pub(super) job: Job<VerdictEvent, Option<Verdict>>,
}

impl VerdictUnder {
    /// How far it is, from 0 to 1.
    pub fn share(&self) -> f32 {
        match self.event {
            VerdictEvent::Reading => 0.0,
            VerdictEvent::Training { done, total, .. } => 0.95 * done as f32 / total.max(1) as f32,
            VerdictEvent::Testing => 0.95,
        }
    }

    /// What it does now.
    pub fn sentence(&self) -> String {
        match self.event {
            VerdictEvent::Reading => "Verdict: reading the covers".to_owned(),
            VerdictEvent::Training { done, total, seconds_left } => {
                let left = seconds_left.map_or_else(String::new, |seconds| format!(", {} left", minutes(seconds)));
                format!("Verdict: network {} of {total}{left}", (done + 1).min(total))
            }
            VerdictEvent::Testing => "Verdict: testing against chance".to_owned(),
        }
    }
}

/// A duration in the unit that means something.
fn minutes(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as usize;
    if seconds < 90.0 {
        plural(seconds.ceil() as usize, "second", "seconds")
    } else if minutes < 120 {
        format!("{minutes} minutes")
    } else {
        format!("{:.1} hours", seconds / 3600.0)
    }
}
