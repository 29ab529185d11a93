//! Tracks and the playlists they are in, and what an import could not use.

use std::collections::HashMap;

use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;

use super::stats::Descriptive;
use super::{CoverId, NewCover, Study, StudyError, Target, name_order, thousands};

/// A track's number within its study.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TrackId(pub i64);

/// A track in one playlist; the same song in two playlists is two tracks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    pub id: TrackId,
    pub title: String,
    /// Empty where unknown, as the next ones.
    pub artist: String,
    pub album: String,
    /// As the source has it: a year, a month or a day.
    pub released: String,
    /// Empty where none was named.
    pub playlist: String,
    /// The playlist's id or address at its service; empty where unknown.
    pub playlist_uri: String,
    /// The cover's file name without its ending.
    pub key: String,
    /// Where the cover came from; empty where unknown.
    pub cover_url: String,
    /// What `value` is a measurement of.
    pub measure: String,
    /// In the measure's own unit; `None`: not given.
    pub value: Option<f64>,
    /// Whether `value` may stand for "not measured".
    pub suspect: bool,
    /// `value` as the study's target counts it; `None`: not given, or not what the study predicts.
    pub popularity: Option<f64>,
    /// `None`: the cover could not be read.
    pub cover: Option<CoverId>,
    /// Whether the person has left it out of the study.
    pub is_excluded: bool,
}

impl Track {
    /// Whether it can train or test a model.
    pub fn is_usable(&self) -> bool {
        self.popularity.is_some() && self.cover.is_some() && !self.is_excluded
    }

    /// Its value, and what the study counts it as where that is another number.
    pub fn value_in_words(&self) -> String {
        let Some(value) = self.value else { return "not given".to_owned() };
        let value_text = thousands(value.round().max(0.0) as usize);
        match self.popularity {
            None => format!("{value_text}, not predicted"),
            Some(counted) if counted == value => value_text,
            Some(counted) => format!("{value_text} ({counted:.1})"),
        }
    }
}

/// A track that is to be added.
#[derive(Clone, Debug, Default)]
pub struct NewTrack {
    /// As in [`Track`], the next ones too.
    pub title: String,
    pub artist: String,
    pub album: String,
    pub released: String,
    pub playlist: String,
    pub playlist_uri: String,
    /// What makes it the same track when its playlist is imported again.
    pub identity: String,
    pub key: String,
    pub measure: String,
    pub value: Option<f64>,
    pub suspect: bool,
    pub cover_url: String,
    pub cover: TrackCover,
}

/// What an import has to know of a track that is there already.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownTrack {
    /// Whether it lacks nothing that an import could bring.
    pub is_whole: bool,
    pub measure: String,
    pub value: Option<f64>,
    pub has_cover: bool,
    /// See [`Track::key`] and [`Track::cover_url`].
    pub key: String,
    pub cover_url: String,
}

/// The cover that a new track comes with.
#[derive(Clone, Debug, Default)]
pub enum TrackCover {
    /// It could not be read; a later import may bring it.
    #[default]
    None,
    New(NewCover),
    /// The study holds it already.
    Known(CoverId),
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
        let target = self.target()?;
        self.transaction(|transaction| {
            let mut added = 0;
            for track in tracks {
                let cover = match &track.cover {
                    TrackCover::None => None,
                    TrackCover::New(cover) => Some(cover.store(transaction)?),
                    TrackCover::Known(id) => Some(*id),
                };
                added += usize::from(store_track(transaction, track, cover, &target)?);
            }
            Ok(added)
        })
    }

    /// What the study has of every track, by (playlist, identity).
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn known_tracks(&self) -> Result<HashMap<(String, String), KnownTrack>, StudyError> {
        self.connection
            .prepare(
                "SELECT playlist.name, identity, cover_id IS NOT NULL AND value IS NOT NULL AND NOT suspect, measure, value,
                        cover_id IS NOT NULL, key, cover_url
                 FROM track JOIN playlist ON playlist.id = playlist_id",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        let track = KnownTrack {
                            is_whole: row.get(2)?,
                            measure: row.get(3)?,
                            value: row.get(4)?,
                            has_cover: row.get(5)?,
                            key: row.get(6)?,
                            cover_url: row.get(7)?,
                        };
                        Ok(((row.get(0)?, row.get(1)?), track))
                    })?
                    .collect()
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
                "SELECT track.id, title, artist, album, released, playlist.name, uri, key, cover_url, measure, value,
                        suspect, popularity, cover_id, excluded
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

    /// The playlists in the order of their names; excluded tracks do not count, nor playlists without any other.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn playlists(&self) -> Result<Vec<PlaylistSummary>, StudyError> {
        self.connection
            .prepare(
                "SELECT name, count(*), avg(popularity) FROM playlist JOIN track ON playlist_id = playlist.id
                 WHERE NOT excluded GROUP BY playlist.id ORDER BY name",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        Ok(PlaylistSummary { name: row.get(0)?, tracks: count(row, 1)?, mean: row.get(2)? })
                    })?
                    .collect()
            })
            .map(|mut playlists: Vec<PlaylistSummary>| {
                playlists.sort_by_cached_key(|playlist| name_order(&playlist.name));
                playlists
            })
            .map_err(|error| self.error(error))
    }

    /// Count, mean, spread and quartiles of the popularity of all tracks that have one and are not excluded.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn popularity(&self) -> Result<Descriptive, StudyError> {
        let values: Vec<f64> = self
            .connection
            .prepare("SELECT popularity FROM track WHERE popularity IS NOT NULL AND NOT excluded")
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
            insert_rejected(transaction, source, rejected)
        })
    }

    /// Adds to what an earlier import of the same `source` could not use, which this one went on with.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add_rejected(&mut self, source: &str, rejected: &[Rejected]) -> Result<(), StudyError> {
        self.transaction(|transaction| insert_rejected(transaction, source, rejected))
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

