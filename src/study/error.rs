//! What can go wrong with a study file, each in words for the person who meets it.

use std::path::PathBuf;

use super::words::why;

/// Why a study could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// There is no file at the path.
    #[error("There is no study at {}. Check the name, or start a new study.", .0.display())]
    Missing(PathBuf),
    /// The file was there when the study was opened.
    #[error(
        "The study's file {} is no longer there: it was moved, renamed or deleted while it was open. Put it back under this \
         name, or close the study and open it where it is now.",
        .0.display()
    )]
    Gone(PathBuf),
    /// A file is there, but it is not a study.
    #[error("{} is not a study of this program. It was left as it is.", .0.display())]
    NotAStudy(PathBuf),
    /// The file was a study once, but its contents are damaged.
    #[error(
        "The study {} is damaged ({detail}). It was left as it is: open a backup copy, or import its tracks again.",
        path.display()
    )]
    Damaged { path: PathBuf, detail: String },
    /// A newer program has written the file.
    #[error(
        "The study {} was written by a newer version of Cover Study (format {found}, this one reads up to {known}). \
         Install the newer version to open it.",
        path.display()
    )]
    NewerVersion { path: PathBuf, found: i64, known: i64 },
    /// The file or its folder may only be read.
    #[error("The study {} is read-only. Save a copy under another name to change it.", .0.display())]
    ReadOnly(PathBuf),
    /// Another window or command is writing to the study.
    #[error(
        "The study {} is open for writing in another window or command. Close it there first; looking at it works \
         all the same.",
        .0.display()
    )]
    InUse(PathBuf),
    /// The folder that a file should go to is not there.
    #[error("There is no folder {}. Make it first, or choose another one.", .0.display())]
    NoFolder(PathBuf),
    /// A file is already where a new one should go.
    #[error("{} exists already. Choose another name, or open it.", .0.display())]
    Exists(PathBuf),
    /// The disk is full.
    #[error("The disk is full: {} could not be saved. Free some space and try again; what was saved before is safe.", .0.display())]
    DiskFull(PathBuf),
    /// Runs have learned what the study predicts.
    #[error(
        "The study has runs that learned what it predicts now. To predict something else, start a new study and import \
         the same files or playlists into it: covers and runs of this one stay as they are."
    )]
    HasRuns,
    /// Another run has the name.
    #[error("There is another run called \"{0}\". Choose another name.")]
    NameTaken(String),
    /// What was asked for is not in the study.
    #[error("{0}")]
    NotFound(String),
    /// The operating system refused.
    #[error("Could not {action} {}: {}.", path.display(), why(source))]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    /// The database refused.
    #[error("The study {} could not be read or written: {source}", path.display())]
    Database { path: PathBuf, source: rusqlite::Error },
    /// What a table holds is not what the program wrote.
    #[error("The study holds something unreadable ({0}). Open a backup copy, or train that run again.")]
    Unreadable(String),
}

impl StudyError {
    /// The error of a database call on the study at `path`, told apart by what the person can do about it.
    pub(super) fn database(path: &std::path::Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let path = path.to_path_buf();
        match source.sqlite_error_code() {
            Some(Code::NotADatabase) => Self::NotAStudy(path),
            Some(Code::DatabaseCorrupt) => Self::Damaged { path, detail: source.to_string() },
            Some(Code::ReadOnly) => Self::ReadOnly(path),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => Self::InUse(path),
            Some(Code::DiskFull) => Self::DiskFull(path),
            _ => Self::Database { path, source },
        }
    }
}
