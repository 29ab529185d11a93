//! Opening, creating and copying the one file of a study.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};

use super::access::WriterLock;
use super::schema;
use super::{Access, StudyError};

/// How long a connection waits for another one of the same process to finish its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// The first bytes of every SQLite file.
const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// A study's file and the right to use it; cheap to clone and to hand to other threads.
#[derive(Clone, Debug)]
pub struct StudyFile {
    path: PathBuf,
    lock: Option<Arc<WriterLock>>,
}

/// What an earlier, killed program left unfinished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Names of the runs that were training.
    pub runs: Vec<String>,
    /// The import that was under way, in words.
    pub import: Option<String>,
}

impl Recovered {
    /// What was left unfinished and what to do about it; `None` where nothing was.
    pub fn sentence(&self) -> Option<String> {
        let runs = match self.runs.as_slice() {
            [] => None,
            [run] => Some(format!("The training of {run} was interrupted. Its finished epochs are safe: resume it.")),
            runs => Some(format!(
                "The trainings of {} were interrupted. Their finished epochs are safe: resume them.",
                runs.join(", ")
            )),
        };
        let import = self.import.as_ref().map(|what| {
            format!("The import of {what} was interrupted. What was imported is safe; import again to bring the rest.")
        });
        let sentences: Vec<String> = [import, runs].into_iter().flatten().collect();
        (!sentences.is_empty()).then(|| sentences.join(" "))
    }
}

impl StudyFile {
    /// Creates a new, empty study, whole or not at all.
    ///
    /// # Errors
    /// [`StudyError::Exists`] where a file is there already; else what the disk says.
    pub fn create(path: &Path) -> Result<Self, StudyError> {
        let lock = WriterLock::take(path)?;
        if path.exists() {
            return Err(StudyError::Exists(path.to_path_buf()));
        }
        write_whole(path, |partial| {
            let mut connection = Connection::open(partial)?;
            schema::migrate(&mut connection, 0)
        })?;
        Ok(Self { path: path.to_path_buf(), lock: Some(Arc::new(lock)) })
    }

    /// Opens a study for reading and writing, brings an older one up to date, and tells what a killed program left.
    ///
    /// # Errors
    /// [`StudyError::InUse`] and [`StudyError::ReadOnly`] where it can still be opened by [`Self::open_reader`].
    pub fn open(path: &Path) -> Result<(Self, Recovered), StudyError> {
        let version = inspect(path)?;
        let metadata = std::fs::metadata(path).map_err(|source| StudyError::Io {
            action: "look at",
            path: path.to_path_buf(),
            source,
        })?;
        if metadata.permissions().readonly() {
            return Err(StudyError::ReadOnly(path.to_path_buf()));
        }
        let lock = WriterLock::take(path)?;
        let file = Self { path: path.to_path_buf(), lock: Some(Arc::new(lock)) };
        let mut study = file.connect()?;
        schema::migrate(&mut study.connection, version).map_err(|error| study.error(error))?;
        let recovered = study.recover()?;
        Ok((file, recovered))
    }

    /// Opens a study for reading only; works while another window or command writes to it.
    ///
    /// # Errors
    /// Where there is no readable study at `path`.
    pub fn open_reader(path: &Path) -> Result<Self, StudyError> {
        inspect(path)?;
        Ok(Self { path: path.to_path_buf(), lock: None })
    }

    /// Opens for writing, or creates it where there is none.
    ///
    /// # Errors
    /// As [`Self::open`] and [`Self::create`].
    pub fn open_or_create(path: &Path) -> Result<(Self, Recovered), StudyError> {
        if path.exists() { Self::open(path) } else { Ok((Self::create(path)?, Recovered::default())) }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The study's name: its file's, without the ending.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether it may be changed.
    pub fn access(&self) -> Access {
        if self.lock.is_some() { Access::Write } else { Access::Read }
    }

    /// A connection of its own for the calling thread.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn connect(&self) -> Result<Study, StudyError> {
        self.check_is_there()?;
        let connection = match self.access() {
            Access::Write => self.connect_writer(),
            Access::Read => self.connect_reader(),
        }
        .map_err(|error| StudyError::database(&self.path, error))?;
        Ok(Study { connection, path: self.path.clone(), access: self.access() })
    }

