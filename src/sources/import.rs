//! Bringing tracks and covers into a study: decoded and resized in parallel, committed batch by batch, so that
//! what is done stays done, and one bad cover never ends an import.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use rand::SeedableRng as _;
use rand::seq::SliceRandom as _;

use super::candidate::{Brought, Candidate, PictureAt, bring};
use super::columns::{Column, Mapping};
use super::download::Downloader;
use super::numbers::DecimalMark;
use super::playlist_names::PlaylistNames;
use super::playlists::{self, PlaylistRequest};
use super::services::{ServiceError, fitting_width};
use super::table::TableError;
use super::{sample, tables, workbook};
use crate::jobs::{Stop, Wishes};
use crate::study::{
    ImportCounts, KnownTrack, NewTrack, POPULARITY, Rejected, Study, StudyError, StudyFile, Target, plural, thousands,
    why,
};

/// Tracks that are decoded and then committed together: some tenths of a second of work.
const BATCH_TRACKS: usize = 64;

/// Rows that are looked at before progress is told.
const BATCH_ROWS: usize = 4096;

/// What is to be imported.
#[derive(Clone, Debug)]
pub enum ImportRequest {
    Tables(TablesRequest),
    /// Playlists from Spotify or Deezer.
    Playlists(PlaylistRequest),
    /// The built-in sample study; with a seed, its popularity is shuffled among the tracks, which breaks every tie
    /// between picture and popularity.
    Sample {
        shuffle_popularity: Option<u64>,
    },
}

/// Spreadsheets to import.
#[derive(Clone, Debug)]
pub struct TablesRequest {
    pub files: Vec<TableFile>,
    /// The folder that holds the covers; `None`: the spreadsheet's own folder, or web addresses in it.
    pub covers: Option<PathBuf>,
    /// What is predicted.
    pub target: Target,
    /// How the values are written; `None`: as the cells show.
    pub decimal_mark: Option<DecimalMark>,
    /// The image size that downloaded covers should suffice for, in pixels a side.
    pub image_size: u32,
    /// Whether the person knows the terms under which covers may be downloaded.
    pub terms_read: bool,
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
    /// As a person chose them in the mapping table, for files with these headers; those of others by their names.
    Chosen { mapping: Mapping, headers: Vec<String> },
    /// By their names, but for those named here, as `title=COL,…`, and the column of values.
    Named { columns: String, values: Option<String> },
}

/// Why nothing could be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("Could not read the covers folder {}: {}. Check its name.", path.display(), why(source))]
    Folder { path: PathBuf, source: std::io::Error },
    #[error(
        "There are no pictures in {} that can be read (JPEG, PNG, WebP, GIF or BMP). Choose the folder that holds the covers.",
        .0.display()
    )]
    NoPictures(PathBuf),
    #[error("{}", missing_columns(path, columns))]
    MissingColumns { path: PathBuf, columns: Vec<Column> },
    #[error(
        "{} has no column that names pictures in {}. The pictures have to be called as a column says, such as by track id: \
         rename them, or add a column \"cover\" with their names.",
        path.display(),
        folder.display()
    )]
    NoNamedPictures { path: PathBuf, folder: PathBuf },
    #[error("{}: {detail}", path.display())]
    Mapping { path: PathBuf, detail: String },
    #[error(
        "Every popularity in {} is 0. That is not a measurement: newer Spotify apps no longer receive popularity, and \
         some tools write 0 for it. Export the tracks with a tool that has it, or choose another column.{}",
        .0.display(),
        formulas(.0)
    )]
    AllZero(PathBuf),
    #[error(
        "Every value of \"{measure}\" in {} is 0, so there is nothing to predict. Choose another column.{}",
        path.display(),
        formulas(path)
    )]
    AllZeroMeasure { path: PathBuf, measure: String },
    #[error("{}", no_values(path, measure, *is_popularity, example.as_deref()))]
    NoValues {
        path: PathBuf,
        measure: String,
        is_popularity: bool,
        /// A cell that is no number; none: all are empty.
        example: Option<String>,
    },
    #[error("{} has a header but no rows. Export the tracks again.", .0.display())]
    NoRows(PathBuf),
    #[error("The covers are at web addresses: read the services' terms before they are downloaded.")]
    TermsUnread,
}

