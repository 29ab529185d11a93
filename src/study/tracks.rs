//! Tracks and the playlists they are in, and what an import could not use.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;

use super::stats::Descriptive;
use super::{CoverId, NewCover, Study, StudyError};

/// A track's number within its study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(pub i64);

/// A track in one playlist; the same song in two playlists is two tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub id: TrackId,
    pub title: String,
    /// Empty where none was named.
    pub playlist: String,
    /// The cover's file name without its ending.
    pub key: String,
    /// 0–100; `None`: not given.
    pub popularity: Option<f64>,
    /// `None`: the cover could not be read.
    pub cover: Option<CoverId>,
}

impl Track {
    /// Whether it can train or test a model.
    pub fn is_usable(&self) -> bool {
        self.popularity.is_some() && self.cover.is_some()
    }
}

/// A track that is to be added.
#[derive(Clone, Debug)]
pub struct NewTrack {
    pub title: String,
    pub playlist: String,
    /// What makes it the same track when its playlist is imported again.
    pub identity: String,
    pub key: String,
    pub popularity: Option<f64>,
    /// `None`: the cover could not be read; a later import may bring it.
    pub cover: Option<NewCover>,
}

/// Something that an import could not use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// A row, a track or a file.
    pub what: String,
    /// Why, in words.
    pub reason: String,
}

/// One playlist at a glance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaylistSummary {
    pub name: String,
    pub tracks: usize,
    /// Mean popularity of those tracks that have one.
    pub mean: Option<f64>,
}

/// What a study holds, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCounts {
    pub tracks: usize,
    /// Tracks that have a cover.
    pub covers: usize,
    /// Distinct cover files.
    pub unique_covers: usize,
    /// Tracks whose cover file has a single color channel.
    pub grayscale: usize,
}

impl Study {
    /// Adds tracks with their covers in one transaction; a track that is there already only gets what it lacked.
    /// Returns how many are new.
    ///
    /// # Errors
    /// Where the file cannot be written; then none of them is kept.
    pub fn add_tracks(&mut self, tracks: &[NewTrack]) -> Result<usize, StudyError> {
        self.transaction(|transaction| {
            let mut added = 0;
            for track in tracks {
                let cover = track.cover.as_ref().map(|cover| cover.store(transaction)).transpose()?;
                added += usize::from(store_track(transaction, track, cover)?);
            }
            Ok(added)
        })
    }

    /// The (playlist, identity) of every track, and whether it lacks nothing that an import could bring.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn known_tracks(&self) -> Result<HashMap<(String, String), bool>, StudyError> {
        self.connection
            .prepare(
                "SELECT playlist.name, identity, cover_id IS NOT NULL AND popularity IS NOT NULL
                 FROM track JOIN playlist ON playlist.id = playlist_id",
            )
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?.collect()
            })
            .map_err(|error| self.error(error))
    }

    /// All tracks, in the order of their import.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn tracks(&self) -> Result<Vec<Track>, StudyError> {
        self.connection
            .prepare(
                "SELECT track.id, title, playlist.name, key, popularity, cover_id
                 FROM track JOIN playlist ON playlist.id = playlist_id ORDER BY track.id",
            )
            .and_then(|mut statement| statement.query_map([], read_track)?.collect())
            .map_err(|error| self.error(error))
    }

    /// How many tracks and covers there are.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn counts(&self) -> Result<ImportCounts, StudyError> {
        self.connection
            .query_row(
                "SELECT count(*), count(cover_id), (SELECT count(*) FROM cover), coalesce(sum(cover.grayscale), 0)
                 FROM track LEFT JOIN cover ON cover.id = cover_id",
                [],
                |row| {
                    Ok(ImportCounts {
                        tracks: count(row, 0)?,
                        covers: count(row, 1)?,
                        unique_covers: count(row, 2)?,
                        grayscale: count(row, 3)?,
                    })
                },
            )
            .map_err(|error| self.error(error))
    }

    /// The playlists in the order of their names, those without any track left out.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn playlists(&self) -> Result<Vec<PlaylistSummary>, StudyError> {
        self.connection
            .prepare(
                "SELECT name, count(*), avg(popularity) FROM playlist JOIN track ON playlist_id = playlist.id
                 GROUP BY playlist.id ORDER BY name",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(PlaylistSummary { name: row.get(0)?, tracks: count(row, 1)?, mean: row.get(2)? })
                    })?
                    .collect()
            })
            .map_err(|error| self.error(error))
    }

    /// Count, mean, spread and quartiles of the popularity of all tracks that have one.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn popularity(&self) -> Result<Descriptive, StudyError> {
        let values: Vec<f64> = self
            .connection
            .prepare("SELECT popularity FROM track WHERE popularity IS NOT NULL")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.error(error))?;
        Ok(Descriptive::of(&values))
    }

    /// Replaces what an earlier import of the same `source` could not use by what this one could not.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_rejected(&mut self, source: &str, rejected: &[Rejected]) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM rejected WHERE source = ?1", [source])?;
            let mut statement =
                transaction.prepare("INSERT OR IGNORE INTO rejected (source, what, reason) VALUES (?1, ?2, ?3)")?;
            rejected.iter().try_for_each(|item| statement.execute([source, &item.what, &item.reason]).map(|_| ()))
        })
    }

    /// What the imports could not use.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn rejected(&self) -> Result<Vec<Rejected>, StudyError> {
        self.connection
            .prepare("SELECT what, reason FROM rejected ORDER BY id")
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok(Rejected { what: row.get(0)?, reason: row.get(1)? }))?.collect()
            })
            .map_err(|error| self.error(error))
    }
}

/// Stores one track; true where it is new.
fn store_track(
    transaction: &rusqlite::Transaction<'_>,
    track: &NewTrack,
    cover: Option<CoverId>,
) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached("INSERT INTO playlist (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")?
        .execute([&track.playlist])?;
    let playlist: i64 = transaction
        .prepare_cached("SELECT id FROM playlist WHERE name = ?1")?
        .query_row([&track.playlist], |row| row.get(0))?;
    let there: Option<i64> = transaction
        .prepare_cached("SELECT id FROM track WHERE playlist_id = ?1 AND identity = ?2")?
        .query_row(params![playlist, track.identity], |row| row.get(0))
        .optional()?;
    let cover = cover.map(|cover| cover.0);
    if let Some(id) = there {
        transaction
            .prepare_cached(
                "UPDATE track SET cover_id = coalesce(cover_id, ?2), popularity = coalesce(popularity, ?3)
                 WHERE id = ?1",
            )?
            .execute(params![id, cover, track.popularity])?;
        return Ok(false);
    }
    transaction
        .prepare_cached(
            "INSERT INTO track (playlist_id, identity, title, key, popularity, cover_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![playlist, track.identity, track.title, track.key, track.popularity, cover])?;
    Ok(true)
}

fn read_track(row: &Row<'_>) -> rusqlite::Result<Track> {
    Ok(Track {
        id: TrackId(row.get(0)?),
        title: row.get(1)?,
        playlist: row.get(2)?,
        key: row.get(3)?,
        popularity: row.get(4)?,
        cover: row.get::<_, Option<i64>>(5)?.map(CoverId),
    })
}

/// A count, which SQLite keeps as a signed number.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    row.get::<_, i64>(column).map(|value| usize::try_from(value).unwrap_or(0))
}