    /// Finds out whether the file is still where it was.
    ///
    /// # Errors
    /// [`StudyError::Gone`] where it is not.
    pub fn check_is_there(&self) -> Result<(), StudyError> {
        if self.path.exists() { Ok(()) } else { Err(StudyError::Gone(self.path.clone())) }
    }

    fn connect_writer(&self) -> rusqlite::Result<Connection> {
        // Without the right to create one: a new file in the place of one that was moved would take over its journal.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Readers go on while one writes; FULL makes each commit survive a power cut too.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    }

    fn connect_reader(&self) -> rusqlite::Result<Connection> {
        let (either, reading) = (OpenFlags::SQLITE_OPEN_NO_MUTEX, OpenFlags::SQLITE_OPEN_READ_ONLY);
        // Only a connection that may write takes SQLite's own files beside the study away again when it closes.
        for access in [OpenFlags::SQLITE_OPEN_READ_WRITE, reading] {
            let Ok(connection) = Connection::open_with_flags(&self.path, either | access) else { continue };
            connection.busy_timeout(BUSY_TIMEOUT)?;
            if connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).is_ok() {
                return prepare_reader(connection);
            }
        }
        // A folder that cannot be written to has no room for the files that SQLite shares between readers and a
        // writer; nobody can write there, so reading the file as it stands is sound.
        let address = format!("file:{}?immutable=1", uri_path(&self.path));
        prepare_reader(Connection::open_with_flags(address, either | reading | OpenFlags::SQLITE_OPEN_URI)?)
    }

    /// Writes a compact copy of the study to `target`, whole or not at all.
    ///
    /// # Errors
    /// What the disk says; an existing file at `target` is only replaced by a complete copy.
    pub fn save_copy(&self, target: &Path) -> Result<(), StudyError> {
        let lock = WriterLock::take(target)?;
        let study = self.connect()?;
        let copied = write_whole(target, |partial| {
            study.connection.execute("VACUUM INTO ?1", [partial.to_string_lossy()]).map(|_| ())
        });
        drop(lock);
        copied
    }
}

/// Makes a connection one that only reads, and that reads an older file too.
fn prepare_reader(connection: Connection) -> rusqlite::Result<Connection> {
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let is_study = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0))?;
    if is_study == schema::APPLICATION_ID {
        schema::read_as_newest(&connection, version)?;
    }
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Writes a study beside `target` and gives it that name once it is whole.
fn write_whole(target: &Path, write: impl FnOnce(&Path) -> rusqlite::Result<()>) -> Result<(), StudyError> {
    let partial = target.with_extension("coverstudy-partial");
    let io = |source| StudyError::Io { action: "write", path: target.to_path_buf(), source };
    // A killed program may have left its own.
    remove_if_there(&partial).map_err(io)?;
    let put_in_place = || {
        std::fs::File::open(&partial)?.sync_all()?;
        // What SQLite kept beside an older study of this name is no part of the new one.
        for ending in ["-wal", "-shm"] {
            let mut name = target.as_os_str().to_os_string();
            name.push(ending);
            remove_if_there(Path::new(&name))?;
        }
        std::fs::rename(&partial, target)
    };
    let written =
        write(&partial).map_err(|error| StudyError::database(target, error)).and_then(|()| put_in_place().map_err(io));
    if written.is_err()
        && let Err(error) = remove_if_there(&partial)
    {
        tracing::warn!(%error, path = %partial.display(), "half a study is left behind");
    }
    written
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A path as SQLite's file addresses want it.
fn uri_path(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// Reads the file's version without changing anything, telling apart what is not a study.
fn inspect(path: &Path) -> Result<i64, StudyError> {
    use std::io::Read as _;
    if !path.exists() {
        return Err(StudyError::Missing(path.to_path_buf()));
    }
    let io = |source| StudyError::Io { action: "read", path: path.to_path_buf(), source };
    let mut head = Vec::with_capacity(SQLITE_MAGIC.len());
    let source = std::fs::File::open(path).map_err(io)?;
    source.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut head).map_err(io)?;
    if head != SQLITE_MAGIC {
        return Err(StudyError::NotAStudy(path.to_path_buf()));
    }
    let reader = StudyFile { path: path.to_path_buf(), lock: None };
    let study = reader.connect()?;
    let pragma = |name: &str| -> Result<i64, StudyError> {
        study.connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| study.error(error))
    };
    if pragma("application_id")? != schema::APPLICATION_ID {
        return Err(StudyError::NotAStudy(path.to_path_buf()));
    }
    let version = pragma("user_version")?;
    if version > schema::VERSION {
        return Err(StudyError::NewerVersion { path: path.to_path_buf(), found: version, known: schema::VERSION });
    }
    study.check_integrity()?;
    Ok(version)
}

