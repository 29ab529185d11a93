//! What an import of spreadsheets brings: each row as a track with its cover, or why not.

mod notes;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::candidate::{Candidate, PictureAt};
use super::columns::{Column, Mapping};
use super::folder::{CoversFolder, is_picture_name};
use super::import::{Columns, ImportError, Planned, TableFile, TablesRequest};
use super::numbers::{Expected, Notation, is_no_value};
use super::plain::plain;
use super::services::at_width;
use super::table::{Row, Table};
use crate::study::{NewTrack, POPULARITY, Rejected, Target};

/// All that is to be read from spreadsheets.
pub(super) struct Plan {
    /// The spreadsheets' paths.
    pub(super) name: String,
    tables: Vec<PlannedTable>,
    folders: HashMap<PathBuf, CoversFolder>,
    target: Target,
}

/// A spreadsheet whose columns are known.
struct PlannedTable {
    table: Table,
    mapping: Mapping,
    covers: CoversAt,
    /// Whether a person named the folder of the covers: then none is downloaded but where the folder's column says so.
    is_folder_named: bool,
    /// Of downloaded covers, in pixels.
    cover_width: u32,
    /// How its values are written.
    notation: Notation,
    /// The playlist, where no column names one.
    name: String,
    /// Ids that several songs have, which are none.
    shared_ids: HashSet<String>,
}

/// Where a spreadsheet's covers are.
enum CoversAt {
    Folder(PathBuf),
    /// At the addresses in this column.
    Web(usize),
}

impl Plan {
    /// Reads the spreadsheets and lists the covers, and finds out before anything starts what they lack.
    /// Downloaded covers should be `cover_width` pixels wide.
    pub(super) fn make(request: &TablesRequest, target: &Target, cover_width: u32) -> Result<Self, ImportError> {
        let target = target.clone();
        let mut plan = Self { name: String::new(), tables: Vec::new(), folders: HashMap::new(), target };
        let mut names = Vec::new();
        for file in &request.files {
            let table = Table::read(&file.path)?;
            let mapping = file.mapping(&table, request.covers.as_deref())?;
            if table.rows.is_empty() {
                return Err(ImportError::NoRows(table.path));
            }
            let expected = Expected {
                decimal: request.decimal_mark,
                otherwise: table.decimal_mark(),
                is_small: plan.target.measure == POPULARITY,
            };
            let notation = Notation::of(table.rows.iter().map(|row| row.cell(mapping.popularity)), expected);
            let covers = plan.covers_of(&table, &mapping, request.covers.as_deref())?;
            names.push(file.path.display().to_string());
            let (name, shared_ids) = (playlist_name(&table, &request.files), shared_ids(&table, &mapping));
            let is_folder_named = request.covers.is_some();
            let planned =
                PlannedTable { table, mapping, covers, is_folder_named, cover_width, notation, name, shared_ids };
            plan.check_values(&planned)?;
            plan.tables.push(planned);
        }
        plan.name = names.join(", ");
        Ok(plan)
    }

    /// A column of zeros is no measurement.
    fn check_values(&self, table: &PlannedTable) -> Result<(), ImportError> {
        let mut given = self.values(table).peekable();
        let path = table.table.path.clone();
        if given.peek().is_none() {
            let mut cells = table.table.rows.iter().map(|row| row.cell(table.mapping.popularity));
            let is_popularity = self.target.measure == POPULARITY;
            let measure = value_name(&self.target).to_owned();
            let example = cells.find(|cell| !is_no_value(cell)).map(str::to_owned);
            return Err(ImportError::NoValues { path, measure, is_popularity, example });
        }
        if given.any(|value| value != 0.0) {
            return Ok(());
        }
        Err(if self.target.measure == POPULARITY {
            ImportError::AllZero(path)
        } else {
            ImportError::AllZeroMeasure { path, measure: self.target.measure.clone() }
        })
    }

    /// The values that a spreadsheet's rows give.
    fn values<'a>(&'a self, table: &'a PlannedTable) -> impl Iterator<Item = f64> + 'a {
        table.table.rows.iter().filter_map(|row| table.value(row, &self.target).given())
    }

