//! The tables of a study file, and how an older file is brought up to date.

use rusqlite::Connection;

/// Marks the file as a study of this program ("Cvst" in ASCII).
pub(super) const APPLICATION_ID: i64 = 0x4376_7374;

/// Brings a file from version `i` to `i + 1`. A released step is never edited; a change of the tables is a new one.
const MIGRATIONS: &[&str] = &[
    r"
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE playlist (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE            -- '' where a track names none
) STRICT;

CREATE TABLE cover (
    id          INTEGER PRIMARY KEY,
    hash        BLOB NOT NULL UNIQUE,    -- BLAKE3 of the file's bytes
    bytes       BLOB NOT NULL,           -- the file as it was imported
    format      TEXT NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    grayscale   INTEGER NOT NULL         -- 1 where the file has a single color channel
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
    key         TEXT NOT NULL,           -- the cover's file name without its ending
    popularity  REAL,                    -- NULL: not given
    cover_id    INTEGER REFERENCES cover,
    UNIQUE (playlist_id, identity)
) STRICT;
CREATE INDEX track_cover ON track (cover_id);

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
    mean_rmse    REAL,                   -- of always answering train_mean on the test tracks
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
",
    r"
ALTER TABLE epoch ADD COLUMN validation_mse REAL; -- on what early stopping holds out; NULL without it
",
];

/// The version that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

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
