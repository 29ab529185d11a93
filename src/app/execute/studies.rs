//! Opening, making and saving studies.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{App, Outcome};
use crate::app::cover_loader::CoverLoader;
use crate::app::reader::Reader;
use crate::app::scoring::ScoreWorker;
use crate::app::state::{OpenStudy, Step, ToastKind};
use crate::app::{Colors, CoversPanel, Edits, ImportForm, ModelForm, Results, ScorePanel, Training, VerdictPanel};
use crate::sources::ImportRequest;
use crate::study::{Recovered, StudyError, StudyFile, new_study_path, studies_folder, suggested_name};

/// How long what was still being looked at in a study that was closed, its colors say, may hold it; a study that is opened
/// again meanwhile is waited for.
const WORK_ENDS_WITHIN: Duration = Duration::from_secs(60);
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

impl App {
    /// Whether nothing is under way that leaving the study would end; says so otherwise.
    pub(super) fn may_leave_study(&mut self) -> bool {
        let busy = self.import.is_some() || self.state.training.under.is_some() || self.state.verdict.under.is_some();
        if busy {
            self.state
                .toast(ToastKind::Error, "Work on this study is under way. Stop it first, or wait until it has ended.");
        }
        !busy && !self.state.is_opening
    }

    pub(super) fn create(&mut self, name: &'static str, then_import: Option<ImportRequest>) {
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        self.task("new study", move || match new_study_path(name).and_then(|path| StudyFile::create(&path)) {
            Ok(file) => Outcome::Opened { file, recovered: Recovered::default(), then_import, note: None },
            Err(error) => Outcome::NotOpened(error.to_string()),
        });
    }

    pub(super) fn open(&mut self, path: PathBuf) {
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        let patience = if self.left.as_ref() == Some(&path) { WORK_ENDS_WITHIN } else { Duration::ZERO };
        self.task("open study", move || open_as_possible(&path, patience));
    }

    /// Back to the start page; the study has saved itself.
    pub(super) fn close(&mut self) {
        if self.state.study.is_none() || !self.may_leave_study() {
            return;
        }
        (self.covers, self.reader, self.scorer, self.file) = (None, None, None, None);
        self.left = self.state.study.take().map(|study| study.path);
        self.state.step = Step::Import;
        self.state.edits = Edits::default();
        self.state.scored.clear();
        self.state.toasts.clear();
    }

    pub(super) fn opened(
        &mut self,
        file: StudyFile,
        recovered: Recovered,
        then_import: Option<ImportRequest>,
        note: Option<String>,
    ) {
        let path = file.path().to_path_buf();
        self.state.settings.remember(&path);
        self.state.study = Some(OpenStudy {
            name: file.name(),
            is_autosaved: path.starts_with(studies_folder()),
            path,
            access: file.access(),
            opening: jiff::Timestamp::now().as_microsecond().unsigned_abs(),
            recovered: Some(recovered).filter(|recovered| recovered.sentence().is_some()),
            snapshot: None,
            covers: std::collections::HashMap::new(),
        });
        self.state.is_opening = false;
        self.state.open_error = None;
        self.state.step = Step::Import;
        self.state.imported = None;
        self.state.import_form = ImportForm::default();
        self.state.playlist_form.pending = None;
        self.state.covers = CoversPanel::default();
        self.state.edits = Edits::default();
        self.state.model = ModelForm::default();
        self.state.estimates.forget_study();
        self.state.training = Training::default();
        self.state.results = Results::default();
        self.state.colors = Colors::default();
        self.state.verdict = VerdictPanel::default();
        self.state.scored.clear();
        self.state.score = ScorePanel::default();
        self.state.score_with = None;
        self.state.cover_path.clear();
        self.covers = Some(CoverLoader::start(&file, &self.wakers.prompt));
        self.reader = Some(Reader::start(file.clone(), self.wakers.prompt.clone()));
        self.scorer = Some(ScoreWorker::start(file.clone(), self.wakers.prompt.clone()));
        self.file = Some(file);
        self.refresh();
        if let Some(note) = note {
            self.state.toast(ToastKind::Error, note);
        }
        if let Some(dropped) = self.dropped_before_study.take() {
            self.fill_import_form(dropped);
        }
        if let Some(request) = then_import {
            self.import(request);
        }
    }

    pub(super) fn save_as(&mut self, path: PathBuf, may_replace: bool) {
        let Some(file) = self.file.clone() else { return };
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        let target = suggested_name(&path);
        self.task("save study", move || {
            if !may_replace && target.exists() {
                return Outcome::NotOpened(format!("{} is there already. Choose another name.", target.display()));
            }
            match file.save_copy(&target) {
                Ok(()) => open_as_possible(&target, Duration::ZERO),
                Err(error) => Outcome::NotOpened(error.to_string()),
            }
        });
    }

    pub(super) fn refresh(&self) {
        if let Some(reader) = &self.reader {
            reader.want_snapshot();
        }
    }

    pub(super) fn go_to(&mut self, step: Step) {
        if self.state.blocked(step).is_none() {
            self.state.step = step;
            self.pin_starred();
        }
    }

    /// From now on, the runs that have a star come first.
    pub(super) fn pin_starred(&mut self) {
        let runs = self.state.study.as_ref().map_or(&[][..], |study| study.runs());
        self.state.results.first = runs.iter().filter(|run| run.is_starred).map(|run| run.id).collect();
    }

    pub(super) fn can_write(&mut self) -> bool {
        let why_not = self.state.read_only();
        if let Some(why) = why_not {
            self.state.toast(ToastKind::Error, why);
        }
        why_not.is_none() && self.file.is_some()
    }
}

/// Opens a study for writing or, where that cannot be within `patience`, for reading with a word on why.
fn open_as_possible(path: &Path, patience: Duration) -> Outcome {
    let since = Instant::now();
    let mut opened = StudyFile::open(path);
    while matches!(opened, Err(StudyError::InUse(_))) && since.elapsed() < patience {
        std::thread::sleep(BETWEEN_TRIES);
        opened = StudyFile::open(path);
    }
    match opened {
        Ok((file, recovered)) => Outcome::Opened { file, recovered, then_import: None, note: None },
        Err(error @ (StudyError::InUse(_) | StudyError::ReadOnly(_))) => match StudyFile::open_reader(path) {
            Ok(file) => Outcome::Opened {
                file,
                recovered: Recovered::default(),
                then_import: None,
                note: Some(error.to_string()),
            },
            Err(error) => Outcome::NotOpened(error.to_string()),
        },
        Err(error) => Outcome::NotOpened(error.to_string()),
    }
}