    /// The covers are in the folder that was named, else in the spreadsheet's own, else at the addresses it names.
    fn covers_of(&mut self, table: &Table, mapping: &Mapping, covers: Option<&Path>) -> Result<CoversAt, ImportError> {
        let chosen = mapping.cover.filter(|_| names_addresses(table, mapping));
        let web = mapping.cover_url.or(chosen).filter(|_| covers.is_none()).map(CoversAt::Web);
        if (mapping.has_web_covers() || chosen.is_some())
            && let Some(web) = web
        {
            return Ok(web);
        }
        let folder = covers.map_or_else(|| folder_of(&table.path), Path::to_path_buf);
        // In full, because messages name it.
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        if !self.folders.contains_key(&folder) {
            let mut listed =
                CoversFolder::list(&folder).map_err(|source| ImportError::Folder { path: folder.clone(), source })?;
            listed.note_keys(table.rows.iter().map(|row| row.cell(mapping.cover)));
            let names_any = table.rows.iter().any(|row| listed.contains(row.cell(mapping.cover)));
            match web {
                // A picture beside the spreadsheet that no row names is none of its covers.
                Some(web) if !names_any => return Ok(web),
                None if listed.is_empty() && !names_any => return Err(ImportError::NoPictures(folder)),
                _ => drop(self.folders.insert(folder.clone(), listed)),
            }
        } else if let Some(listed) = self.folders.get_mut(&folder) {
            listed.note_keys(table.rows.iter().map(|row| row.cell(mapping.cover)));
        }
        Ok(CoversAt::Folder(folder))
    }

    /// Whether any cover has to be downloaded.
    pub(super) fn downloads(&self) -> bool {
        self.tables.iter().any(|PlannedTable { table, mapping, covers, is_folder_named, .. }| match covers {
            CoversAt::Web(_) => true,
            CoversAt::Folder(folder) => table.rows.iter().any(|row| {
                let key = row.cell(mapping.cover);
                let is_there = || self.folders.get(folder).is_some_and(|covers| covers.contains(key));
                is_address(key) || !is_folder_named && is_address(row.cell(mapping.cover_url)) && !is_there()
            }),
        })
    }

    /// How many rows there are.
    pub(super) fn total(&self) -> usize {
        self.tables.iter().map(|table| table.table.rows.len()).sum()
    }

    /// The rows, one after the other, and at the end the covers that none of them named.
    pub(super) fn rows(self) -> Rows {
        let mut tables = self.tables.into_iter();
        let current = tables.next();
        Rows { current, place: 0, tables, folders: self.folders, target: self.target, unused: None }
    }
}

/// See [`Plan::rows`].
pub(super) struct Rows {
    current: Option<PlannedTable>,
    place: usize,
    tables: IntoIter<PlannedTable>,
    folders: HashMap<PathBuf, CoversFolder>,
    target: Target,
    unused: Option<IntoIter<Rejected>>,
}

impl Iterator for Rows {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        while let Some(table) = &self.current {
            if let Some(row) = table.table.rows.get(self.place) {
                self.place += 1;
                return Some(table.planned(row, &mut self.folders, &self.target));
            }
            self.current = self.tables.next();
            self.place = 0;
        }
        let folders = &self.folders;
        let unused = self.unused.get_or_insert_with(|| unused(folders).into_iter());
        unused.next().map(|rejected| Planned { is_row: false, candidate: None, rejected: vec![rejected] })
    }
}

fn unused(folders: &HashMap<PathBuf, CoversFolder>) -> Vec<Rejected> {
    let reason = || "This cover has no row in the spreadsheet.".to_owned();
    let names = folders.values().flat_map(CoversFolder::unused);
    names.map(|name| Rejected { what: name.to_owned(), reason: reason() }).collect()
}

