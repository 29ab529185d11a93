//! The tables of a study file, and how an older file is brought up to date.

use rusqlite::Connection;

/// Marks the file as a study of this program ("Cvst" in ASCII).
pub(super) const APPLICATION_ID: i64 = 0x4376_7374;

/// Brings a file from version `i` to `i + 1`. A released step is never edited; a change of the tables is a new one.
const MIGRATIONS: &[&str] = &[FIRST, SECOND];

const FIRST: &str = r"
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE playlist (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,           -- '' where a track names none
    uri  TEXT NOT NULL DEFAULT ''        -- its id or address at its service, '' where unknown
) STRICT;

CREATE TABLE unfinished_playlist (       -- what an import from a service has begun and not ended
    link        TEXT PRIMARY KEY,        -- as the service's program knows it: 'spotify:playlist:…'
    version     TEXT NOT NULL,           -- the playlist's state when it was begun
    next_offset INTEGER NOT NULL         -- the first entry that is still to be read
) STRICT, WITHOUT ROWID;

CREATE TABLE cover (
    id          INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,    -- BLAKE3 of the file's bytes
    bytes       BLOB NOT NULL,           -- the file as it was imported
    format      TEXT NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    grayscale   INTEGER NOT NULL,        -- 1 where the file has a single color channel
    downloaded  INTEGER NOT NULL DEFAULT 0 -- 1 where it came from a web address, whose owner may want it forgotten
) STRICT;

CREATE TABLE pixels (
    cover_id   INTEGER NOT NULL REFERENCES cover ON DELETE CASCADE,
    image_size INTEGER NOT NULL,
    rgb        BLOB NOT NULL,            -- image_size x image_size x 3 bytes, row by row
    PRIMARY KEY (cover_id, image_size)
) STRICT, WITHOUT ROWID;

CREATE TABLE track (
    id          INTEGER PRIMARY KEY,
    playlist_id INTEGER NOT NULL REFERENCES playlist,
    identity    TEXT NOT NULL,           -- what makes it the same track within its playlist
    title       TEXT NOT NULL,
    artist      TEXT NOT NULL DEFAULT '',
    album       TEXT NOT NULL DEFAULT '',
    released    TEXT NOT NULL DEFAULT '', -- as the source has it: a year, a month or a day
    key         TEXT NOT NULL,           -- the cover's file name without its ending
    measure     TEXT NOT NULL DEFAULT 'popularity', -- what value is a measurement of
    value       REAL,                    -- in the measure's own unit; NULL: not given
    suspect     INTEGER NOT NULL DEFAULT 0, -- 1 where value may stand for 'not measured'
    popularity  REAL,                    -- value as the study's target counts it; NULL: not to be predicted
    cover_url   TEXT NOT NULL DEFAULT '', -- where the cover came from, '' where unknown
    cover_id    INTEGER REFERENCES cover,
    UNIQUE (playlist_id, identity)
) STRICT;
CREATE INDEX track_cover ON track (cover_id);
CREATE INDEX track_cover_url ON track (cover_url) WHERE cover_url <> '' AND cover_id IS NOT NULL;

CREATE TABLE rejected (
    id     INTEGER PRIMARY KEY,
    source TEXT NOT NULL,                -- the import that said so
    what   TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (source, what, reason)
) STRICT;

CREATE TABLE split (
    id         INTEGER PRIMARY KEY,
    split_by   TEXT NOT NULL,            -- 'cover' or 'track'
    test_share REAL NOT NULL,
    seed       INTEGER NOT NULL
) STRICT;

