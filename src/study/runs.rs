//! Keeping runs: a model's settings, every epoch's figures, its weights, and what it predicted for each test track.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::run_record::{
    EpochRecord, MeanBaseline, NewRun, Prediction, RunEnd, RunFigures, RunId, RunRecord, RunStatus, SavedWeights,
    WeightsKind,
};
use super::tracks::count;
use super::{Study, StudyError, TrackId, split};
use crate::nn::Hyperparameters;

const RUN_COLUMNS: &str = "id, name, model, settings, status, message, parameters, split_id, train_tracks, \
    test_tracks, train_mean, mean_rmse, mean_mae, mean_r2, kernels, best_epoch, best_mse, rmse, mae, r2, best_rmse, best_mae, best_r2, \
    gain_low, note, starred, deleted_secs IS NOT NULL AS deleted, sweep, data_mark";

impl Study {
    /// Adds a run to the queue, under `label` or, where that is taken, `label (2)` and so on.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add_run(
        &mut self,
        label: &str,
        model: &str,
        settings: &Hyperparameters,
        parameters: usize,
    ) -> Result<RunId, StudyError> {
        let run = NewRun { label: label.to_owned(), model: model.to_owned(), settings: settings.clone(), parameters };
        self.add_runs(&[run], "").map(|runs| runs[0])
    }

    /// Adds several runs to the queue, all or none; `sweep` names what they have in common, empty for nothing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn add_runs(&mut self, runs: &[NewRun], sweep: &str) -> Result<Vec<RunId>, StudyError> {
        let texts = runs.iter().map(|run| serde_json::to_string(&run.settings)).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| StudyError::Unreadable(error.to_string()))?;
        let now_secs = jiff::Timestamp::now().as_second();
        self.transaction(|transaction| {
            let mut insert = transaction.prepare(
                "INSERT INTO run (name, model, settings, status, parameters, sweep, created_secs)
                 VALUES (?1, ?2, ?3, 'queued', ?4, ?5, ?6)",
            )?;
            runs.iter()
                .zip(&texts)
                .map(|(run, settings)| {
                    let name = free_name(transaction, &run.label)?;
                    insert.execute(params![name, run.model, settings, run.parameters as i64, sweep, now_secs])?;
                    Ok(RunId(transaction.last_insert_rowid()))
                })
                .collect()
        })
    }

    /// Notes with which split and kernels a run trains, and what always guessing the mean scores there.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn begin_run(
        &mut self,
        run: RunId,
        split: (i64, &super::Split),
        baseline: &MeanBaseline,
        kernels: &str,
    ) -> Result<(), StudyError> {
        let (split_id, split) = split;
        let MeanBaseline { train_mean, figures } = baseline;
        self.transaction(|transaction| {
            transaction
                .execute(
                    "UPDATE run SET status = 'running', message = NULL, split_id = ?2, train_tracks = ?3,
                     test_tracks = ?4, train_mean = ?5, mean_rmse = ?6, mean_mae = ?7, mean_r2 = ?8, kernels = ?9,
                     data_mark = coalesce(data_mark, ?10) WHERE id = ?1",
                    params![
                        run.0,
                        split_id,
                        split.train.len() as i64,
                        split.test.len() as i64,
                        train_mean,
                        figures.rmse,
                        figures.mae,
                        figures.r2,
                        kernels,
                        split::data_mark(split.train.iter().chain(&split.test)).as_slice()
                    ],
                )
                .map(|_| ())
        })
    }

    /// Keeps a finished epoch with its weights: all of it, or none. `best` is the best epoch so far and its MSE.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save_epoch(
        &mut self,
        run: RunId,
        epoch: &EpochRecord,
        best: (usize, f64),
        weights: &[SavedWeights<'_>],
    ) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO epoch (run_id, epoch, train_mse, validation_mse, test_mse, seconds)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    run.0,
                    epoch.epoch as i64,
                    epoch.train_mse,
                    epoch.validation_mse,
                    epoch.test_mse,
                    epoch.seconds
                ],
            )?;
            transaction.execute(
                "UPDATE run SET best_epoch = ?2, best_mse = ?3 WHERE id = ?1",
                params![run.0, best.0 as i64, best.1],
            )?;
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO weights (run_id, kind, epoch, bytes) VALUES (?1, ?2, ?3, ?4)",
            )?;
            weights.iter().try_for_each(|saved| {
                statement.execute(params![run.0, saved.kind.as_str(), saved.epoch as i64, saved.bytes]).map(|_| ())
            })
        })
    }

    /// Keeps a run's figures and predictions.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end_run(
        &mut self,
        run: RunId,
        status: RunStatus,
        end: &RunEnd,
        predictions: &[Prediction],
    ) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM prediction WHERE run_id = ?1", [run.0])?;
            let mut statement = transaction.prepare(
                "INSERT INTO prediction (run_id, track_id, truth, predicted, best) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for item in predictions {
                statement.execute(params![run.0, item.track.0, item.truth, item.predicted, item.best])?;
            }
            let (last, best) = (&end.figures, &end.best_figures);
            transaction
                .execute(
                    "UPDATE run SET status = ?2, rmse = ?3, mae = ?4, r2 = ?5, best_rmse = ?6, best_mae = ?7,
                     best_r2 = ?8, gain_low = ?9 WHERE id = ?1",
                    params![
                        run.0,
                        status.as_str(),
                        last.rmse,
                        last.mae,
                        last.r2,
                        best.rmse,
                        best.mae,
                        best.r2,
                        end.gain_low
                    ],
                )
                .map(|_| ())
        })
    }

    /// Changes a run's status, with the reason where it failed.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn set_run_status(&mut self, run: RunId, status: RunStatus, message: Option<&str>) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction
                .execute(
                    "UPDATE run SET status = ?2, message = ?3 WHERE id = ?1",
                    params![run.0, status.as_str(), message],
                )
                .map(|_| ())
        })
    }

    /// All runs in the order in which they were made, with their epochs, deleted ones left out.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRecord>, StudyError> {
        self.runs_where("deleted_secs IS NULL")
    }

    /// The runs that were deleted and can be restored.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn deleted_runs(&self) -> Result<Vec<RunRecord>, StudyError> {
        self.runs_where("deleted_secs IS NOT NULL")
    }

    /// Takes deleted runs out of the file, with all that belongs to them.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn purge_deleted_runs(&mut self) -> Result<(), StudyError> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM run WHERE deleted_secs IS NOT NULL", [])?;
            transaction
                .execute("DELETE FROM split WHERE id NOT IN (SELECT split_id FROM run WHERE split_id IS NOT NULL)", [])
                .map(|_| ())
        })
    }

    fn runs_where(&self, condition: &str) -> Result<Vec<RunRecord>, StudyError> {
        let ids: Vec<i64> = self
            .connection
            .prepare(&format!("SELECT id FROM run WHERE {condition} ORDER BY id"))
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(|error| self.error(error))?;
        ids.into_iter().map(|id| self.run(RunId(id))).collect()
    }

    /// One run.
    ///
    /// # Errors
    /// [`StudyError::NotFound`] where the study has no such run.
    pub fn run(&self, run: RunId) -> Result<RunRecord, StudyError> {
        let record = self
            .connection
            .prepare_cached(&format!("SELECT {RUN_COLUMNS} FROM run WHERE id = ?1"))
            .and_then(|mut statement| statement.query_row([run.0], |row| Ok(read_run(row))).optional())
            .map_err(|error| self.error(error))?
            .ok_or_else(|| StudyError::NotFound("The study no longer holds this run.".to_owned()))?;
        let epochs = self
            .connection
            .prepare_cached(
                "SELECT epoch, train_mse, validation_mse, test_mse, seconds FROM epoch WHERE run_id = ?1 ORDER BY epoch",
            )
            .and_then(|mut statement| {
                statement
                    .query_map([run.0], |row| {
                        Ok(EpochRecord {
                            epoch: count(row, 0)?,
                            train_mse: row.get(1)?,
                            validation_mse: row.get(2)?,
                            test_mse: row.get(3)?,
                            seconds: row.get(4)?,
                        })
                    })?
                    .collect()
            })
            .map_err(|error| self.error(error))?;
        let mut record = RunRecord { epochs, ..record? };
        if matches!(record.status, RunStatus::Running | RunStatus::Paused) && !self.has_writer() {
            // Who trained it was killed; the next one who may write notes it.
            record.status = RunStatus::Interrupted;
        }
        Ok(record)
    }

    /// The run that a person calls `name`: its name in any case, or its number.
    ///
    /// # Errors
    /// [`StudyError::NotFound`] with the names there are.
    pub fn run_named(&self, name: &str) -> Result<RunRecord, StudyError> {
        let mut runs = self.runs()?;
        let wanted = name.trim();
        let names: Vec<String> = runs.iter().map(|run| format!("\"{}\"", run.name)).collect();
        let place = runs
            .iter()
            .position(|run| run.name.eq_ignore_ascii_case(wanted))
            .or_else(|| runs.iter().position(|run| run.id.0.to_string() == wanted));
        place.map(|place| runs.swap_remove(place)).ok_or_else(|| {
            let there = if names.is_empty() { "no runs yet".to_owned() } else { names.join(", ") };
            StudyError::NotFound(format!("The study has no run called \"{wanted}\". There are: {there}."))
        })
    }

    /// What a run predicted for its test tracks.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn predictions(&self, run: RunId) -> Result<Vec<Prediction>, StudyError> {
        self.connection
            .prepare("SELECT track_id, truth, predicted, best FROM prediction WHERE run_id = ?1 ORDER BY track_id")
            .and_then(|mut statement| {
                statement
                    .query_map([run.0], |row| {
                        Ok(Prediction {
                            track: TrackId(row.get(0)?),
                            truth: row.get(1)?,
                            predicted: row.get(2)?,
                            best: row.get(3)?,
                        })
                    })?
                    .collect()
            })
            .map_err(|error| self.error(error))
    }

    /// A run's saved tensors as safetensors bytes, with the epoch they are of; `None` before its first epoch.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn weights(&self, run: RunId, kind: WeightsKind) -> Result<Option<(usize, Vec<u8>)>, StudyError> {
        self.connection
            .query_row(
                "SELECT epoch, bytes FROM weights WHERE run_id = ?1 AND kind = ?2",
                params![run.0, kind.as_str()],
                |row| Ok((count(row, 0)?, row.get(1)?)),
            )
            .optional()
            .map_err(|error| self.error(error))
    }
}