impl PlannedTable {
    /// What a row brings.
    fn planned(&self, row: &Row, folders: &mut HashMap<PathBuf, CoversFolder>, target: &Target) -> Planned {
        let mapping = &self.mapping;
        let key = row.cell(mapping.cover);
        let written = Some(row.cell(mapping.title)).filter(|title| !title.is_empty()).unwrap_or(key);
        let title = plain(written);
        let mut planned = Planned { is_row: true, candidate: None, rejected: Vec::new() };
        let mut reject =
            |reason| planned.rejected.push(Rejected { what: format!("Line {}: {title}", row.line), reason });
        // Looked up before anything is judged: a bad row's cover still has a row.
        let picture = self.picture(row, key, folders);
        let value = match self.value(row, target) {
            Value::Bad(reason) => {
                reject(reason);
                return planned;
            }
            value => value.given(),
        };
        let picture = match picture {
            Ok(picture) => picture,
            Err(reason) => {
                reject(reason);
                return planned;
            }
        };
        if value.is_none() {
            reject(format!("{} is not given. The track is kept, but trains nothing.", value_name(target)));
        }
        let playlist = match mapping.playlist {
            Some(_) => plain(row.cell(mapping.playlist)),
            None => self.name.clone(),
        };
        let cover_url = match &picture {
            PictureAt::Web(address) => address.clone(),
            _ => row.cell(mapping.cover_url).to_owned(),
        };
        let track = NewTrack {
            artist: plain(row.cell(mapping.artist)),
            album: plain(row.cell(mapping.album)),
            released: row.cell(mapping.released).to_owned(),
            key: if is_address(key) { format!("{title}_{playlist}") } else { key_of(key) },
            playlist,
            playlist_uri: row.cell(mapping.playlist_uri).to_owned(),
            identity: self.identity(row, written, key),
            title,
            measure: target.measure.clone(),
            value,
            cover_url,
            ..NewTrack::default()
        };
        planned.candidate = Some(Candidate { track, picture: Some(picture) });
        planned
    }

    /// Where a row's cover is, or why there is none.
    fn picture(&self, row: &Row, key: &str, folders: &mut HashMap<PathBuf, CoversFolder>) -> Result<PictureAt, String> {
        let web = |address: &str| PictureAt::Web(at_width(address, self.cover_width));
        let folder = match &self.covers {
            CoversAt::Folder(_) if is_address(key) => return Ok(web(key)),
            CoversAt::Folder(folder) => folder,
            CoversAt::Web(column) => {
                return match row.cell(Some(*column)) {
                    "" => Err("The row names no cover.".to_owned()),
                    address => Ok(web(address)),
                };
            }
        };
        let found = folders.get_mut(folder).filter(|_| !key.is_empty()).and_then(|covers| covers.take(key));
        match (found, row.cell(self.mapping.cover_url)) {
            (Some(path), _) => Ok(PictureAt::File(path)),
            (None, address) if is_address(address) && !self.is_folder_named => Ok(web(address)),
            (None, address) => {
                let unread = folders.get(folder).and_then(|covers| covers.unread(key));
                let reason = match (key, unread) {
                    ("", _) => "The row names no cover file.".to_owned(),
                    (_, Some(name)) => format!(
                        "The cover \"{name}\" in {} is of a kind that cannot be read. Save it as PNG or JPEG.",
                        folder.display()
                    ),
                    (key, None) => format!("There is no cover \"{key}\" in {}.", folder.display()),
                };
                let hint = " It has a web address: to download it, import again without a covers folder.";
                Err(if is_address(address) { reason + hint } else { reason })
            }
        }
    }

    /// What makes a row the same track when the spreadsheet is imported again.
    fn identity(&self, row: &Row, title: &str, key: &str) -> String {
        let id = row.cell(self.mapping.track_id);
        let artist = row.cell(self.mapping.artist);
        if is_no_value(id) {
            [key, title, artist].join("\u{1f}")
        } else if self.shared_ids.contains(id) {
            [id, title, artist].join("\u{1f}")
        } else {
            id.to_owned()
        }
    }

    fn value(&self, row: &Row, target: &Target) -> Value {
        Value::parse(row.cell(self.mapping.popularity), &self.notation, target)
    }
}

/// The playlist of a spreadsheet's tracks where no column names one: the file's name, with its folders' before it as far as
/// other files have the same.
fn playlist_name(table: &Table, files: &[TableFile]) -> String {
    let tail = |path: &Path, folders: usize| {
        let parts: Vec<_> = path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        parts[parts.len().saturating_sub(folders + 1)..].join("/")
    };
    let others = || files.iter().map(|file| &file.path).filter(|path| **path != table.path);
    let is_shared = |folders: usize| others().any(|other| tail(other, folders) == tail(&table.path, folders));
    let most = table.path.iter().count();
    let folders = (0..most).find(|folders| !is_shared(*folders)).unwrap_or(0);
    tail(&table.path, folders)
}