CREATE TABLE split_track (
    split_id INTEGER NOT NULL REFERENCES split ON DELETE CASCADE,
    position INTEGER NOT NULL,           -- order in which training sees the tracks
    track_id INTEGER NOT NULL REFERENCES track,
    test     INTEGER NOT NULL,
    PRIMARY KEY (split_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    model        TEXT NOT NULL,          -- the preset it began from, 'custom' where settings were changed
    settings     TEXT NOT NULL,          -- hyperparameters as JSON
    status       TEXT NOT NULL,
    message      TEXT,                   -- why it failed
    parameters   INTEGER NOT NULL,
    split_id     INTEGER REFERENCES split,
    train_tracks INTEGER,
    test_tracks  INTEGER,
    train_mean   REAL,                   -- mean popularity of the training tracks
    mean_rmse REAL, mean_mae REAL, mean_r2 REAL, -- of always answering train_mean on the test tracks
    kernels      TEXT,
    best_epoch   INTEGER,
    best_mse     REAL,
    rmse REAL, mae REAL, r2 REAL,        -- of the last epoch, on the test tracks
    best_rmse REAL, best_mae REAL, best_r2 REAL,
    gain_low     REAL,                   -- lower 95 % bound of the gain in squared error over the mean
    created_secs INTEGER NOT NULL        -- since 1970-01-01
) STRICT;

CREATE TABLE epoch (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    epoch     INTEGER NOT NULL,          -- from 1
    train_mse REAL NOT NULL,
    validation_mse REAL,                 -- on what early stopping holds out; NULL without it
    test_mse  REAL NOT NULL,
    seconds   REAL NOT NULL,
    PRIMARY KEY (run_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE prediction (
    run_id    INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    track_id  INTEGER NOT NULL REFERENCES track,
    truth     REAL NOT NULL,
    predicted REAL NOT NULL,             -- by the last epoch's weights
    best      REAL NOT NULL,             -- by the best epoch's weights
    PRIMARY KEY (run_id, track_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE weights (
    run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    kind   TEXT NOT NULL,                -- 'last', 'best' or 'optimizer'
    epoch  INTEGER NOT NULL,
    bytes  BLOB NOT NULL,                -- safetensors
    PRIMARY KEY (run_id, kind)
) STRICT;

CREATE TABLE fit (                       -- networks trained for verdicts
    key         BLOB PRIMARY KEY,        -- BLAKE3 of the unit of work and of the data that it saw
    unit        TEXT NOT NULL,           -- which fold of what, as JSON
    seconds     REAL NOT NULL,
    predictions BLOB NOT NULL            -- for each test row, a little-endian f32
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
    id           INTEGER PRIMARY KEY,
    result       TEXT NOT NULL,          -- as JSON
    created_secs INTEGER NOT NULL        -- since 1970-01-01
) STRICT;
";

const SECOND: &str = r"
ALTER TABLE track ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0; -- 1 where the person has left it out

ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN deleted_secs INTEGER;            -- since 1970-01-01; NULL: not deleted
ALTER TABLE run ADD COLUMN sweep TEXT NOT NULL DEFAULT '';  -- what it was queued together with
ALTER TABLE run ADD COLUMN data_mark BLOB;                  -- BLAKE3 of the tracks that its split was drawn from

CREATE TABLE scored (                    -- covers that were scored, the study's own history of them
    id           INTEGER PRIMARY KEY,
    file         TEXT NOT NULL,
    run_id       INTEGER NOT NULL,
    run_name     TEXT NOT NULL,
    prediction   REAL NOT NULL,
    low          REAL NOT NULL,
    high         REAL NOT NULL,
    percentile   REAL NOT NULL,
    beats_mean   INTEGER NOT NULL,
    train_mean   REAL NOT NULL,
    picture      BLOB NOT NULL,          -- JPEG, for the screen
    hidden       INTEGER NOT NULL DEFAULT 0,
    created_secs INTEGER NOT NULL        -- since 1970-01-01
) STRICT;
";

/// What a reader, who may not migrate, lays over the tables of version `i + 1` to find in them what the newest version
/// has: a temporary view or table hides the file's own of the same name.
const AS_NEWEST: &[&str] = &[r"
CREATE TEMP VIEW track AS SELECT *, 0 AS excluded FROM main.track;
CREATE TEMP VIEW run AS
    SELECT *, '' AS note, 0 AS starred, NULL AS deleted_secs, '' AS sweep, NULL AS data_mark FROM main.run;
CREATE TEMP TABLE scored (
    id INTEGER PRIMARY KEY, file TEXT, run_id INTEGER, run_name TEXT, prediction REAL, low REAL, high REAL,
    percentile REAL, beats_mean INTEGER, train_mean REAL, picture BLOB, hidden INTEGER, created_secs INTEGER
);
"];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Lets a reading connection to a file of `version` see the tables as [`VERSION`] has them.
pub(super) fn read_as_newest(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    let views = usize::try_from(version - 1).ok().and_then(|index| AS_NEWEST.get(index));
    views.map_or(Ok(()), |views| connection.execute_batch(views))
}

/// Brings the tables from `version` to [`VERSION`], all or nothing.
pub(super) fn migrate(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let pending = usize::try_from(version).unwrap_or(0);
    if pending >= MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in &MIGRATIONS[pending..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Preset;
    use crate::study::StudyFile;

    /// A study as the first version wrote it.
    fn of_first_version(path: &std::path::Path) {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(FIRST).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        let settings = serde_json::to_string(&Preset::Quick.hyperparameters()).unwrap();
        connection
            .execute(
                "INSERT INTO run (name, model, settings, status, parameters, created_secs)
                 VALUES ('Quick', 'quick', ?1, 'finished', 10, 0)",
                [settings],
            )
            .unwrap();
        connection
            .execute_batch(
                "INSERT INTO playlist (id, name) VALUES (1, 'A');
                 INSERT INTO track (playlist_id, identity, title, key, value, popularity)
                 VALUES (1, 'a', 'A', 'a', 40, 40);",
            )
            .unwrap();
    }

    #[test]
    fn a_file_of_the_first_version_is_read_as_it_is_and_brought_up_to_date_by_a_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.coverstudy");
        of_first_version(&path);
        let seen = |file: &StudyFile| {
            let study = file.connect().unwrap();
            let figures = (study.popularity().unwrap(), study.playlists().unwrap(), study.latest_scores(9).unwrap());
            (study.tracks().unwrap(), study.runs().unwrap(), study.deleted_runs().unwrap(), figures)
        };
        let before = std::fs::read(&path).unwrap();
        let read = seen(&StudyFile::open_reader(&path).unwrap());
        assert_eq!((read.0.len(), read.1.len()), (1, 1));
        assert_eq!(std::fs::read(&path).unwrap(), before, "a reader changes nothing");
        let (file, _) = StudyFile::open(&path).unwrap();
        assert_eq!(seen(&file), read);
        assert_eq!(AS_NEWEST.len() as i64, VERSION - 1, "each older version has what a reader needs");
    }
}
