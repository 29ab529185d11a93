//! Who may write: one process at a time, held by an advisory lock on a small file beside the study.
//!
//! The lock is not taken on the study itself, because closing any handle of a database file drops SQLite's own
//! locks on it within the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StudyError;

/// What the holder of a study may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and change it.
    Write,
    /// Only read it: the file is read-only, or another window writes to it.
    Read,
}

/// How often, and how long apart, a lock that is taken is tried again.
const TRIES: usize = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The right to write to one study; given up when dropped, or when the process ends however it ends.
#[derive(Debug)]
pub(super) struct WriterLock {
    file: File,
    path: PathBuf,
}

impl WriterLock {
    /// Takes the right to write to the study at `study_path`.
    ///
    /// # Errors
    /// [`StudyError::InUse`] where another holder has it, [`StudyError::ReadOnly`] where the folder cannot be
    /// written to.
    pub(super) fn take(study_path: &Path) -> Result<Self, StudyError> {
        let path = lock_path(study_path);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(|source| {
            match source.kind() {
                std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
                    if study_path.exists() =>
                {
                    StudyError::ReadOnly(study_path.to_path_buf())
                }
                std::io::ErrorKind::NotFound => {
                    StudyError::NoFolder(study_path.parent().unwrap_or(study_path).to_path_buf())
                }
                std::io::ErrorKind::StorageFull => StudyError::DiskFull(study_path.to_path_buf()),
                _ => StudyError::Io { action: "lock", path: path.clone(), source },
            }
        })?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file, path }),
                // A reader that looks whether anybody writes holds the lock for a moment.
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(BETWEEN_TRIES);
                }
                Err(TryLockError::WouldBlock) => return Err(StudyError::InUse(study_path.to_path_buf())),
                Err(TryLockError::Error(source)) => return Err(StudyError::Io { action: "lock", path, source }),
            }
        }
    }

    /// Whether somebody holds the right to write to the study at `study_path`. Where that cannot be found out, the
    /// answer is yes.
    pub(super) fn is_taken(study_path: &Path) -> bool {
        match File::open(lock_path(study_path)) {
            // The lock is given up with the handle.
            Ok(file) => file.try_lock_shared().is_err(),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }
}

impl Drop for WriterLock {
    fn drop(&mut self) {
        // Removed while still held, so that nobody can lock the file between the two. Failing leaves an empty
        // file behind, which the next holder takes over.
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, path = %self.path.display(), "lock file left behind");
        }
        if let Err(error) = self.file.unlock() {
            tracing::debug!(%error, "lock given up with the file's handle");
        }
    }
}

fn lock_path(study_path: &Path) -> PathBuf {
    let mut name = study_path.file_name().unwrap_or_default().to_os_string();
    name.push("-lock");
    study_path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path().join("a.coverstudy");
        let first = WriterLock::take(&study).unwrap();
        assert!(matches!(WriterLock::take(&study), Err(StudyError::InUse(_))));
        assert!(WriterLock::is_taken(&study));
        drop(first);
        assert!(!WriterLock::is_taken(&study));
        assert!(WriterLock::take(&study).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
