//! Covers, kept once per content, and their pixels at each image size in use.

use rusqlite::{OptionalExtension as _, params};

use super::{Study, StudyError};

/// A cover's number within its study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CoverId(pub i64);

/// A decoded cover that is to be kept.
#[derive(Clone, Debug)]
pub struct NewCover {
    /// BLAKE3 of `bytes`.
    pub hash: [u8; 32],
    /// The file as it was found.
    pub bytes: Vec<u8>,
    /// "JPEG", "PNG", …
    pub format: &'static str,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Whether the file has a single color channel.
    pub grayscale: bool,
    /// Whether it came from a web address.
    pub downloaded: bool,
    /// The side, in pixels, that `pixels` has.
    pub image_size: usize,
    /// `image_size` x `image_size` x 3 bytes, row by row.
    pub pixels: Vec<u8>,
}

impl NewCover {
    /// Stores the cover within `transaction`, or finds the one of the same content.
    pub(super) fn store(&self, transaction: &rusqlite::Transaction<'_>) -> rusqlite::Result<CoverId> {
        transaction
            .prepare_cached(
                "INSERT INTO cover (hash, bytes, format, width, height, grayscale, downloaded)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (hash) DO UPDATE SET downloaded = min(downloaded, excluded.downloaded)",
            )?
            .execute(params![
                self.hash.as_slice(),
                self.bytes,
                self.format,
                self.width,
                self.height,
                self.grayscale,
                self.downloaded
            ])?;
        let id = transaction
            .prepare_cached("SELECT id FROM cover WHERE hash = ?1")?
            .query_row([self.hash.as_slice()], |row| row.get(0))?;
        store_pixels(transaction, CoverId(id), self.image_size, &self.pixels)?;
        Ok(CoverId(id))
    }
}

fn store_pixels(
    transaction: &rusqlite::Transaction<'_>,
    cover: CoverId,
    image_size: usize,
    rgb: &[u8],
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO pixels (cover_id, image_size, rgb) VALUES (?1, ?2, ?3)")?
        .execute(params![cover.0, image_size as i64, rgb])
        .map(|_| ())
}

impl Study {
    /// The cover's file as it was imported.
    ///
    /// # Errors
    /// [`StudyError::NotFound`] where the study has no such cover.
    pub fn cover_bytes(&self, cover: CoverId) -> Result<Vec<u8>, StudyError> {
        self.connection
            .prepare_cached("SELECT bytes FROM cover WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([cover.0], |row| row.get(0)).optional())
            .map_err(|error| self.error(error))?
            .ok_or_else(|| StudyError::NotFound("The study no longer holds this cover.".to_owned()))
    }

    /// The ending that a file with the cover's bytes has.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn cover_ending(&self, cover: CoverId) -> Result<&'static str, StudyError> {
        let format: String = self
            .connection
            .prepare_cached("SELECT format FROM cover WHERE id = ?1")
            .and_then(|mut statement| statement.query_row([cover.0], |row| row.get(0)))
            .map_err(|error| self.error(error))?;
        Ok(match format.as_str() {
            "PNG" => "png",
            "WebP" => "webp",
            "GIF" => "gif",
            "BMP" => "bmp",
            _ => "jpg",
        })
    }

    /// The cover's pixels at `image_size`, where they are cached.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn cached_pixels(&self, cover: CoverId, image_size: usize) -> Result<Option<Vec<u8>>, StudyError> {
        self.connection
            .prepare_cached("SELECT rgb FROM pixels WHERE cover_id = ?1 AND image_size = ?2")
            .and_then(|mut statement| statement.query_row([cover.0, image_size as i64], |row| row.get(0)).optional())
            .map_err(|error| self.error(error))
    }

    /// Which covers have no pixels at `image_size` yet, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn covers_without_pixels(&self, image_size: usize) -> Result<Vec<CoverId>, StudyError> {
        self.connection
            .prepare(
                "SELECT id FROM cover WHERE id NOT IN (SELECT cover_id FROM pixels WHERE image_size = ?1) ORDER BY id",
            )
            .and_then(|mut statement| {
                statement.query_map([image_size as i64], |row| row.get(0).map(CoverId))?.collect()
            })
            .map_err(|error| self.error(error))
    }

    /// Caches the pixels of several covers at `image_size`.
    ///
    /// # Errors
    /// Where the file cannot be written; then none of them is kept.
    pub fn cache_pixels(&mut self, image_size: usize, covers: &[(CoverId, Vec<u8>)]) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            covers.iter().try_for_each(|(cover, rgb)| store_pixels(transaction, *cover, image_size, rgb))
        })
    }

    /// The pixels of `covers` at `image_size`, one after the other, from the cache.
    ///
    /// # Errors
    /// [`StudyError::NotFound`] where one is not cached.
    pub fn pixels_of(&self, covers: &[CoverId], image_size: usize) -> Result<Vec<u8>, StudyError> {
        let mut pixels = Vec::with_capacity(covers.len() * image_size * image_size * 3);
        for &cover in covers {
            let rgb = self.cached_pixels(cover, image_size)?.ok_or_else(|| {
                StudyError::NotFound(format!("A cover has not been resized to {image_size} pixels yet."))
            })?;
            pixels.extend_from_slice(&rgb);
        }
        Ok(pixels)
    }
}
