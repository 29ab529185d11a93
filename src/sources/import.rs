//! Bringing tracks and covers into a study: decoded and resized in parallel, committed batch by batch, so that
//! what is done stays done, and one bad cover never ends an import.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;
use rayon::prelude::*;

use super::columns::{Column, Mapping};
use super::folder::CoversFolder;
use super::sample;
use super::table::{Table, TableError};
use crate::jobs::{Stop, Wishes};
use crate::study::{
    DEFAULT_IMAGE_SIZE, ImportCounts, NewCover, NewTrack, Rejected, Study, StudyError, StudyFile, picture, plural,
};

/// Tracks that are decoded and then committed together: some tenths of a second of work.
const BATCH_TRACKS: usize = 64;

/// What is to be imported.
#[derive(Clone, Debug)]
pub enum ImportRequest {
    /// Spreadsheets, and the folder that holds their covers (`None`: the spreadsheet's own folder).
    Tables { files: Vec<TableFile>, covers: Option<PathBuf> },
    /// The built-in sample study; with a seed, its popularity is shuffled among the tracks, which breaks every tie
    /// between picture and popularity.
    Sample { shuffle_popularity: Option<u64> },
}

/// A spreadsheet and, where a person chose them, its columns.
#[derive(Clone, Debug)]
pub struct TableFile {
    pub path: PathBuf,
    pub columns: Columns,
}

/// How the columns of a spreadsheet are known.
#[derive(Clone, Debug)]
pub enum Columns {
    /// By their names.
    Recognised,
    /// As a person chose them in the mapping table.
    Chosen(Mapping),
    /// By their names, but for those named here, as `title=COL,…`.
    Named(String),
}

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error("Could not read the covers folder {}: {source}. Check its name.", path.display())]
    Folder { path: PathBuf, source: std::io::Error },
    #[error("There are no pictures in {}. Choose the folder that holds the covers.", .0.display())]
    NoPictures(PathBuf),
    #[error("{}", missing_columns(path, columns))]
    MissingColumns { path: PathBuf, columns: Vec<Column> },
    #[error("{}: {detail}", path.display())]
    Mapping { path: PathBuf, detail: String },
    #[error(
        "Every popularity in {} is 0. That is not a measurement: newer Spotify apps no longer receive popularity, and \
         some tools write 0 for it. Export the tracks with a tool that has it, or choose another column.",
        .0.display()
    )]
    AllZero(PathBuf),
    #[error("{} has a header but no rows. Export the tracks again.", .0.display())]
    NoRows(PathBuf),
}

fn missing_columns(path: &Path, columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| column.label().to_lowercase()).collect();
    format!(
        "{} has no column that can be recognised as {}. Choose the columns, or rename them and import again.",
        path.display(),
        names.join(" or ")
    )
}

/// How far an import has come, after each committed batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportProgress {
    pub done: usize,
    pub total: usize,
    pub rejected: usize,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportSummary {
    /// What the study holds now.
    pub counts: ImportCounts,
    /// New tracks.
    pub added: usize,
    pub rejected: Vec<Rejected>,
    /// Whether it was ended before its end; what was done is kept.
    pub stopped: bool,
}

impl ImportSummary {
    /// One sentence about it.
    pub fn sentence(&self) -> String {
        let ImportCounts { tracks, unique_covers, grayscale, .. } = self.counts;
        let began = if self.stopped { "Stopped. " } else { "" };
        let gray = if grayscale > 0 { format!(", {grayscale} with a single color channel") } else { String::new() };
        let left_out = match self.rejected.len() {
            0 => "nothing was left out".to_owned(),
            count => format!("{} could not be used", plural(count, "item", "items")),
        };
        format!(
            "{began}{} added; the study holds {} with {}{gray}; {left_out}.",
            plural(self.added, "track", "tracks"),
            plural(tracks, "track", "tracks"),
            plural(unique_covers, "distinct cover", "distinct covers"),
        )
    }
}