/// `label`, or with the first number behind it that no run has yet.
fn free_name(transaction: &Transaction<'_>, label: &str) -> rusqlite::Result<String> {
    let mut statement = transaction.prepare_cached("SELECT count(*) FROM run WHERE name = ?1")?;
    let mut name = label.to_owned();
    let mut number = 1;
    while statement.query_row([&name], |row| row.get::<_, i64>(0))? > 0 {
        number += 1;
        name = format!("{label} ({number})");
    }
    Ok(name)
}

/// Reads [`RUN_COLUMNS`]; the epochs come from their own table.
fn read_run(row: &Row<'_>) -> Result<RunRecord, StudyError> {
    let unreadable = |error: rusqlite::Error| StudyError::Unreadable(format!("a run: {error}"));
    let settings: String = row.get("settings").map_err(unreadable)?;
    let status: String = row.get("status").map_err(unreadable)?;
    let settings = serde_json::from_str(&settings)
        .map_err(|error| StudyError::Unreadable(format!("a run's settings: {error}")))?;
    let status = RunStatus::ALL
        .into_iter()
        .find(|known| known.as_str() == status)
        .ok_or_else(|| StudyError::Unreadable(format!("a run's status \"{status}\"")))?;
    let read = || -> rusqlite::Result<RunRecord> {
        Ok(RunRecord {
            id: RunId(row.get("id")?),
            name: row.get("name")?,
            model: row.get("model")?,
            settings,
            status,
            message: row.get("message")?,
            parameters: count(row, 6)?,
            split: row.get("split_id")?,
            train_tracks: optional_count(row, "train_tracks")?,
            test_tracks: optional_count(row, "test_tracks")?,
            baseline: baseline(row)?,
            kernels: row.get("kernels")?,
            best_epoch: optional_count(row, "best_epoch")?,
            best_mse: row.get("best_mse")?,
            figures: figures(row, ["rmse", "mae", "r2"])?,
            best_figures: figures(row, ["best_rmse", "best_mae", "best_r2"])?,
            gain_low: row.get("gain_low")?,
            epochs: Vec::new(),
            note: row.get("note")?,
            is_starred: row.get("starred")?,
            is_deleted: row.get("deleted")?,
            sweep: row.get("sweep")?,
            data: row.get::<_, Option<Vec<u8>>>("data_mark")?.and_then(|mark| mark.try_into().ok()),
        })
    };
    read().map_err(unreadable)
}

fn optional_count(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<usize>> {
    row.get::<_, Option<i64>>(column).map(|value| value.and_then(|value| usize::try_from(value).ok()))
}

fn baseline(row: &Row<'_>) -> rusqlite::Result<Option<MeanBaseline>> {
    let train_mean: Option<f64> = row.get("train_mean")?;
    let figures = figures(row, ["mean_rmse", "mean_mae", "mean_r2"])?;
    Ok(train_mean.zip(figures).map(|(train_mean, figures)| MeanBaseline { train_mean, figures }))
}

fn figures(row: &Row<'_>, [rmse, mae, r2]: [&str; 3]) -> rusqlite::Result<Option<RunFigures>> {
    let (rmse, mae): (Option<f64>, Option<f64>) = (row.get(rmse)?, row.get(mae)?);
    // SQLite keeps what is not a number as NULL.
    let r2 = row.get::<_, Option<f64>>(r2)?.unwrap_or(f64::NAN);
    Ok(rmse.zip(mae).map(|(rmse, mae)| RunFigures { rmse, mae, r2 }))
}
