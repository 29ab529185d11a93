//! What a study keeps about playlists from a service: how far an import has come, and which covers are from there.

use rusqlite::{OptionalExtension as _, params};

use super::{CoverId, Study, StudyError};

/// Where the study keeps the width that its downloaded covers have.
const COVER_WIDTH: &str = "downloaded cover width";

/// A playlist whose import has begun and not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedPlaylist {
    /// As its service knows it: "spotify:playlist:…".
    pub link: String,
    /// The playlist's state when it was begun; a changed playlist is read from its beginning.
    pub version: String,
    /// The first entry that is still to be read, from 0.
    pub next_offset: u64,
}

impl Study {
    /// The playlists whose import was interrupted.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn unfinished_playlists(&self) -> Result<Vec<UnfinishedPlaylist>, StudyError> {
        self.connection
            .prepare("SELECT link, version, next_offset FROM unfinished_playlist ORDER BY link")
            .and_then(|mut statement| {
                statement
                    .query_map([], |row| {
                        let next_offset = row.get::<_, i64>(2)?.unsigned_abs();
                        Ok(UnfinishedPlaylist { link: row.get(0)?, version: row.get(1)?, next_offset })
                    })?
                    .collect()
            })
            .map_err(|error| self.error(error))
    }

    /// Notes how far the import of a playlist has come.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_unfinished(&mut self, playlist: &UnfinishedPlaylist) -> Result<(), StudyError> {
        let offset = i64::try_from(playlist.next_offset).unwrap_or(i64::MAX);
        self.transaction(|transaction| {
            transaction
                .execute(
                    "INSERT OR REPLACE INTO unfinished_playlist (link, version, next_offset) VALUES (?1, ?2, ?3)",
                    params![playlist.link, playlist.version, offset],
                )
                .map(|_| ())
        })
    }

    /// Notes that a playlist's import has ended.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_finished(&mut self, link: &str) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM unfinished_playlist WHERE link = ?1", [link]).map(|_| ())
        })
    }

    /// The name under which the study holds the playlist of this `uri`, or a free one like `wanted`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn playlist_name(&self, uri: &str, wanted: &str) -> Result<String, StudyError> {
        let one = |sql: &str, value: &str| -> Result<Option<String>, StudyError> {
            self.connection.query_row(sql, [value], |row| row.get(0)).optional().map_err(|error| self.error(error))
        };
        if let Some(name) = one("SELECT name FROM playlist WHERE uri = ?1", uri)? {
            return Ok(name);
        }
        let mut name = wanted.to_owned();
        let mut number = 1;
        while one("SELECT uri FROM playlist WHERE name = ?1 AND uri <> ''", &name)?.is_some() {
            number += 1;
            name = format!("{wanted} ({number})");
        }
        Ok(name)
    }

    /// The names of playlists whose id or address is known, with it.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn playlist_uris(&self) -> Result<Vec<(String, String)>, StudyError> {
        self.connection
            .prepare("SELECT name, uri FROM playlist WHERE uri <> ''")
            .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
            .map_err(|error| self.error(error))
    }

    /// The cover that the study already has from this address.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn cover_from(&self, url: &str) -> Result<Option<CoverId>, StudyError> {
        self.connection
            .prepare_cached(
                "SELECT cover_id FROM track JOIN cover ON cover.id = cover_id
                 WHERE cover_url = ?1 AND cover_url <> '' AND downloaded LIMIT 1",
            )
            .and_then(|mut statement| statement.query_row([url], |row| row.get(0).map(CoverId)).optional())
            .map_err(|error| self.error(error))
    }

    /// How many covers came from a web address.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn downloaded_covers(&self) -> Result<usize, StudyError> {
        self.connection
            .query_row("SELECT count(*) FROM cover WHERE downloaded", [], |row| super::tracks::count(row, 0))
            .map_err(|error| self.error(error))
    }

    /// The width in pixels that downloaded covers should have: the one that the study's others have, else `wanted`.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn cover_width(&self, wanted: u32) -> Result<u32, StudyError> {
        Ok(self.meta(COVER_WIDTH)?.and_then(|text| text.parse().ok()).unwrap_or(wanted))
    }

    /// Notes the width of the first cover that is downloaded.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep_cover_width(&mut self, width: u32) -> Result<(), StudyError> {
        if width > 0 && self.meta(COVER_WIDTH)?.is_none() {
            self.set_meta(COVER_WIDTH, Some(&width.to_string()))?;
        }
        Ok(())
    }

    /// Takes all covers that came from a web address out of the study, and out of the file itself; their tracks stay.
    /// Returns how many there were.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn forget_downloaded_covers(&mut self) -> Result<usize, StudyError> {
        let forgotten = self.transaction(|transaction| {
            transaction.execute(
                "UPDATE track SET cover_id = NULL WHERE cover_id IN (SELECT id FROM cover WHERE downloaded)",
                [],
            )?;
            transaction.execute("DELETE FROM cover WHERE downloaded", [])
        })?;
        // Those that come next may have another width.
        self.set_meta(COVER_WIDTH, None)?;
        // What is deleted stays readable in the file until its pages are written anew.
        self.connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);").map_err(|error| self.error(error))?;
        Ok(forgotten)
    }
}
