//! The one place that carries out commands and takes what background work has to tell.

mod covers;
mod edits;
mod estimates;
mod evidence;
mod files;
mod import;
mod playlists;
mod results;
mod scoring;
mod studies;
mod training;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cover_loader::CoverLoader;
use super::drop::Drop;
use super::reader::Reader;
use super::scoring::ScoreWorker;
use super::state::{Copied, State, ToastKind};
use super::{Chart, Command, Format, Settings};
use crate::evidence::Control;
use crate::jobs::{ColorFindings, Job, JobEvent, Stop, Waker};
use crate::sources::services::{Kept, KnownLogin};
use crate::sources::{ImportProgress, ImportRequest, Preview};
use crate::study::{self, Recovered, RunId, StudyFile};

/// How long a message stays; errors stay until they are dismissed.
const TOAST_STAYS: Duration = Duration::from_secs(6);

/// A file chooser that answers sooner than a person can was none: rfd has no other way to say so.
const NO_CHOOSER_WITHIN: Duration = Duration::from_millis(200);

/// What a short piece of background work brings back.
enum Outcome {
    Opened {
        file: StudyFile,
        recovered: Recovered,
        then_import: Option<ImportRequest>,
        note: Option<String>,
    },
    NotOpened(String),
    Previewed(Result<Preview, String>),
    Chosen {
        purpose: Purpose,
        /// None where nothing was chosen.
        paths: Vec<PathBuf>,
        took: Duration,
    },
    Written(Result<PathBuf, String>),
    QueuedRuns(Result<Vec<RunId>, String>),
    Sorted(Drop),
    Copied(Result<Copied, String>),
    Concerns(Result<covers::Misleading, String>),
    Edited(edits::Edited),
    Colors(Box<Result<ColorFindings, String>>),
    Controls(Result<Vec<Control>, String>),
    LoginKnown(KnownLogin),
    /// An app's credentials were kept: its client id, and a sentence on where.
    AppKept(String, &'static str),
    /// Something in the study was changed, with a sentence about it.
    Changed(Result<&'static str, String>),
}

/// What a path is chosen for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
    Study,
    SaveAs,
    Table,
    Covers,
    Cover,
    ResultsTable,
    Predictions(RunId),
    Chart(Chart, Format),
    Rejected,
    /// On the verdict at this place, or the latest.
    Report(Option<usize>),
    Scores,
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
    /// The study that was closed last.
    left: Option<PathBuf>,
    reader: Option<Reader>,
    covers: Option<CoverLoader>,
    scorer: Option<ScoreWorker>,
    import: Option<Job<ImportProgress, import::ImportEnd>>,
    /// A spreadsheet or folder that waits for the study that was begun for it.
    dropped_before_study: Option<Drop>,
    /// Told the address to open in a browser.
    login: Option<Job<String, Kept>>,
    /// Short pieces of work: opening, choosing a file, writing an export.
    tasks: Vec<Job<(), Outcome>>,
}

impl App {
    /// Starts with what was remembered; opens `study` where the command line names one.
    pub fn new(settings: Settings, study: Option<&Path>, wakers: Wakers) -> Self {
        let state = State { settings, preview_size: study::DEFAULT_IMAGE_SIZE, ..State::default() };
        let mut app = Self {
            state,
            wakers,
            file: None,
            left: None,
            reader: None,
            covers: None,
            scorer: None,
            import: None,
            dropped_before_study: None,
            login: None,
            tasks: Vec::new(),
        };
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
            Command::CloseStudy => self.close(),
            Command::ChooseSaveAs => self.choose(Purpose::SaveAs),
            Command::SaveAs(path) => self.save_as(path, false),
            Command::GoTo(step) => self.go_to(step),
            Command::ChooseTable => self.choose(Purpose::Table),
            Command::ChooseCovers => self.choose(Purpose::Covers),
            Command::PreviewTable => self.preview_table(),
            Command::ImportTables => self.import_tables(),
            Command::ImportPlaylists => self.import_playlists(),
            Command::AnswerTerms(agree) => self.answer_terms(agree),
            Command::PasteOriginalPlaylists => self.paste_original_playlists(),
            Command::ContinuePlaylists => self.continue_playlists(),
            Command::LookUpLogin => self.look_up_login(),
            Command::LogIn => self.log_in_to_spotify(),
            Command::CancelLogin => self.cancel_login(),
            Command::UseApp => self.use_app(),
            Command::LogOut => self.log_out_of_spotify(),
            Command::ForgetCovers => self.forget_covers(),
            Command::SetTarget(target) => self.set_target(target),
            Command::StopImport => self.stop_import(),
            Command::ExportRejected => self.choose(Purpose::Rejected),
            Command::Train => self.queue_new_run(),
            Command::Pause => self.pause(true),
            Command::Resume(None) => self.pause(false),
            Command::Resume(Some(run)) => self.resume_runs(vec![run]),
            Command::ResumeAll(runs) => self.resume_runs(runs),
            Command::StopTraining => self.stop_training(),
            Command::Unqueue(run) => self.state.training.queue.retain(|queued| *queued != run),
            Command::EmptyQueue => self.state.training.queue.clear(),
            Command::MoveInQueue(run, by) => self.state.training.move_in_queue(run, by),
            Command::TrainAgain(run, again) => self.train_again(run, again),
            Command::QueueSweep => self.queue_sweep(),
            Command::KeepPreset(name) => self.keep_preset(&name),
            Command::ForgetPreset(name) => self.forget_preset(&name),
            Command::UseCores(cores) => self.state.settings.cores = cores,
            Command::StopCurrentJob if self.import.is_some() => self.stop_import(),
            Command::StopCurrentJob if self.state.verdict.under.is_some() => self.stop_verdict(),
            Command::StopCurrentJob => self.stop_training(),
            Command::LoadPredictions(run) => self.load_predictions(run),
            Command::ExportTable => self.choose(Purpose::ResultsTable),
            Command::CopyTable => self.copy_table(),
            Command::ExportChart(chart, format) => self.choose(Purpose::Chart(chart, format)),
            Command::CopyChart(chart) => self.copy_chart(chart),
            Command::ExportPredictions(run) => self.choose(Purpose::Predictions(run)),
            Command::FindColors => self.find_colors(),
            Command::ReachVerdict(kind) => self.reach_verdict(kind),
            Command::RunControls => self.run_controls(),
            Command::ExportReport => self.choose(Purpose::Report(self.state.shown_verdict().map(|(place, _)| place))),
            Command::StopVerdict => self.stop_verdict(),
            Command::Score(paths) => self.score(paths),
            Command::ChooseCoversToScore => self.choose(Purpose::Cover),
            Command::ScoreWith(run) => self.state.score_with = run,
            Command::ShowScore(number) => self.show_score(number),
            Command::TakeOutScores(numbers) => self.take_out_scores(&numbers),
            Command::ExportScores => self.choose(Purpose::Scores),
            Command::Edit(edit) => self.edit(edit),
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::PurgeDeletedRuns => self.purge_deleted_runs(),
            Command::LookForConcerns => self.look_for_concerns(),
            Command::Dropped(paths) => self.dropped(paths),
            Command::Theme(theme) => self.state.settings.theme = theme,
            Command::DismissToast(id) => self.state.toasts.retain(|toast| toast.id != id),
        }
    }