/// Ids that more than one title has.
fn shared_ids(table: &Table, mapping: &Mapping) -> HashSet<String> {
    let mut titles: HashMap<&str, &str> = HashMap::new();
    let rows = table.rows.iter().map(|row| (row.cell(mapping.track_id), row.cell(mapping.title)));
    rows.filter(|(id, title)| *titles.entry(id).or_insert(title) != *title).map(|(id, _)| id.to_owned()).collect()
}

impl TableFile {
    /// Which column holds what; where none is recognised as that of the covers, it is the one that names most of the
    /// pictures in the folder of `covers`.
    fn mapping(&self, table: &Table, covers: Option<&Path>) -> Result<Mapping, ImportError> {
        let mut recognised = table.recognised();
        if let Some(folder) = covers.filter(|_| recognised.cover.is_none()) {
            recognised.cover = naming_pictures(table, folder)?;
        }
        let mapping = match &self.columns {
            Columns::Recognised => recognised,
            Columns::Chosen { mapping, headers } if *headers == table.headers => *mapping,
            Columns::Chosen { .. } => recognised,
            Columns::Named { columns, values } => recognised
                .with_named(columns, &table.headers)
                .and_then(|mapping| match values {
                    Some(name) => mapping.with_values_in(name, &table.headers),
                    None => Ok(mapping),
                })
                .map_err(|detail| ImportError::Mapping { path: self.path.clone(), detail })?,
        };
        let missing = mapping.missing();
        match (missing.as_slice(), covers) {
            ([], _) => Ok(mapping),
            ([Column::Cover], Some(folder)) => {
                Err(ImportError::NoNamedPictures { path: self.path.clone(), folder: folder.to_path_buf() })
            }
            _ => Err(ImportError::MissingColumns { path: self.path.clone(), columns: missing }),
        }
    }
}

/// The rows from which it is told which column names pictures.
const TELLING_ROWS: usize = 2000;

/// The column whose cells name most of the pictures in a folder; `None` where none does.
fn naming_pictures(table: &Table, folder: &Path) -> Result<Option<usize>, ImportError> {
    let listed =
        CoversFolder::list(folder).map_err(|source| ImportError::Folder { path: folder.to_path_buf(), source })?;
    let rows = || table.rows.iter().take(TELLING_ROWS);
    let named = |column: usize| rows().filter(|row| listed.contains(row.cell(Some(column)))).count();
    let counts = (0..table.headers.len()).map(|column| (named(column), column));
    // The first of equals.
    Ok(counts.filter(|(named, _)| *named > 0).rev().max_by_key(|(named, _)| *named).map(|(_, column)| column))
}

/// What a cell says of the value that is to be predicted.
enum Value {
    Given(f64),
    Missing,
    Bad(String),
}

impl Value {
    fn parse(cell: &str, notation: &Notation, target: &Target) -> Self {
        let is_popularity = target.measure == POPULARITY;
        let name = value_name(target);
        match notation.parse(cell) {
            Some(value) if value.is_nan() => Self::Missing,
            Some(value) if is_popularity && !(0.0..=100.0).contains(&value) => {
                Self::Bad(format!("{name} {cell} is outside 0 to 100."))
            }
            Some(value) if value.is_finite() => Self::Given(value),
            _ => Self::Bad(format!("{name} \"{cell}\" is not a number.")),
        }
    }

    fn given(&self) -> Option<f64> {
        match self {
            Self::Given(value) => Some(*value),
            _ => None,
        }
    }
}

/// What the values are called at the beginning of a sentence.
fn value_name(target: &Target) -> &str {
    if target.measure == POPULARITY { "Popularity" } else { &target.measure }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

/// Whether the column that was chosen for covers holds web addresses.
fn names_addresses(table: &Table, mapping: &Mapping) -> bool {
    let mut cells = table.rows.iter().map(|row| row.cell(mapping.cover)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(is_address)
}

fn is_address(cell: &str) -> bool {
    cell.starts_with("http://") || cell.starts_with("https://")
}

/// A cover's name without folders and without a picture's ending.
fn key_of(cell: &str) -> String {
    let name = cell.rsplit(['/', '\\']).next().unwrap_or(cell);
    if is_picture_name(Path::new(name)) {
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
    } else {
        name.to_owned()
    }
}
