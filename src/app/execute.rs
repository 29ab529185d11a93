//! The one place that carries out commands and takes what background work has to tell.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::drop::Drop;
use super::reader::{Reader, Reply};
use super::scoring::ScoreWorker;
use super::state::{ImportState, Imported, OpenStudy, Scored, ScoredCover, State, Step, ToastKind};
use super::training::Under;
use super::{Command, ModelForm, Settings};
use crate::jobs::{Job, JobEvent, Stop, TrainEvent, Trained, Waker, train_run};
use crate::nn::{Kernels, TrainOptions};
use crate::sources::{Columns, ImportProgress, ImportRequest, ImportSummary, Preview, Table, TableFile, import};
use crate::study::{
    self, Access, Recovered, RunId, RunRecord, RunStatus, StudyError, StudyFile, new_study_path, studies_folder,
    suggested_name,
};

/// How long a message stays; errors stay until they are dismissed.
const TOAST_STAYS: Duration = Duration::from_secs(6);

/// A file chooser that answers sooner than a person can was none: rfd has no other way to say so.
const NO_CHOOSER_WITHIN: Duration = Duration::from_millis(200);

/// How often the panels are shown what an import under way has brought.
const SHOW_IMPORTED_EVERY: Duration = Duration::from_secs(2);

/// What a short piece of background work brings back.
enum Outcome {
    Opened { file: StudyFile, recovered: Recovered, then_import: Option<ImportRequest>, note: Option<String> },
    NotOpened(String),
    Previewed(Result<Preview, String>),
    Chosen { purpose: Purpose, path: Option<PathBuf>, took: Duration },
    Written(Result<PathBuf, String>),
    QueuedRun(Result<RunId, String>),
    Sorted(Drop),
}

/// What a path is chosen for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Study,
    SaveAs,
    Table,
    Covers,
    Cover,
    ResultsTable,
    Predictions(RunId),
    Rejected,
}

/// How background work gets the screen's attention.
#[derive(Clone)]
pub struct Wakers {
    /// As soon as possible: something that a person waits for.
    pub prompt: Waker,
    /// Soon, but not more often than progress needs to be drawn.
    pub paced: Waker,
}

/// The running program: its state, and the work under way.
pub struct App {
    pub state: State,
    wakers: Wakers,
    file: Option<StudyFile>,
    reader: Option<Reader>,
    scorer: Option<ScoreWorker>,
    import: Option<Job<ImportProgress, ImportSummary>>,
    /// Short pieces of work: opening, choosing a file, writing an export.
    tasks: Vec<Job<(), Outcome>>,
}

impl App {
    /// Starts with what was remembered; opens `study` where the command line names one.
    pub fn new(settings: Settings, study: Option<&Path>, wakers: Wakers) -> Self {
        let state = State { settings, preview_size: study::DEFAULT_IMAGE_SIZE, ..State::default() };
        let mut app = Self { state, wakers, file: None, reader: None, scorer: None, import: None, tasks: Vec::new() };
        if let Some(path) = study {
            app.execute(Command::OpenStudy(path.to_path_buf()));
        }
        app
    }

    /// Carries out one command; what takes time goes to a thread.
    pub fn execute(&mut self, command: Command) {
        match command {
            Command::OpenSample => {
                self.create("Sample study", Some(ImportRequest::Sample { shuffle_popularity: None }))
            }
            Command::NewStudy => self.create("Untitled study", None),
            Command::OpenStudy(path) => self.open(path),
            Command::ChooseStudy => self.choose(Purpose::Study),
            Command::ChooseSaveAs => self.choose(Purpose::SaveAs),
            Command::SaveAs(path) => self.save_as(path),
            Command::GoTo(step) => self.go_to(step),
            Command::ChooseTable => self.choose(Purpose::Table),
            Command::ChooseCovers => self.choose(Purpose::Covers),
            Command::PreviewTable => self.preview_table(),
            Command::ImportTables => self.import_tables(),
            Command::StopImport => self.stop_import(),
            Command::ExportRejected => self.choose(Purpose::Rejected),
            Command::Train => self.queue_new_run(),
            Command::Pause => self.pause(true),
            Command::Resume(None) => self.pause(false),
            Command::Resume(Some(run)) => self.queue(run),
            Command::StopTraining => self.stop_training(),
            Command::Unqueue(run) => self.state.training.queue.retain(|queued| *queued != run),
            Command::StopCurrentJob if self.import.is_some() => self.stop_import(),
            Command::StopCurrentJob => self.stop_training(),
            Command::LoadPredictions(run) => self.load_predictions(run),
            Command::ExportTable => self.choose(Purpose::ResultsTable),
            Command::ExportPredictions(run) => self.choose(Purpose::Predictions(run)),
            Command::Score(paths) => self.score(paths),
            Command::ChooseCoversToScore => self.choose(Purpose::Cover),
            Command::ScoreWith(run) => self.state.score_with = run,
            Command::Dropped(paths) => self.dropped(paths),
            Command::Theme(theme) => self.state.settings.theme = theme,
            Command::DismissToast(id) => self.state.toasts.retain(|toast| toast.id != id),
        }
    }

