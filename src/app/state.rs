//! Everything that is drawn.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::estimates::Estimates;
use super::evidence::{Colors, VerdictPanel};
use super::results::Results;
use super::scores::{ScorePanel, ScoredCover};
use super::training::Training;
use super::{
    CoverKey, CoverView, CoversPanel, Edits, ModelForm, Picture, PlaylistForm, Settings, Snapshot, SpotifyLogin,
};
use crate::evidence::Verdict;
use crate::sources::{DecimalMark, ImportProgress, ImportSummary, Preview};
use crate::study::{Access, Recovered, RunId, RunRecord, RunStatus, Target};

/// The eight steps of a study, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Step {
    #[default]
    Import,
    Covers,
    Colors,
    Model,
    Training,
    Results,
    Verdict,
    Score,
}

impl Step {
    /// In the order of the rail.
    pub const ALL: [Self; 8] = [
        Self::Import,
        Self::Covers,
        Self::Colors,
        Self::Model,
        Self::Training,
        Self::Results,
        Self::Verdict,
        Self::Score,
    ];

    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Import => "Import",
            Self::Covers => "Covers",
            Self::Colors => "Colors",
            Self::Model => "Model",
            Self::Training => "Training",
            Self::Results => "Results",
            Self::Verdict => "Verdict",
            Self::Score => "Score",
        }
    }
}

/// A study that is open.
#[derive(Debug)]
pub struct OpenStudy {
    pub name: String,
    pub path: PathBuf,
    pub access: Access,
    /// Tells this opening from all others, those of earlier windows among them.
    pub opening: u64,
    /// Whether it lives in the program's own folder, without a name given by the person.
    pub is_autosaved: bool,
    /// What a killed program left unfinished, until it is dismissed.
    pub recovered: Option<Recovered>,
    /// `None` until it has been read for the first time.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Covers that have been read for the screen.
    pub covers: HashMap<CoverKey, Result<CoverView, String>>,
}

impl OpenStudy {
    /// Takes what was read anew; epochs that were told of meanwhile are kept.
    pub(super) fn take_snapshot(&mut self, mut snapshot: Snapshot) {
        for run in &mut snapshot.runs {
            if let Some(known) = self.runs().iter().find(|known| known.id == run.id)
                && known.epochs_done() > run.epochs_done()
            {
                run.epochs.clone_from(&known.epochs);
            }
        }
        self.snapshot = Some(Arc::new(snapshot));
    }

    /// What it holds; nothing yet while it is being read.
    pub fn runs(&self) -> &[RunRecord] {
        self.snapshot.as_ref().map_or(&[], |snapshot| &snapshot.runs)
    }

    /// How many tracks can train or test a model.
    pub fn usable_tracks(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.usable_tracks())
    }

    /// How many tracks there are.
    pub fn tracks(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |snapshot| snapshot.counts.tracks)
    }

    /// The runs whose test predictions are known.
    pub fn tested_runs(&self) -> impl DoubleEndedIterator<Item = &RunRecord> {
        self.runs().iter().filter(|run| run.figures.is_some())
    }

    /// The run that another window or command trains; this one can only read.
    pub fn training_elsewhere(&self) -> Option<&RunRecord> {
        let is_training = |run: &&RunRecord| matches!(run.status, RunStatus::Running | RunStatus::Paused);
        self.runs().iter().find(is_training).filter(|_| self.access == Access::Read)
    }

    /// The run that scores: the chosen one, or the latest finished one.
    pub fn scoring_run(&self, chosen: Option<RunId>) -> Option<&RunRecord> {
        chosen
            .and_then(|id| self.tested_runs().find(|run| run.id == id))
            .or_else(|| self.runs().iter().rfind(|run| run.status == RunStatus::Finished))
    }
}

/// Why a study that is open for reading cannot be changed.
pub const READ_ONLY: &str = "This study is open for reading only. Save it under another name to change it.";

/// What is being typed in the import panel.
#[derive(Debug, Default)]
pub struct ImportForm {
    /// Paths of spreadsheets, with `;` between them.
    pub table: String,
    pub covers: String,
    pub preview: Option<Result<Preview, String>>,
    /// What the chosen column is, where it is not popularity.
    pub target: Target,
    /// The mark before decimals in it, where the person says so.
    pub decimal_mark: Option<DecimalMark>,
    /// Which of what was rejected is listed.
    pub filter: String,
}

impl ImportForm {
    /// The spreadsheets in the field.
    pub fn tables(&self) -> Vec<PathBuf> {
        self.table.split(';').map(str::trim).filter(|path| !path.is_empty()).map(PathBuf::from).collect()
    }

    /// Fills the field. The covers folder of other spreadsheets is none of these.
    pub fn set_tables(&mut self, paths: &[PathBuf]) {
        let before = self.tables();
        if !before.is_empty() && before != paths {
            self.covers.clear();
        }
        self.table = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("; ");
    }
}

/// An import under way.
#[derive(Clone, Copy, Debug)]
pub struct ImportState {
    pub progress: ImportProgress,
    pub since: Instant,
    /// When the panels were last shown what it has brought.
    pub(super) shown: Instant,
}

/// How the last import ended.
#[derive(Clone, Debug)]
pub enum Imported {
    Done(ImportSummary),
    Failed(String),
}

/// What can lie over the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The list of keys.
    Shortcuts,
    /// The version and licences.
    About,
    /// Where a copy of the study goes, as there is no file chooser.
    SaveAs,
}

/// Something for the clipboard.
#[derive(Clone, Debug, PartialEq)]
pub enum Copied {
    Text(String),
    Picture(Picture),
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    Info,
    Success,
    /// A run has finished; of several in a row, the latest is told.
    Finished,
    Error,
}

