//! What verdicts rest on: every network that was trained for one, and the verdicts themselves.

use rusqlite::{OptionalExtension as _, params};

use super::{Study, StudyError};
use crate::evidence::Verdict;

/// A network that was trained for a verdict: what it predicted for the rows that it was tested on.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFit {
    /// BLAKE3 of the unit of work and of the data that it saw.
    pub key: [u8; 32],
    /// The unit of work as JSON.
    pub unit: String,
    /// How long it took; 0 where it was done elsewhere.
    pub seconds: f64,
    pub predictions: Vec<f32>,
}

/// The digits of a [`super::tracks_mark`], as a verdict keeps it.
pub fn mark_digits(mark: [u8; 32]) -> String {
    blake3::Hash::from_bytes(mark).to_hex().to_string()
}

/// Whether tracks were excluded, added or changed since a verdict; false where that is not known. `mark` is that of the
/// tracks as they are.
pub fn has_changed_since_verdict(verdict: &Verdict, mark: [u8; 32]) -> bool {
    !verdict.data.is_empty() && verdict.data != mark_digits(mark)
}

impl Study {
    /// Keeps a fit; one of the same key is replaced.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save_fit(&mut self, fit: &SavedFit) -> Result<(), StudyError> {
        let bytes: Vec<u8> = fit.predictions.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.transaction(|transaction| {
            transaction
                .execute(
                    "INSERT OR REPLACE INTO fit (key, unit, seconds, predictions) VALUES (?1, ?2, ?3, ?4)",
                    params![fit.key.as_slice(), fit.unit, fit.seconds, bytes],
                )
                .map(|_| ())
        })
    }

    /// What a fit predicted, and how many seconds it took; `None` where it has not been done.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn fit(&self, key: &[u8; 32]) -> Result<Option<(f64, Vec<f32>)>, StudyError> {
        let row: Option<(f64, Vec<u8>)> = self
            .connection
            .prepare_cached("SELECT seconds, predictions FROM fit WHERE key = ?1")
            .and_then(|mut statement| {
                statement.query_row([key.as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
            })
            .map_err(|error| self.error(error))?;
        Ok(row.map(|(seconds, bytes)| {
            (seconds, bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        }))
    }

    /// Keeps a verdict.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save_verdict(&mut self, verdict: &Verdict) -> Result<(), StudyError> {
        let result = serde_json::to_string(verdict).map_err(|error| StudyError::Unreadable(error.to_string()))?;
        let created_secs = jiff::Timestamp::now().as_second();
        self.transaction(|transaction| {
            transaction
                .execute("INSERT INTO verdict (result, created_secs) VALUES (?1, ?2)", params![result, created_secs])
                .map(|_| ())
        })
    }

    /// All verdicts, the oldest first.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn verdicts(&self) -> Result<Vec<Verdict>, StudyError> {
        let texts: Vec<String> = self
            .connection
            .prepare("SELECT result FROM verdict ORDER BY id")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.error(error))?;
        texts
            .iter()
            .map(|text| {
                serde_json::from_str(text).map_err(|error| StudyError::Unreadable(format!("a verdict: {error}")))
            })
            .collect()
    }
}