    /// Takes what background work has to tell. Called before each frame, also while the window is hidden.
    pub fn drain(&mut self) {
        self.drain_tasks();
        self.drain_import();
        self.drain_training();
        self.drain_reader();
        self.drain_scores();
        self.start_next_run();
        self.state.toasts.retain(|toast| toast.kind == ToastKind::Error || toast.since.elapsed() < TOAST_STAYS);
    }

    /// Asks for a cover as a picture, for the screen.
    pub fn want_cover(&mut self, cover: study::CoverId, network_size: usize) {
        if let Some(reader) = &mut self.reader {
            reader.want_cover(cover, network_size);
        }
    }

    /// Ends all work and waits for it; what is finished is on disk.
    pub fn shut_down(&mut self) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_stop(Stop::ProgramEnds);
        }
        self.state.training.under = None;
        self.import = None;
        self.tasks.clear();
    }

    fn task(&mut self, name: &str, work: impl FnOnce() -> Outcome + Send + 'static) {
        let job = Job::start(name, self.wakers.prompt.clone(), move |_, _| Ok::<_, String>(work()));
        self.tasks.push(job);
    }

    fn drain_tasks(&mut self) {
        let mut outcomes = Vec::new();
        self.tasks.retain_mut(|job| match job.next_event() {
            None | Some(JobEvent::Update(())) => true,
            Some(JobEvent::Finished(outcome)) => {
                outcomes.push(Ok(outcome));
                false
            }
            Some(JobEvent::Failed(why)) => {
                outcomes.push(Err(why));
                false
            }
        });
        for outcome in outcomes {
            match outcome {
                Ok(outcome) => self.take(outcome),
                Err(why) => {
                    self.state.is_opening = false;
                    self.state.toast(ToastKind::Error, why);
                }
            }
        }
    }

    fn take(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Opened { file, recovered, then_import, note } => self.opened(file, recovered, then_import, note),
            Outcome::NotOpened(why) => {
                self.state.is_opening = false;
                if self.state.study.is_none() {
                    self.state.open_error = Some(why);
                } else {
                    self.state.toast(ToastKind::Error, why);
                }
            }
            Outcome::Previewed(preview) => self.state.import_form.preview = Some(preview),
            Outcome::Chosen { purpose, path: Some(path), .. } => self.chosen(purpose, path),
            Outcome::Chosen { path: None, took, purpose } if took < NO_CHOOSER_WITHIN => self.no_chooser(purpose),
            Outcome::Chosen { .. } => {}
            Outcome::Written(Ok(path)) => self.state.toast(ToastKind::Success, format!("Written: {}", path.display())),
            Outcome::Written(Err(why)) | Outcome::QueuedRun(Err(why)) => self.state.toast(ToastKind::Error, why),
            Outcome::Sorted(dropped) => self.take_drop(dropped),
            Outcome::QueuedRun(Ok(run)) => {
                self.refresh();
                self.queue(run);
            }
        }
    }

    // --- studies --------------------------------------------------------------------------------

    /// Whether nothing is under way that leaving the study would end; says so otherwise.
    fn may_leave_study(&mut self) -> bool {
        let busy = self.import.is_some() || self.state.training.under.is_some();
        if busy {
            self.state
                .toast(ToastKind::Error, "Work on this study is under way. Stop it first, or wait until it has ended.");
        }
        !busy && !self.state.is_opening
    }

    fn create(&mut self, name: &'static str, then_import: Option<ImportRequest>) {
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        self.task("new study", move || match StudyFile::create(&new_study_path(name)) {
            Ok(file) => Outcome::Opened { file, recovered: Recovered::default(), then_import, note: None },
            Err(error) => Outcome::NotOpened(error.to_string()),
        });
    }

    fn open(&mut self, path: PathBuf) {
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        self.task("open study", move || open_as_possible(&path));
    }

    fn opened(
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
            recovered: Some(recovered).filter(|recovered| recovered.sentence().is_some()),
            snapshot: None,
            covers: std::collections::HashMap::new(),
        });
        self.state.is_opening = false;
        self.state.open_error = None;
        self.state.step = Step::Import;
        self.state.imported = None;
        self.state.import_form = super::ImportForm::default();
        self.state.model = ModelForm::default();
        self.state.training = super::Training::default();
        self.state.results = super::Results::default();
        self.state.scored.clear();
        self.state.score_with = None;
        self.reader = Some(Reader::start(file.clone(), self.wakers.prompt.clone()));
        self.scorer = Some(ScoreWorker::start(file.clone(), self.wakers.prompt.clone()));
        self.file = Some(file);
        self.refresh();
        if let Some(note) = note {
            self.state.toast(ToastKind::Error, note);
        }
        if let Some(request) = then_import {
            self.import(request);
        }
    }

    fn save_as(&mut self, path: PathBuf) {
        let Some(file) = self.file.clone() else { return };
        if !self.may_leave_study() {
            return;
        }
        self.state.is_opening = true;
        let target = suggested_name(&path);
        self.task("save study", move || match file.save_copy(&target) {
            Ok(()) => open_as_possible(&target),
            Err(error) => Outcome::NotOpened(error.to_string()),
        });
    }

    fn refresh(&self) {
        if let Some(reader) = &self.reader {
            reader.want_snapshot();
        }
    }

    fn go_to(&mut self, step: Step) {
        if self.state.blocked(step).is_none() {
            self.state.step = step;
        }
    }

    fn can_write(&mut self) -> bool {
        let readable = self.state.study.as_ref().is_some_and(|study| study.access == Access::Read);
        if readable {
            self.state.toast(
                ToastKind::Error,
                "This study is open for reading only. Save it under another name to change it.",
            );
        }
        !readable && self.file.is_some()
    }

    // --- choosing files -------------------------------------------------------------------------

    fn choose(&mut self, purpose: Purpose) {
        self.task("file chooser", move || {
            let since = Instant::now();
            let path = ask_for_path(purpose);
            Outcome::Chosen { purpose, path, took: since.elapsed() }
        });
    }

    fn chosen(&mut self, purpose: Purpose, path: PathBuf) {
        match purpose {
            Purpose::Study => self.open(path),
            Purpose::SaveAs => self.save_as(path),
            Purpose::Table => {
                self.state.import_form.table = path.display().to_string();
                self.preview_table();
            }
            Purpose::Covers => self.state.import_form.covers = path.display().to_string(),
            Purpose::Cover => self.score(vec![path]),
            Purpose::ResultsTable | Purpose::Predictions(_) | Purpose::Rejected => self.write(purpose, path),
        }
    }

    /// Without a file chooser, exports go beside the other documents, and paths are typed or dropped.
    fn no_chooser(&mut self, purpose: Purpose) {
        let Some(name) = default_export_name(purpose) else {
            let text = "This system has no file chooser. Type the path into its field, or drop the file on the window.";
            self.state.toast(ToastKind::Info, text);
            return;
        };
        let folder = self.state.study.as_ref().and_then(|study| study.path.parent().map(Path::to_path_buf));
        self.write(purpose, folder.unwrap_or_default().join(name));
    }

    fn write(&mut self, purpose: Purpose, path: PathBuf) {
        let Some(file) = self.file.clone() else { return };
        self.task("export", move || {
            Outcome::Written(write_export(&file, purpose, &path).map(|_| path).map_err(|error| error.to_string()))
        });
    }

    // --- import ---------------------------------------------------------------------------------

    fn preview_table(&mut self) {
        let path = PathBuf::from(self.state.import_form.table.trim());
        self.task("preview", move || {
            Outcome::Previewed(Table::read(&path).map(|table| table.preview()).map_err(|error| error.to_string()))
        });
    }

    fn import_tables(&mut self) {
        let form = &self.state.import_form;
        let path = PathBuf::from(form.table.trim());
        let columns = match &form.preview {
            Some(Ok(preview)) if preview.path == path => Columns::Chosen(preview.mapping),
            _ => Columns::Recognised,
        };
        let covers = Some(form.covers.trim()).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        self.import(ImportRequest::Tables { files: vec![TableFile { path, columns }], covers });
    }

    fn import(&mut self, request: ImportRequest) {
        if !self.can_write() || self.import.is_some() {
            return;
        }
        let Some(file) = self.file.clone() else { return };
        self.state.imported = None;
        self.state.import =
            Some(ImportState { progress: ImportProgress::default(), since: Instant::now(), shown: Instant::now() });
        self.import = Some(Job::start("import", self.wakers.paced.clone(), move |wishes, tell| {
            import(&file, &request, wishes, tell)
        }));
    }

    fn stop_import(&mut self) {
        if let Some(job) = &self.import {
            job.wishes().ask_stop(Stop::Asked);
        }
    }

    /// Shows how far the import has come, and now and then what it has brought.
    fn note_import(&mut self, progress: ImportProgress) {
        let Some(state) = &mut self.state.import else { return };
        state.progress = progress;
        if state.shown.elapsed() > SHOW_IMPORTED_EVERY {
            state.shown = Instant::now();
            self.refresh();
        }
    }

    fn drain_import(&mut self) {
        while let Some(event) = self.import.as_mut().and_then(Job::next_event) {
            let imported = match event {
                JobEvent::Update(progress) => {
                    self.note_import(progress);
                    continue;
                }
                JobEvent::Finished(summary) => Imported::Done(summary),
                JobEvent::Failed(why) => Imported::Failed(why),
            };
            self.state.imported = Some(imported);
            self.state.import = None;
            self.import = None;
            self.refresh();
        }
    }

    // --- training -------------------------------------------------------------------------------

    fn queue_new_run(&mut self) {
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

    fn queue(&mut self, run: RunId) {
        if self.can_write() && !self.state.training.queue.contains(&run) {
            self.state.training.queue.push_back(run);
            self.state.step = Step::Training;
        }
    }

    fn start_next_run(&mut self) {
        if self.state.training.under.is_some() {
            return;
        }
        let (Some(file), Some(&run)) = (self.file.clone(), self.state.training.queue.front()) else { return };
        let Some(record) = self.record(run) else { return };
        let (name, epochs, epoch) = (record.name.clone(), record.settings.epochs, record.epochs_done());
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
            has_begun: false,
            job,
        });
    }

    fn record(&mut self, run: RunId) -> Option<&mut RunRecord> {
        let snapshot = self.state.study.as_mut()?.snapshot.as_mut()?;
        snapshot.runs.iter_mut().find(|record| record.id == run)
    }

    fn pause(&mut self, pause: bool) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_pause(pause);
        }
    }

    fn stop_training(&mut self) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_stop(Stop::Asked);
        }
    }

    fn drain_training(&mut self) {
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

    fn note_training(&mut self, event: &TrainEvent) {
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

    fn training_ended(&mut self, run: RunId, result: Result<RunRecord, String>) {
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

    // --- reading and results --------------------------------------------------------------------

    fn load_predictions(&mut self, run: RunId) {
        self.state.results.shown = Some(run);
        if let Some(reader) = &self.reader
            && !self.state.results.predictions.contains_key(&run)
        {
            self.state.results.predictions.insert(run, Vec::new());
            reader.want_predictions(run);
        }
    }

    fn drain_reader(&mut self) {
        while let Some(reply) = self.reader.as_mut().and_then(Reader::next_reply) {
            let Some(study) = &mut self.state.study else { continue };
            match reply {
                Reply::Snapshot(snapshot) => study.take_snapshot(*snapshot),
                Reply::Cover(cover, size, view) => {
                    study.covers.insert((cover, size), view);
                }
                Reply::Predictions(run, predictions) => {
                    self.state.results.predictions.insert(run, predictions);
                }
                Reply::Failed(why) => self.state.toast(ToastKind::Error, why),
            }
        }
    }

    // --- scoring --------------------------------------------------------------------------------

    fn score(&mut self, paths: Vec<PathBuf>) {
        self.state.step = Step::Score;
        let run =
            self.state.study.as_ref().and_then(|study| study.scoring_run(self.state.score_with)).map(|run| run.id);
        for path in paths {
            let number = self.state.number();
            let state = match (run, &self.scorer) {
                (Some(run), Some(scorer)) => {
                    scorer.score(run, path.clone());
                    Scored::Waiting
                }
                _ => Scored::Failed(
                    "There is no trained model yet. Train one first, then drop the cover again.".to_owned(),
                ),
            };
            self.state.scored.insert(0, ScoredCover { number, path, state });
        }
    }

    fn drain_scores(&mut self) {
        while let Some(reply) = self.scorer.as_ref().and_then(ScoreWorker::next_reply) {
            // The oldest that waits for this file: scores come back in the order in which they were asked for.
            let waiting = self
                .state
                .scored
                .iter_mut()
                .rfind(|cover| cover.path == reply.path && matches!(cover.state, Scored::Waiting));
            if let Some(cover) = waiting {
                cover.state = match reply.result {
                    Ok(scored) => Scored::Done(Box::new(scored)),
                    Err(why) => Scored::Failed(why),
                };
            }
        }
    }

    fn dropped(&mut self, paths: Vec<PathBuf>) {
        self.task("drop", move || Outcome::Sorted(Drop::sort(paths)));
    }

    /// A dropped study is opened, a spreadsheet or folder goes to Import, covers are scored.
    fn take_drop(&mut self, dropped: Drop) {
        if let Some(path) = dropped.study {
            self.open(path);
        } else if dropped.table.is_none() && dropped.folder.is_none() {
            self.drop_covers(dropped.covers);
        } else if self.state.study.is_none() {
            self.state.toast(ToastKind::Info, "Start or open a study first, then drop the spreadsheet again.");
        } else {
            self.state.step = Step::Import;
            if let Some(folder) = dropped.folder {
                self.state.import_form.covers = folder.display().to_string();
            }
            if let Some(table) = dropped.table {
                self.state.import_form.table = table.display().to_string();
                self.preview_table();
            }
        }
    }

    fn drop_covers(&mut self, paths: Vec<PathBuf>) {
        if self.state.study.is_none() {
            self.state.toast(ToastKind::Info, "Open a study with a trained model first, then drop the cover again.");
        } else {
            self.score(paths);
        }
    }
}

/// Opens a study for writing or, where that cannot be, for reading with a word on why.
fn open_as_possible(path: &Path) -> Outcome {
    match StudyFile::open(path) {
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

/// Asks in the system's file chooser; runs on a thread of its own.
fn ask_for_path(purpose: Purpose) -> Option<PathBuf> {
    let dialog = rfd::FileDialog::new();
    let pictures = ["jpg", "jpeg", "png", "webp", "gif", "bmp"];
    match purpose {
        Purpose::Study => dialog.set_title("Open study").add_filter("Studies", &[study::EXTENSION]).pick_file(),
        Purpose::SaveAs => dialog.set_title("Save study as").add_filter("Studies", &[study::EXTENSION]).save_file(),
        Purpose::Table => dialog.set_title("CSV file").add_filter("Spreadsheets", &["csv", "tsv", "txt"]).pick_file(),
        Purpose::Covers => dialog.set_title("Covers folder").pick_folder(),
        Purpose::Cover => dialog.set_title("Cover to score").add_filter("Pictures", &pictures).pick_file(),
        Purpose::ResultsTable | Purpose::Predictions(_) | Purpose::Rejected => {
            dialog.set_file_name(default_export_name(purpose)?).save_file()
        }
    }
}

fn default_export_name(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::ResultsTable => Some("results.csv"),
        Purpose::Predictions(_) => Some("predictions.csv"),
        Purpose::Rejected => Some("not-imported.csv"),
        _ => None,
    }
}

fn write_export(file: &StudyFile, purpose: Purpose, path: &Path) -> Result<u64, StudyError> {
    let study = file.connect()?;
    match purpose {
        Purpose::Predictions(run) => study::export_predictions(&study, &study.run(run)?, path),
        Purpose::Rejected => study::export_rejected(&study.rejected()?, path),
        _ => study::export_results(&study.runs()?, path),
    }
}
