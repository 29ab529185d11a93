//! Covers that were scored: the study's own history of them.

use rusqlite::{Row, params};

use super::{RunId, Study, StudyError};

/// A cover's score as the history keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedScore {
    /// Its number in the history; 0 before it is kept.
    pub id: i64,
    /// The cover's path when it was scored.
    pub file: String,
    pub run: RunId,
    pub run_name: String,
    /// In the target's unit, as the next ones.
    pub prediction: f64,
    /// Prediction plus the 10th and the 90th percentile of the test residuals.
    pub low: f64,
    pub high: f64,
    /// Among the predictions for the test tracks, 0–100.
    pub percentile: f64,
    pub beats_mean: bool,
    /// Of always guessing it.
    pub train_mean: f64,
    /// The cover as JPEG, for the screen.
    pub picture: Vec<u8>,
}

impl Study {
    /// Keeps a score in the history and returns its number there. It takes the place of the same score of the same file
    /// and picture.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep_score(&mut self, score: &SavedScore) -> Result<i64, StudyError> {
        let now_secs = jiff::Timestamp::now().as_second();
        self.transaction(|transaction| {
            transaction.execute(
                "DELETE FROM scored
                 WHERE NOT hidden AND file = ?1 AND run_id = ?2 AND prediction = ?3 AND picture = ?4",
                params![score.file, score.run.0, score.prediction, score.picture],
            )?;
            transaction.execute(
                "INSERT INTO scored (file, run_id, run_name, prediction, low, high, percentile, beats_mean, train_mean,
                    picture, created_secs)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                params![
                    score.file,
                    score.run.0,
                    score.run_name,
                    score.prediction,
                    score.low,
                    score.high,
                    score.percentile,
                    score.beats_mean,
                    score.train_mean,
                    score.picture,
                    now_secs
                ],
            )?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// The latest `count` scores of the history, the latest first; those that were taken out do not come.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn latest_scores(&self, count: usize) -> Result<Vec<SavedScore>, StudyError> {
        self.connection
            .prepare(
                "SELECT id, file, run_id, run_name, prediction, low, high, percentile, beats_mean, train_mean, picture
                 FROM scored WHERE NOT hidden ORDER BY id DESC LIMIT ?1",
            )
            .and_then(|mut statement| statement.query_map([count as i64], read_score)?.collect())
            .map_err(|error| self.error(error))
    }
}

fn read_score(row: &Row<'_>) -> rusqlite::Result<SavedScore> {
    Ok(SavedScore {
        id: row.get(0)?,
        file: row.get(1)?,
        run: RunId(row.get(2)?),
        run_name: row.get(3)?,
        prediction: row.get(4)?,
        low: row.get(5)?,
        high: row.get(6)?,
        percentile: row.get(7)?,
        beats_mean: row.get(8)?,
        train_mean: row.get(9)?,
        picture: row.get(10)?,
    })
}
