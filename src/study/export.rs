//! Writing parts of a study as files that other programs read: tracks and covers in the 2022 study's own format,
//! tables and predictions as CSV.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

use super::{CoverId, Rejected, RunRecord, SavedScore, Study, StudyError, Target, Track};

/// Writes `bytes` to `path`, whole or not at all. Returns their number.
///
/// # Errors
/// [`StudyError::DiskFull`], or what else the disk says.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<u64, StudyError> {
    if is_database(path) {
        let source = std::io::Error::other("there is a study of this name, which would be lost");
        return Err(StudyError::Io { action: "write", path: path.to_path_buf(), source });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || {
        // Temporary files are private; what is written for others to read has the permissions of any new file.
        let mut file = new_file().tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)
    };
    match write() {
        Ok(_) => Ok(bytes.len() as u64),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => Err(StudyError::DiskFull(path.to_path_buf())),
        Err(source) => Err(StudyError::Io { action: "write", path: path.to_path_buf(), source }),
    }
}

/// Whether there is a study, or another SQLite file, at `path`.
fn is_database(path: &Path) -> bool {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let mut start = [0; MAGIC.len()];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == MAGIC
}

#[cfg(unix)]
fn new_file() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn new_file() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// The rows of a CSV file as its bytes.
fn csv_bytes(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, StudyError> {
    let unwritable = |error: &dyn std::fmt::Display| StudyError::Unreadable(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(|error| unwritable(&error))?;
    }
    writer.into_inner().map_err(|error| unwritable(&error))
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A column's name, and its cell for a track.
type FurtherColumn = (&'static str, fn(&Track) -> &str);

/// What the 2022 study did not keep.
const FURTHER_COLUMNS: [FurtherColumn; 4] = [
    ("artist_name", |track| &track.artist),
    ("album_name", |track| &track.album),
    ("release_date", |track| &track.released),
    ("left_out", |track| if track.is_excluded { "yes" } else { "" }),
];

/// What an export of tracks wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedTracks {
    /// The size of the CSV.
    pub bytes: u64,
    pub tracks: usize,
    /// Tracks among them that have no cover: an import of the CSV tells of them and leaves them out.
    pub without_cover: usize,
    /// Tracks among them that the person has left out of the study.
    pub left_out: usize,
}

/// Writes all tracks as the 2022 study kept them: a CSV, and each cover as `KEY` with its ending in the folder `covers`.
/// A track without a cover has no key. A measure of its own keeps its name as that of its column. Behind the 2022 study's
/// columns are those that it had not, where they hold anything.
///
/// # Errors
/// What the disk says.
pub fn export_tracks(study: &Study, csv: &Path, covers: &Path) -> Result<ExportedTracks, StudyError> {
    std::fs::create_dir_all(covers).map_err(|source| StudyError::Io {
        action: "make the folder",
        path: covers.to_path_buf(),
        source,
    })?;
    let target = study.target()?;
    let all = study.tracks()?;
    let further: Vec<&FurtherColumn> =
        FURTHER_COLUMNS.iter().filter(|(_, of)| all.iter().any(|track| !of(track).is_empty())).collect();
    let header =
        ["", "track_name", &target.measure, "album_url", "playlist_uri", "playlist_name", "track_name_cleaned", "key"];
    let mut rows = vec![row(header)];
    rows[0].extend(further.iter().map(|(name, _)| (*name).to_owned()));
    let mut keys = Keys::default();
    let mut without_cover = 0;
    for (index, track) in all.iter().enumerate() {
        let (key, is_new) = track.cover.map_or_else(Default::default, |cover| keys.of(track, cover));
        if let Some(cover) = track.cover.filter(|_| is_new) {
            let file = covers.join(format!("{key}.{}", study.cover_ending(cover)?));
            write_file(&file, &study.cover_bytes(cover)?)?;
        }
        without_cover += usize::from(track.cover.is_none());
        let (index, value) = (index.to_string(), number(track.value.filter(|_| track.measure == target.measure)));
        let cleaned = track.key.strip_suffix(&format!("_{}", track.playlist)).unwrap_or(&track.title);
        let Track { title, cover_url, playlist_uri, playlist, .. } = track;
        let mut cells = row([&index, title, &value, cover_url, playlist_uri, playlist, cleaned, &key]);
        cells.extend(further.iter().map(|(_, of)| of(track).to_owned()));
        rows.push(cells);
    }
    let tracks = rows.len() - 1;
    let left_out = all.iter().filter(|track| track.is_excluded).count();
    Ok(ExportedTracks { bytes: write_file(csv, &csv_bytes(rows)?)?, tracks, without_cover, left_out })
}

/// File names given to covers, so that two covers of one name do not overwrite each other.
#[derive(Default)]
struct Keys {
    covers: HashMap<String, CoverId>,
}

impl Keys {
    /// The key of a track's cover, and whether its file is still to be written.
    fn of(&mut self, track: &Track, cover: CoverId) -> (String, bool) {
        let plain: String =
            track.key.chars().map(|mark| if matches!(mark, '/' | '\\' | '\0') { '_' } else { mark }).collect();
        let mut key = plain.clone();
        let mut number = 1;
        // File systems that ignore case would take two such names for one.
        while self.covers.get(&key.to_lowercase()).is_some_and(|other| *other != cover) {
            number += 1;
            key = format!("{plain} ({number})");
        }
        let is_new = self.covers.insert(key.to_lowercase(), cover).is_none();
        (key, is_new)
    }
}

/// Writes what a run predicted for each test track as CSV. Returns the file's size in bytes.
///
/// # Errors
/// [`StudyError::NotFound`] where the run has predicted nothing yet; what the disk says.
pub fn export_predictions(study: &Study, run: &RunRecord, out: &Path) -> Result<u64, StudyError> {
    let predictions = study.predictions(run.id)?;
    if predictions.is_empty() {
        return Err(StudyError::NotFound(run.why_no_predictions()));
    }
    let tracks: HashMap<_, Track> = study.tracks()?.into_iter().map(|track| (track.id, track)).collect();
    let header = ["track_name", "playlist_name", "key", "popularity", "predicted", "predicted_best_epoch"];
    let rows = predictions.iter().filter_map(|item| {
        let track = tracks.get(&item.track)?;
        let numbers = [item.truth, item.predicted, item.best].map(|value| value.to_string());
        Some(row([&track.title, &track.playlist, &track.key, &numbers[0], &numbers[1], &numbers[2]]))
    });
    write_file(out, &csv_bytes(std::iter::once(row(header)).chain(rows))?)
}

/// The results table as CSV, the mean baseline of each run beside it.
///
/// # Errors
/// What the disk says.
pub fn export_results(runs: &[RunRecord], out: &Path) -> Result<u64, StudyError> {
    write_file(out, &csv_bytes(result_rows(runs)?)?)
}

/// The results table as text with tabs between its columns, as spreadsheets paste it.
///
/// # Errors
/// Where a run's settings cannot be written as text.
pub fn results_text(runs: &[RunRecord]) -> Result<String, StudyError> {
    let line = |cells: Vec<String>| cells.join("\t").replace(['\n', '\r'], " ");
    Ok(result_rows(runs)?.into_iter().map(line).collect::<Vec<_>>().join("\n"))
}

fn result_rows(runs: &[RunRecord]) -> Result<Vec<Vec<String>>, StudyError> {
    let header = [
        "name",
        "sweep",
        "starred",
        "model",
        "status",
        "parameters",
        "epochs_done",
        "epochs",
        "best_epoch",
        "seconds",
        "rmse",
        "mae",
        "r2",
        "mean_rmse",
        "difference_to_mean",
        "best_rmse",
        "best_mae",
        "best_r2",
        "train_tracks",
        "test_tracks",
        "settings",
        "note",
    ];
    let mut rows = vec![row(header)];
    for run in runs {
        let settings =
            serde_json::to_string(&run.settings).map_err(|error| StudyError::Unreadable(error.to_string()))?;
        let figure = |of: fn(&super::RunFigures) -> f64| number(run.figures.as_ref().map(of));
        let best = |of: fn(&super::RunFigures) -> f64| number(run.best_figures.as_ref().map(of));
        let count = |value: Option<usize>| value.map_or_else(String::new, |value| value.to_string());

        rows.push(vec![
            run.name.clone(),
            run.sweep.clone(),
            if run.is_starred { "yes" } else { "" }.to_owned(),
            run.model.clone(),
            run.status.as_str().to_owned(),
            run.parameters.to_string(),
            run.epochs_done().to_string(),
            run.settings.epochs.to_string(),
            count(run.best_epoch),
            run.seconds().to_string(),
            figure(|figures| figures.rmse),
            figure(|figures| figures.mae),
            figure(|figures| figures.r2),
            number(run.mean_rmse()),
            number(run.difference_to_mean()),
            best(|figures| figures.rmse),
            best(|figures| figures.mae),
            best(|figures| figures.r2),
            count(run.train_tracks),
            count(run.test_tracks),
            settings,
            run.note.clone(),
        ]);
    }
    Ok(rows)
}

/// Writes what imports could not use as CSV. Returns the file's size in bytes.
///
/// # Errors
/// What the disk says.
pub fn export_rejected(rejected: &[Rejected], out: &Path) -> Result<u64, StudyError> {
    let rows = rejected.iter().map(|item| row([&item.what, &item.reason]));
    write_file(out, &csv_bytes(std::iter::once(row(["what", "reason"])).chain(rows))?)
}

/// A row of [`export_scores`].
#[derive(Clone, Debug)]
pub struct ScoreRow {
    /// Where the cover was.
    pub file: String,
    /// `Err`: why it has no score.
    pub score: Result<SavedScore, String>,
}

/// Writes the scores of covers as CSV, in the order given; figures are as `target` counts. Returns the file's size in
/// bytes.
///
/// # Errors
/// What the disk says.
pub fn export_scores(rows: &[ScoreRow], target: &Target, out: &Path) -> Result<u64, StudyError> {
    let header =
        row(["cover", "model", "predicts", "prediction", "low", "high", "percentile", "beats_mean", "why_not_scored"]);
    let what = target.label();
    let rows = rows.iter().map(|ScoreRow { file, score }| match score {
        Ok(score) => {
            let [prediction, low, high, percentile] =
                [score.prediction, score.low, score.high, score.percentile].map(|value| value.to_string());
            let beats_mean = if score.beats_mean { "yes" } else { "no" };
            row([file, &score.run_name, &what, &prediction, &low, &high, &percentile, beats_mean, ""])
        }
        Err(why) => row([file, "", &what, "", "", "", "", "", why]),
    });
    write_file(out, &csv_bytes(std::iter::once(header).chain(rows))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::RunId;

    #[test]
    fn scores_are_written_in_their_order_with_those_that_failed() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("scores.csv");
        let score = SavedScore {
            id: 1,
            file: "drafts/one, two.png".to_owned(),
            run: RunId(1),
            run_name: "Model 4".to_owned(),
            prediction: 31.25,
            low: 20.5,
            high: 40.0,
            percentile: 75.0,
            beats_mean: false,
            train_mean: 30.0,
            picture: Vec::new(),
        };
        let rows = [
            ScoreRow { file: score.file.clone(), score: Ok(score) },
            ScoreRow { file: "drafts/bad.jpg".to_owned(), score: Err("The file is empty.".to_owned()) },
        ];
        let bytes = export_scores(&rows, &Target::default(), &out).unwrap();
        let text = std::fs::read_to_string(&out).unwrap();
        assert_eq!(text.len() as u64, bytes);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "cover,model,predicts,prediction,low,high,percentile,beats_mean,why_not_scored",
                "\"drafts/one, two.png\",Model 4,Popularity,31.25,20.5,40,75,no,",
                "drafts/bad.jpg,,Popularity,,,,,,The file is empty.",
            ]
        );
    }
}