/// What a spreadsheet lacks that an import cannot do without, and what to do about it.
pub fn missing_columns(path: &Path, columns: &[Column]) -> String {
    let names: Vec<String> = columns.iter().map(|column| column.label().to_lowercase()).collect();
    let hint = match columns {
        _ if columns.contains(&Column::Title) => "Choose the columns, or rename them and import again.",
        [Column::Popularity] => {
            "Choose the column that is to be predicted or, where there is none, export the tracks with a tool that has \
             popularity, such as Exportify."
        }
        [Column::Cover] => {
            "Choose the column with the covers' file names or web addresses or, where there is none, export the tracks \
             with a tool that has them, such as Exportify (the one by watsonbox) or Chosic."
        }
        _ => {
            "Lists from TuneMyMusic or Soundiiz have neither: export the tracks with a tool that has popularity and cover \
             addresses, such as Exportify or Chosic, or choose the columns."
        }
    };
    format!("{} has no column that can be recognised as {}. {hint}", path.display(), names.join(" or "))
}

fn no_values(path: &Path, measure: &str, is_popularity: bool, example: Option<&str>) -> String {
    let found = match example {
        Some(cell) => {
            format!("In {}, no cell of the column with \"{measure}\" is a number, such as \"{cell}\".", path.display())
        }
        None => format!("In {}, the column with \"{measure}\" is empty in every row.", path.display()),
    };
    let hint = match (is_popularity, example) {
        (true, None) => {
            "Newer Spotify apps no longer receive popularity: export the tracks with a tool that has it, or choose another \
             column."
        }
        (_, Some(_)) => "Write plain numbers, or choose another column.",
        (false, None) => "Choose another column.",
    };
    format!("{found} {hint}{}", formulas(path))
}

/// What to do about formulas: their values are in a workbook only once a spreadsheet program has saved it.
fn formulas(path: &Path) -> &'static str {
    if workbook::has_formulas(path) {
        " Where its cells hold formulas, open the file in your spreadsheet program, save it there, and import it again."
    } else {
        ""
    }
}

/// How far an import has come, after each committed batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportProgress {
    pub done: usize,
    pub total: usize,
    pub rejected: usize,
    /// Playlists to come after the one whose tracks are counted, of which it is not known how many they have.
    pub playlists_left: usize,
    /// Bytes of covers that were downloaded.
    pub bytes: u64,
    /// Whether covers have to be downloaded; told before the first one is.
    pub downloads: bool,
    /// Seconds until a service may be asked again, where it wants the import to wait.
    pub waiting_secs: Option<u64>,
}

impl ImportProgress {
    /// "350 of 700 tracks", and what comes after them.
    pub fn counted(&self) -> String {
        let counted = format!("{} of {} tracks", thousands(self.done), thousands(self.total));
        match self.playlists_left {
            0 => counted,
            left => format!("{counted}, then {}", plural(left, "more playlist", "more playlists")),
        }
    }

    /// Seconds left after `seconds`; unknown where other playlists follow, or nothing is done yet.
    pub fn seconds_left(&self, seconds: f64) -> Option<f64> {
        let left = self.total.saturating_sub(self.done) as f64;
        (self.done > 0 && self.playlists_left == 0).then(|| seconds / self.done as f64 * left)
    }
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
    /// Why a service would not go on before the end; what was done is kept, and a later import goes on from there.
    pub unfinished: Option<String>,
    /// What a person should know of the whole.
    pub notes: Vec<String>,
}