/// Imports `request` into the study, telling `on_progress` of each committed batch, until `wishes` asks to stop.
///
/// # Errors
/// Where nothing can be imported at all. Single rows and covers that cannot be used are in the summary.
pub fn import(
    file: &StudyFile,
    request: &ImportRequest,
    wishes: &Wishes,
    on_progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportSummary, ImportError> {
    let plan = Plan::make(request)?;
    let mut study = file.connect()?;
    study.note_import(Some(&plan.name))?;
    let result = run(&mut study, plan, wishes, on_progress);
    study.note_import(None)?;
    result
}

/// A track whose cover is still to be read.
struct Candidate {
    title: String,
    playlist: String,
    identity: String,
    key: String,
    popularity: Option<f64>,
    picture: PictureAt,
}

/// Where a cover's bytes are.
enum PictureAt {
    File(PathBuf),
    Sample(usize),
}

/// All that is to be read, and what was found wanting on the way there.
struct Plan {
    name: String,
    candidates: Vec<Candidate>,
    rejected: Vec<Rejected>,
}

impl Plan {
    fn make(request: &ImportRequest) -> Result<Self, ImportError> {
        match request {
            ImportRequest::Sample { shuffle_popularity } => Ok(Self::of_sample(*shuffle_popularity)),
            ImportRequest::Tables { files, covers } => Self::of_tables(files, covers.as_deref()),
        }
    }

    fn of_sample(shuffle: Option<u64>) -> Self {
        let mut popularity: Vec<f64> = (0..sample::TRACKS).map(sample::popularity).collect();
        if let Some(seed) = shuffle {
            popularity.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        }
        let candidates = popularity
            .into_iter()
            .enumerate()
            .map(|(index, popularity)| {
                let label = sample::label(index);
                Candidate {
                    title: label.title,
                    playlist: label.playlist.to_owned(),
                    identity: label.key.clone(),
                    key: label.key,
                    popularity: Some(popularity),
                    picture: PictureAt::Sample(index),
                }
            })
            .collect();
        Self { name: "the sample study".to_owned(), candidates, rejected: Vec::new() }
    }

    fn of_tables(files: &[TableFile], covers: Option<&Path>) -> Result<Self, ImportError> {
        let mut folders: HashMap<PathBuf, CoversFolder> = HashMap::new();
        let mut plan = Self { name: String::new(), candidates: Vec::new(), rejected: Vec::new() };
        let mut names = Vec::new();
        for file in files {
            let table = Table::read(&file.path)?;
            let mapping = file.mapping(&table)?;
            let folder = covers.map_or_else(|| folder_of(&file.path), Path::to_path_buf);
            // In full, because messages name it.
            let folder = std::path::absolute(&folder).unwrap_or(folder);
            if !folders.contains_key(&folder) {
                folders.insert(folder.clone(), list_covers(&folder)?);
            }
            if let Some(covers) = folders.get_mut(&folder) {
                plan.take_table(&table, &mapping, covers)?;
            }
            names.push(file.path.display().to_string());
        }
        for covers in folders.values() {
            plan.rejected.extend(covers.unused().map(|name| Rejected {
                what: name.to_owned(),
                reason: "This cover has no row in the spreadsheet.".to_owned(),
            }));
        }
        plan.name = names.join(", ");
        Ok(plan)
    }

    /// Turns a spreadsheet's rows into candidates.
    fn take_table(&mut self, table: &Table, mapping: &Mapping, covers: &mut CoversFolder) -> Result<(), ImportError> {
        if table.rows.is_empty() {
            return Err(ImportError::NoRows(table.path.clone()));
        }
        let popularities: Vec<Popularity> =
            table.rows.iter().map(|row| Popularity::parse(row.cell(mapping.popularity))).collect();
        let mut given = popularities.iter().filter_map(Popularity::value).peekable();
        if given.peek().is_some() && given.all(|value| value == 0.0) {
            return Err(ImportError::AllZero(table.path.clone()));
        }
        for (row, popularity) in table.rows.iter().zip(popularities) {
            let key = row.cell(mapping.cover);
            let title = Some(row.cell(mapping.title)).filter(|title| !title.is_empty()).unwrap_or(key);
            // Looked up before anything is judged: a bad row's cover still has a row.
            let picture = covers.take(key);
            let what = || format!("Line {}: {title}", row.line);
            let mut reject = |reason: String| self.rejected.push(Rejected { what: what(), reason });
            let popularity = match popularity {
                Popularity::Bad(reason) => {
                    reject(reason);
                    continue;
                }
                Popularity::Missing => None,
                Popularity::Given(value) => Some(value),
            };
            let Some(picture) = picture else {
                reject(no_cover_reason(key, covers.path()));
                continue;
            };
            if popularity.is_none() {
                reject("Popularity is not given. The track is kept, but trains nothing.".to_owned());
            }
            let playlist = match mapping.playlist {
                Some(_) => row.cell(mapping.playlist).to_owned(),
                None => table.name(),
            };
            let identity = match row.cell(mapping.track_id) {
                "" => [key, title, row.cell(mapping.artist)].join("\u{1f}"),
                id => id.to_owned(),
            };
            self.candidates.push(Candidate {
                title: title.to_owned(),
                playlist,
                identity,
                key: key_of(key),
                popularity,
                picture: PictureAt::File(picture),
            });
        }
        Ok(())
    }
}

impl TableFile {
    fn mapping(&self, table: &Table) -> Result<Mapping, ImportError> {
        let recognised = Mapping::recognise(&table.headers);
        let mapping = match &self.columns {
            Columns::Recognised => recognised,
            Columns::Chosen(mapping) => *mapping,
            Columns::Named(names) => recognised
                .with_named(names, &table.headers)
                .map_err(|detail| ImportError::Mapping { path: self.path.clone(), detail })?,
        };
        let missing = mapping.missing();
        if missing.is_empty() {
            Ok(mapping)
        } else {
            Err(ImportError::MissingColumns { path: self.path.clone(), columns: missing })
        }
    }
}

/// What a popularity cell says.
enum Popularity {
    Given(f64),
    Missing,
    Bad(String),
}

impl Popularity {
    fn parse(cell: &str) -> Self {
        if cell.is_empty() {
            return Self::Missing;
        }
        match cell.replace(',', ".").parse::<f64>() {
            Ok(value) if (0.0..=100.0).contains(&value) => Self::Given(value),
            Ok(value) if value.is_nan() => Self::Missing,
            Ok(_) => Self::Bad(format!("Popularity {cell} is outside 0 to 100.")),
            Err(_) => Self::Bad(format!("Popularity \"{cell}\" is not a number.")),
        }
    }

    fn value(&self) -> Option<f64> {
        match self {
            Self::Given(value) => Some(*value),
            _ => None,
        }
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn list_covers(folder: &Path) -> Result<CoversFolder, ImportError> {
    let covers =
        CoversFolder::list(folder).map_err(|source| ImportError::Folder { path: folder.to_path_buf(), source })?;
    if covers.is_empty() { Err(ImportError::NoPictures(folder.to_path_buf())) } else { Ok(covers) }
}

fn no_cover_reason(key: &str, folder: &Path) -> String {
    if key.is_empty() {
        "The row names no cover.".to_owned()
    } else if key.starts_with("http://") || key.starts_with("https://") {
        "The cover is a web address; covers are taken from a folder.".to_owned()
    } else {
        format!("There is no cover \"{key}\" in {}.", folder.display())
    }
}

/// A cover's name without folders and without a picture's ending.
fn key_of(cell: &str) -> String {
    let name = cell.rsplit(['/', '\\']).next().unwrap_or(cell);
    if super::folder::is_picture_name(Path::new(name)) {
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    } else {
        name.to_owned()
    }
}

fn run(
    study: &mut Study,
    plan: Plan,
    wishes: &Wishes,
    on_progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportSummary, ImportError> {
    let known = study.known_tracks()?;
    let total = plan.candidates.len();
    let mut seen = HashSet::new();
    let fresh: Vec<&Candidate> = plan
        .candidates
        .iter()
        .filter(|track| {
            let identity = (track.playlist.clone(), track.identity.clone());
            known.get(&identity) != Some(&true) && seen.insert(identity)
        })
        .collect();
    let mut rejected = plan.rejected;
    let mut progress = ImportProgress { done: total - fresh.len(), total, rejected: rejected.len() };
    on_progress(progress);
    let mut added = 0;
    let mut stopped = false;
    for batch in fresh.chunks(BATCH_TRACKS) {
        if wishes.stop() != Stop::No {
            stopped = true;
            break;
        }
        let (tracks, refused) = read_batch(batch);
        added += study.add_tracks(&tracks)?;
        rejected.extend(refused);
        progress.done += batch.len();
        progress.rejected = rejected.len();
        on_progress(progress);
    }
    study.set_rejected(&plan.name, &rejected)?;
    Ok(ImportSummary { counts: study.counts()?, added, rejected, stopped })
}

/// Reads, decodes and resizes the covers of a batch on all cores. A track whose cover fails stays, without it.
fn read_batch(batch: &[&Candidate]) -> (Vec<NewTrack>, Vec<Rejected>) {
    let read: Vec<(NewTrack, Option<Rejected>)> = batch.par_iter().map(|candidate| candidate.read()).collect();
    let (tracks, refused): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    (tracks, refused.into_iter().flatten().collect())
}

impl Candidate {
    fn read(&self) -> (NewTrack, Option<Rejected>) {
        let (cover, refused) = match self.picture.read() {
            Ok(cover) => (Some(cover), None),
            Err(reason) => (None, Some(Rejected { what: self.picture.name(), reason })),
        };
        let track = NewTrack {
            title: self.title.clone(),
            playlist: self.playlist.clone(),
            identity: self.identity.clone(),
            key: self.key.clone(),
            popularity: self.popularity,
            cover,
        };
        (track, refused)
    }
}

impl PictureAt {
    /// What a person calls it.
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            Self::Sample(index) => sample::label(*index).key,
        }
    }

    /// The cover, decoded and resized, or the reason why not.
    fn read(&self) -> Result<NewCover, String> {
        let bytes = match self {
            Self::File(path) => picture::read_file(path).map_err(|error| error.to_string())?,
            Self::Sample(index) => sample::cover_png(*index),
        };
        let decoded = picture::decode(&bytes).map_err(|error| error.to_string())?;
        let pixels = picture::resize(&decoded.rgb, DEFAULT_IMAGE_SIZE as u32).map_err(|error| error.to_string())?;
        Ok(NewCover {
            hash: *blake3::hash(&bytes).as_bytes(),
            format: decoded.format,
            width: decoded.rgb.width(),
            height: decoded.rgb.height(),
            grayscale: decoded.grayscale,
            image_size: DEFAULT_IMAGE_SIZE,
            pixels,
            bytes,
        })
    }
}