/// A connection to a study, for one thread.
pub struct Study {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    access: Access,
}

impl Study {
    pub(super) fn error(&self, error: rusqlite::Error) -> StudyError {
        StudyError::database(&self.path, error)
    }

    /// Whether someone who may write, this connection's own process or another, is there.
    pub(super) fn has_writer(&self) -> bool {
        self.access == Access::Write || WriterLock::is_taken(&self.path)
    }

    /// Runs `work` in one transaction: all of it is on disk afterwards, or none.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StudyError> {
        let path = self.path.clone();
        let to_error = |error| StudyError::database(&path, error);
        let transaction =
            self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(to_error)?;
        let value = work(&transaction).map_err(to_error)?;
        transaction.commit().map_err(to_error)?;
        Ok(value)
    }

    /// A quick look at the whole file's structure.
    fn check_integrity(&self) -> Result<(), StudyError> {
        let said: String = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(|error| self.damaged(error.to_string()))?;
        // The page numbers that follow help nobody.
        let head = said.lines().next().unwrap_or_default().trim_matches(['*', ' ']).to_owned();
        if said == "ok" { Ok(()) } else { Err(self.damaged(head)) }
    }

    fn damaged(&self, detail: String) -> StudyError {
        StudyError::Damaged { path: self.path.clone(), detail }
    }

    /// A value kept with the study under `key`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StudyError> {
        self.connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .map_err(|error| self.error(error))
    }

    /// Keeps `value` with the study under `key`; `None` forgets it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_meta(&mut self, key: &str, value: Option<&str>) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            match value {
                Some(value) => {
                    transaction.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])
                }
                None => transaction.execute("DELETE FROM meta WHERE key = ?1", [key]),
            }
            .map(|_| ())
        })
    }

    /// Marks what a killed program left under way, and tells of it once.
    fn recover(&mut self) -> Result<Recovered, StudyError> {
        let import = self.meta(IMPORT_UNDER_WAY)?;
        let runs = self.transaction(|transaction| {
            let mut statement = transaction.prepare(
                "UPDATE run SET status = 'interrupted' WHERE status IN ('running', 'paused') RETURNING name",
            )?;
            let names = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
            drop(statement);
            transaction.execute("DELETE FROM meta WHERE key = ?1", [IMPORT_UNDER_WAY])?;
            Ok(names)
        })?;
        Ok(Recovered { runs, import })
    }

    /// Notes that the covers' colors have been looked at.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note_colors_seen(&mut self) -> Result<(), StudyError> {
        self.set_meta(COLORS_SEEN, Some("yes"))
    }

    /// Whether the covers' colors have been looked at.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn are_colors_seen(&self) -> Result<bool, StudyError> {
        Ok(self.meta(COLORS_SEEN)?.is_some())
    }

    /// Notes that the study has tracks that were made up, so that nobody takes them for real ones.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note_made_up(&mut self) -> Result<(), StudyError> {
        self.set_meta(MADE_UP, Some("yes"))
    }

    /// Whether it has tracks that were made up.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn is_made_up(&self) -> Result<bool, StudyError> {
        Ok(self.meta(MADE_UP)?.is_some())
    }

    /// Notes that an import has begun (`Some`, in words) or ended (`None`), so that a killed one can be told of.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn note_import(&mut self, what: Option<&str>) -> Result<(), StudyError> {
        self.set_meta(IMPORT_UNDER_WAY, what)
    }
}

/// That the covers' colors have been looked at.
const COLORS_SEEN: &str = "colors seen";
/// What the sample study's tracks are.
const MADE_UP: &str = "made up";

const IMPORT_UNDER_WAY: &str = "import under way";