    /// Takes what background work has to tell. Called before each frame, also while the window is hidden.
    pub fn drain(&mut self) {
        self.drain_tasks();
        self.drain_import();
        self.drain_login();
        self.drain_training();
        self.drain_verdict();
        self.drain_reader();
        self.drain_covers();
        self.drain_scores();
        self.follow_training_elsewhere();
        self.measure_paces();
        self.start_next_run();
        self.state.toasts.retain(|toast| toast.kind == ToastKind::Error || toast.since.elapsed() < TOAST_STAYS);
    }

    /// Ends all work and waits for it; what is finished is on disk.
    pub fn shut_down(&mut self) {
        if let Some(under) = &self.state.training.under {
            under.job.wishes().ask_stop(Stop::ProgramEnds);
        }
        self.state.training.under = None;
        self.state.verdict.under = None;
        self.state.estimates.under = None;
        self.import = None;
        self.login = None;
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
                self.dropped_before_study = None;
                if self.state.study.is_none() {
                    self.state.open_error = Some(why);
                } else {
                    self.state.toast(ToastKind::Error, why);
                }
            }
            Outcome::Previewed(preview) => self.state.import_form.preview = Some(preview),
            Outcome::Chosen { purpose, paths, .. } if !paths.is_empty() => self.chosen(purpose, paths),
            Outcome::Chosen { took, purpose, .. } if took < NO_CHOOSER_WITHIN => self.no_chooser(purpose),
            Outcome::Chosen { .. } => {}
            Outcome::Written(Ok(path)) => self.state.toast(ToastKind::Success, format!("Written: {}", path.display())),
            Outcome::Written(Err(why)) | Outcome::QueuedRuns(Err(why)) => self.state.toast(ToastKind::Error, why),
            Outcome::Sorted(dropped) => self.take_drop(dropped),
            Outcome::Copied(copied) => self.take_copied(copied),
            Outcome::Concerns(found) => self.take_concerns(found),
            Outcome::Edited(edited) => self.take_edited(edited),
            Outcome::Colors(found) => self.take_colors(*found),
            Outcome::Controls(controls) => self.take_controls(controls),
            Outcome::LoginKnown(login) => self.state.spotify.known = Some(login),
            Outcome::AppKept(client_id, sentence) => self.app_kept(client_id, sentence),
            Outcome::Changed(Ok(sentence)) => {
                self.state.toast(ToastKind::Success, sentence);
                self.refresh();
            }
            Outcome::Changed(Err(why)) => self.state.toast(ToastKind::Error, why),
            Outcome::QueuedRuns(Ok(runs)) => {
                self.refresh();
                self.queue(runs);
            }
        }
    }
}