fn insert_rejected(
    transaction: &rusqlite::Transaction<'_>,
    source: &str,
    rejected: &[Rejected],
) -> rusqlite::Result<()> {
    let mut statement =
        transaction.prepare("INSERT OR IGNORE INTO rejected (source, what, reason) VALUES (?1, ?2, ?3)")?;
    rejected.iter().try_for_each(|item| statement.execute([source, &item.what, &item.reason]).map(|_| ()))
}

/// Stores one track; true where it is new.
fn store_track(
    transaction: &rusqlite::Transaction<'_>,
    track: &NewTrack,
    cover: Option<CoverId>,
    target: &Target,
) -> rusqlite::Result<bool> {
    transaction
        .prepare_cached(
            "INSERT INTO playlist (name, uri) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET uri = excluded.uri WHERE uri = ''",
        )?
        .execute([&track.playlist, &track.playlist_uri])?;
    let playlist: i64 = transaction
        .prepare_cached("SELECT id FROM playlist WHERE name = ?1")?
        .query_row([&track.playlist], |row| row.get(0))?;
    let there: Option<i64> = transaction
        .prepare_cached("SELECT id FROM track WHERE playlist_id = ?1 AND identity = ?2")?
        .query_row(params![playlist, track.identity], |row| row.get(0))
        .optional()?;
    let cover = cover.map(|cover| cover.0);
    let popularity = target.of(&track.measure, track.value, &track.released);
    if let Some(id) = there {
        // A suspect value gives way to any that comes later.
        transaction
            .prepare_cached(
                "UPDATE track SET (measure, value, suspect, popularity) = (?2, ?3, ?4, ?5)
                 WHERE id = ?1 AND ?3 IS NOT NULL AND (value IS NULL OR suspect)",
            )?
            .execute(params![id, track.measure, track.value, track.suspect, popularity])?;
        transaction
            .prepare_cached("UPDATE track SET cover_id = ?2 WHERE id = ?1 AND cover_id IS NULL")?
            .execute(params![id, cover])?;
        return Ok(false);
    }
    transaction
        .prepare_cached(
            "INSERT INTO track (playlist_id, identity, title, artist, album, released, key, measure, value, suspect,
                popularity, cover_url, cover_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            playlist,
            track.identity,
            track.title,
            track.artist,
            track.album,
            track.released,
            track.key,
            track.measure,
            track.value,
            track.suspect,
            popularity,
            track.cover_url,
            cover
        ])?;
    Ok(true)
}

fn read_track(row: &Row<'_>) -> rusqlite::Result<Track> {
    Ok(Track {
        id: TrackId(row.get(0)?),
        title: row.get(1)?,
        artist: row.get(2)?,
        album: row.get(3)?,
        released: row.get(4)?,
        playlist: row.get(5)?,
        playlist_uri: row.get(6)?,
        key: row.get(7)?,
        cover_url: row.get(8)?,
        measure: row.get(9)?,
        value: row.get(10)?,
        suspect: row.get(11)?,
        popularity: row.get(12)?,
        cover: row.get::<_, Option<i64>>(13)?.map(CoverId),
        is_excluded: row.get(14)?,
    })
}

/// A count, which SQLite keeps as a signed number.
pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<usize> {
    row.get::<_, i64>(column).map(|value| usize::try_from(value).unwrap_or(0))
}