/// A message that lies over the panel for a while.
#[derive(Clone, Debug)]
pub struct Toast {
    pub id: u64,
    pub kind: ToastKind,
    pub text: String,
    pub since: Instant,
    /// Whether it offers to take back what it tells of.
    pub can_undo: bool,
}

/// Everything that is drawn.
#[derive(Default)]
pub struct State {
    pub settings: Settings,
    pub step: Step,
    pub study: Option<OpenStudy>,
    /// Whether a study is being opened, made or saved.
    pub is_opening: bool,
    /// The path that is typed on the start page.
    pub study_path: String,
    /// What is typed as the place of the study's copy.
    pub save_path: String,
    /// The path that is typed on the score page.
    pub cover_path: String,
    /// Why a study could not be opened, on the start page.
    pub open_error: Option<String>,
    pub import_form: ImportForm,
    pub playlist_form: PlaylistForm,
    pub spotify: SpotifyLogin,
    pub import: Option<ImportState>,
    pub imported: Option<Imported>,
    /// The image size of the covers panel, until the model's is changed.
    pub preview_size: usize,
    pub covers: CoversPanel,
    /// Whether the search field is to have the keyboard.
    pub wants_search: bool,
    /// What was changed by hand.
    pub edits: Edits,
    pub model: ModelForm,
    pub estimates: Estimates,
    pub training: Training,
    pub results: Results,
    pub colors: Colors,
    pub verdict: VerdictPanel,
    /// Latest first, those of the study's history included.
    pub scored: Vec<ScoredCover>,
    pub score: ScorePanel,
    /// The run chosen to score.
    pub score_with: Option<RunId>,
    /// What lies over the panel.
    pub overlay: Option<Overlay>,
    pub toasts: Vec<Toast>,
    /// What the window is to put on the clipboard.
    pub copied: Option<Copied>,
    pub(super) next_number: u64,
}

impl State {
    /// Why the study cannot be changed, where that is so.
    pub fn read_only(&self) -> Option<&'static str> {
        self.study.as_ref().is_some_and(|study| study.access == Access::Read).then_some(READ_ONLY)
    }

    /// What the study predicts.
    pub fn target(&self) -> Target {
        let snapshot = self.study.as_ref().and_then(|study| study.snapshot.as_ref());
        snapshot.map(|snapshot| snapshot.target.clone()).unwrap_or_default()
    }

    /// The verdict that is shown, with its place among the study's: the chosen one, else the latest on the target.
    pub fn shown_verdict(&self) -> Option<(usize, &Verdict)> {
        let verdicts = &self.study.as_ref()?.snapshot.as_ref()?.verdicts;
        let is_on_target = |place: &usize| verdicts.get(*place).is_some_and(|one| one.target == self.verdict.target);
        let latest = || verdicts.iter().rposition(|verdict| verdict.target == self.verdict.target);
        let place = self.verdict.shown.filter(is_on_target).or_else(latest)?;
        verdicts.get(place).map(|verdict| (place, verdict))
    }

    /// Why a step cannot be entered yet; `None` where it can.
    pub fn blocked(&self, step: Step) -> Option<&'static str> {
        let study = self.study.as_ref();
        let has_tracks = study.is_some_and(|study| study.tracks() > 0);
        let has_runs = study.is_some_and(|study| !study.runs().is_empty());
        match step {
            Step::Import => study.is_none().then_some("Open or start a study first."),
            Step::Covers if !has_tracks => Some("Import tracks first."),
            Step::Model if !has_tracks => Some("Import tracks first."),
            Step::Training | Step::Results if !has_runs => Some("Train a model first."),
            Step::Score if study.is_none() => Some("Open or start a study first."),
            Step::Colors | Step::Verdict if !has_tracks => Some("Import tracks first."),
            _ => None,
        }
    }

    /// Why nothing can be done that needs at least `least` tracks, where the study has fewer that count.
    pub fn too_few_tracks(&self, least: usize) -> Option<&'static str> {
        let snapshot = self.study.as_ref()?.snapshot.as_ref()?;
        if snapshot.usable_tracks() >= least {
            None
        } else if snapshot.excluded > 0 {
            Some("Too few tracks are left in the study. Include some again in Covers.")
        } else {
            Some("There are too few tracks with both a value and a cover. Import more.")
        }
    }

    /// A number that has not been given yet.
    pub(super) fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    /// Lays a message over the panel.
    pub(super) fn toast(&mut self, kind: ToastKind, text: impl Into<String>) {
        let id = self.number();
        let text = text.into();
        self.toasts.retain(|toast| toast.text != text && (kind != ToastKind::Finished || toast.kind != kind));
        self.toasts.push(Toast { id, kind, text, since: Instant::now(), can_undo: false });
    }

    /// Tells of a change that can be taken back; earlier ones no longer can from their message.
    pub(super) fn toast_with_undo(&mut self, text: String) {
        self.toasts.retain(|toast| !toast.can_undo);
        let id = self.number();
        self.toasts.push(Toast { id, kind: ToastKind::Success, text, since: Instant::now(), can_undo: true });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_covers_folder_of_other_spreadsheets_is_forgotten() {
        let mut form = ImportForm { covers: "covers".to_owned(), ..ImportForm::default() };
        form.set_tables(&["one.csv".into()]);
        assert_eq!(form.covers, "covers", "it was chosen before any spreadsheet");
        form.set_tables(&["one.csv".into()]);
        assert_eq!(form.covers, "covers");
        form.set_tables(&["two.csv".into()]);
        assert_eq!(form.covers, "");
    }
}
