//! What a person can ask of the program.

use std::path::PathBuf;

use super::{Again, Chart, Format, Step, ThemeChoice};
use crate::jobs::VerdictKind;
use crate::study::{Edit, RunId, Target};

/// One wish, pushed by a panel and executed by [`super::App::execute`].
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Make a new study of the built-in sample and import it.
    OpenSample,
    /// Make a new, empty study that saves itself.
    NewStudy,
    /// Open the study at this path.
    OpenStudy(PathBuf),
    /// Choose a study in the system's file chooser, then open it.
    ChooseStudy,
    /// Back to the start page.
    CloseStudy,
    /// Choose a name in the system's file chooser, then save the study under it.
    ChooseSaveAs,
    /// Save the study under this name and go on there.
    SaveAs(PathBuf),
    /// Show this step.
    GoTo(Step),
    /// Choose a spreadsheet in the system's file chooser.
    ChooseTable,
    /// Choose the folder of covers in the system's file chooser.
    ChooseCovers,
    /// Read the head of the spreadsheet named in the form, to show what was recognised in it.
    PreviewTable,
    /// Import what the form names.
    ImportTables,
    /// Import the playlists in the form; the first time, show the services' terms before.
    ImportPlaylists,
    /// The person has read the terms, and agrees or not.
    AnswerTerms(bool),
    /// Paste the links of the 2022 study's playlists into the form.
    PasteOriginalPlaylists,
    /// Go on with the playlists whose import was interrupted.
    ContinuePlaylists,
    /// Find out whether somebody is logged in to Spotify.
    LookUpLogin,
    /// Log in to Spotify with the client id in the form.
    LogIn,
    /// End the login under way.
    CancelLogin,
    /// Use the client id and secret in the form, without a user.
    UseApp,
    /// Forget the login at Spotify.
    LogOut,
    /// Take all downloaded covers out of the study.
    ForgetCovers,
    /// Change what the study predicts.
    SetTarget(Target),
    /// End the import under way; what is done is kept.
    StopImport,
    /// Write what imports could not use to a CSV file in the chosen place.
    ExportRejected,
    /// Queue a run with the settings in the model form.
    Train,
    /// Pause the training under way.
    Pause,
    /// Go on with the paused training, or queue this stopped run again.
    Resume(Option<RunId>),
    /// End the training under way after the last finished epoch.
    StopTraining,
    /// Take a run that has not begun out of the queue.
    Unqueue(RunId),
    /// Take all waiting runs out of the queue.
    EmptyQueue,
    /// Move a waiting run so many places, up where that is negative.
    MoveInQueue(RunId, isize),
    /// Queue all these runs, which have not ended.
    ResumeAll(Vec<RunId>),
    /// Queue a copy of a run.
    TrainAgain(RunId, Again),
    /// Queue a run for each combination of the sweep in the model form.
    QueueSweep,
    /// Keep the model form's settings as a preset of this name.
    KeepPreset(String),
    /// Forget the person's own preset of this name.
    ForgetPreset(String),
    /// Let trainings and verdicts use so many cores; 0 is all of them.
    UseCores(usize),
    /// End the job that the job bar shows.
    StopCurrentJob,
    /// Read what these runs predicted.
    LoadPredictions(RunId),
    /// Write the results table to a CSV file in the chosen place.
    ExportTable,
    /// Put the results table on the clipboard, for a spreadsheet.
    CopyTable,
    /// Write a plot to a file in the chosen place.
    ExportChart(Chart, Format),
    /// Put a plot on the clipboard as a picture.
    CopyChart(Chart),
    /// Write a run's predictions to a CSV file in the chosen place.
    ExportPredictions(RunId),
    /// Find what the covers' colors say, as the colors panel's choices want it.
    FindColors,
    /// Reach a verdict of this kind, with the verdict panel's choices.
    ReachVerdict(VerdictKind),
    /// Put the questions whose answers are known.
    RunControls,
    /// Write the report to a file in the chosen place.
    ExportReport,
    /// End the verdict under way; the networks that are done are kept.
    StopVerdict,
    /// Score these files.
    Score(Vec<PathBuf>),
    /// Choose covers in the system's file chooser, then score them.
    ChooseCoversToScore,
    /// Score with this run; with none, the latest finished one.
    ScoreWith(Option<RunId>),
    /// Show the cover of this number large, alone.
    ShowScore(u64),
    /// Take the covers of these numbers out of the list and out of the study's history.
    TakeOutScores(Vec<u64>),
    /// Write the listed scores to a CSV file in the chosen place.
    ExportScores,
    /// Change something in the study by hand.
    Edit(Edit),
    /// Take the last change back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Take deleted runs out of the study for good.
    PurgeDeletedRuns,
    /// Look for what about the data may mislead.
    LookForConcerns,
    /// Files or folders were dropped on the window.
    Dropped(Vec<PathBuf>),
    /// Use this theme.
    Theme(ThemeChoice),
    /// Take a message off the screen.
    DismissToast(u64),
}