impl ImportSummary {
    /// One sentence about it.
    pub fn sentence(&self) -> String {
        let ImportCounts { tracks, unique_covers, grayscale, .. } = self.counts;
        let began = if self.stopped { "Stopped. " } else { "" };
        let gray = if grayscale > 0 { format!(", {grayscale} with a single color channel") } else { String::new() };
        let left_out = match self.rejected.len() {
            0 if self.stopped => "import the same again to go on with the rest".to_owned(),
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
    let mut study = file.connect()?;
    match request {
        ImportRequest::Sample { shuffle_popularity } => {
            let name = "the sample study";
            noted(&mut study, name, |study| {
                study.note_made_up()?;
                let progress = ImportProgress { total: sample::TRACKS, ..ImportProgress::default() };
                run(study, name, progress, sample_tracks(*shuffle_popularity), wishes, on_progress)
            })
        }
        ImportRequest::Tables(request) => {
            let target = study.spelled(&request.target)?;
            let plan = tables::Plan::make(request, &target, study.cover_width(request.image_size)?)?;
            if plan.downloads() && !request.terms_read {
                return Err(ImportError::TermsUnread);
            }
            if plan.downloads() {
                // A later import takes covers of the same size.
                study.keep_cover_width(fitting_width(request.image_size))?;
            }
            let adopted = study.adopt(&target)?;
            let name = plan.name.clone();
            let mut notes = plan.notes();
            let progress =
                ImportProgress { total: plan.total(), downloads: plan.downloads(), ..ImportProgress::default() };
            let mut summary =
                noted(&mut study, &name, |study| run(study, &name, progress, plan.rows(), wishes, on_progress))?;
            notes.append(&mut summary.notes);
            notes.extend(adopted.note(&target));
            notes.extend(study.not_in_years_note()?);
            Ok(ImportSummary { notes, ..summary })
        }
        ImportRequest::Playlists(request) => {
            noted(&mut study, &request.name(), |study| playlists::import(study, request, wishes, on_progress))
        }
    }
}

/// Notes in the study that an import is under way, so that a killed one can be told of.
fn noted(
    study: &mut Study,
    name: &str,
    work: impl FnOnce(&mut Study) -> Result<ImportSummary, ImportError>,
) -> Result<ImportSummary, ImportError> {
    study.note_import(Some(name))?;
    let result = work(study);
    study.note_import(None)?;
    result
}

/// The tracks of the sample study.
fn sample_tracks(shuffle: Option<u64>) -> impl Iterator<Item = Planned> {
    let mut popularity: Vec<f64> = (0..sample::TRACKS).map(sample::popularity).collect();
    if let Some(seed) = shuffle {
        popularity.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
    }
    popularity.into_iter().enumerate().map(|(index, popularity)| {
        let label = sample::label(index);
        let track = NewTrack {
            title: label.title,
            playlist: label.playlist.to_owned(),
            identity: label.key.clone(),
            key: label.key,
            measure: POPULARITY.to_owned(),
            value: Some(popularity),
            ..NewTrack::default()
        };
        let candidate = Candidate { track, picture: Some(PictureAt::Sample(index)) };
        Planned { is_row: true, candidate: Some(candidate), rejected: Vec::new() }
    })
}

/// A row, or something beside the rows, as far as it can be imported.
pub(super) struct Planned {
    /// Whether it counts among the rows.
    pub(super) is_row: bool,
    pub(super) candidate: Option<Candidate>,
    /// What of it cannot be used.
    pub(super) rejected: Vec<Rejected>,
}

/// Brings all that is `planned` into the study, batch by batch; `progress` is that before the first one.
fn run(
    study: &mut Study,
    name: &str,
    mut progress: ImportProgress,
    planned: impl Iterator<Item = Planned>,
    wishes: &Wishes,
    on_progress: &mut dyn FnMut(ImportProgress),
) -> Result<ImportSummary, ImportError> {
    let known = study.known_tracks()?;
    let downloader = Downloader::new();
    let (mut names, mut seen, mut passed_over) = (PlaylistNames::of(study)?, HashMap::new(), PassedOver::default());
    let (mut added, mut rejected, mut stopped) = (0, Vec::new(), false);
    let mut planned = planned.peekable();
    on_progress(progress);
    while planned.peek().is_some() {
        let mut batch = Vec::with_capacity(BATCH_TRACKS);
        let mut rows = 0;
        // Rows that bring nothing are cheap, but a person waits to see them counted.
        while batch.len() < BATCH_TRACKS && rows < BATCH_ROWS {
            let Some(next) = planned.next() else { break };
            rows += usize::from(next.is_row);
            rejected.extend(next.rejected);
            let candidate = next.candidate.map(|mut candidate| {
                names.settle(&mut candidate.track);
                candidate
            });
            batch.extend(candidate.filter(|Candidate { track, .. }| {
                let identity = (track.playlist.clone(), track.identity.clone());
                let there = known.get(&identity);
                passed_over.compare(track, there);
                let says = Says::of(track);
                if let Some(first) = seen.get(&identity) {
                    passed_over.repeat(track, *first == says);
                    return false;
                }
                seen.insert(identity, says);
                there.is_none_or(|there| !there.is_whole)
            }));
        }
        let may_go_on = wishes.stop() == Stop::No;
        let brought = if may_go_on { bring(study, batch, &downloader, wishes)? } else { Brought::default() };
        added += brought.added;
        rejected.extend(brought.rejected);
        if !brought.is_whole {
            stopped = true;
            break;
        }
        progress.done += rows;
        progress.rejected = rejected.len();
        progress.bytes = downloader.bytes();
        on_progress(progress);
    }
    study.rank_anew()?;
    study.set_rejected(name, &rejected)?;
    let (counts, notes) = (study.counts()?, names.note().into_iter().chain(passed_over.notes()).collect());
    Ok(ImportSummary { counts, added, rejected, stopped, unfinished: None, notes })
}

/// What a row says of its track; in few bytes, as there may be a million rows.
#[derive(Clone, Copy, PartialEq)]
struct Says {
    value: Option<f64>,
    /// Of the cover's name and address.
    cover: u64,
}

impl Says {
    fn of(track: &NewTrack) -> Self {
        let mut hasher = DefaultHasher::new();
        (&track.key, &track.cover_url).hash(&mut hasher);
        Self { value: track.value, cover: hasher.finish() }
    }
}

/// Rows whose track is there already, so that they change nothing.
#[derive(Default)]
struct PassedOver {
    /// Of the same track as a row before.
    repeated: Counted,
    /// The same, with another value or cover.
    contradicting: Counted,
    /// With another value than the study has.
    differing: Counted,
    /// With another cover than the study has.
    other_cover: Counted,
}

/// How many rows there are, and the first of them in words.
#[derive(Default)]
struct Counted {
    count: usize,
    first: String,
}

impl Counted {
    fn note(&mut self, track: &NewTrack) {
        if self.count == 0 {
            self.first = format!("\"{}\" in \"{}\"", track.title, track.playlist);
        }
        self.count += 1;
    }
}

impl PassedOver {
    fn repeat(&mut self, track: &NewTrack, is_same: bool) {
        if is_same { &mut self.repeated } else { &mut self.contradicting }.note(track);
    }

    fn compare(&mut self, track: &NewTrack, there: Option<&KnownTrack>) {
        let Some(there) = there.filter(|there| there.measure == track.measure) else { return };
        if track.value.is_some() && there.value.is_some() && track.value != there.value {
            self.differing.note(track);
        }
        let differs = |new: &str, old: &str| !new.is_empty() && !old.is_empty() && new != old;
        if there.has_cover && (differs(&track.key, &there.key) || differs(&track.cover_url, &there.cover_url)) {
            self.other_cover.note(track);
        }
    }

    fn notes(&self) -> Vec<String> {
        let note = |counted: &Counted, one: &str, more: &str, rest: &str| {
            let verb = if counted.count == 1 { one } else { more };
            let rows = plural(counted.count, "row", "rows");
            (counted.count > 0).then(|| format!("{rows} {verb} {rest} The first: {}.", counted.first))
        };
        let keeps = "for the track. The study keeps its own; to use the new ones, import into a new study.";
        [
            note(&self.repeated, "repeats", "repeat", "a track of the same playlist; each is taken once."),
            note(
                &self.contradicting,
                "repeats",
                "repeat",
                "a track of the same playlist with another value or cover, and was left out: the first row of a track is taken.",
            ),
            note(&self.differing, "says", "say", &format!("another value than the study has {keeps}")),
            note(&self.other_cover, "names", "name", &format!("another cover than the study has {keeps}")),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
