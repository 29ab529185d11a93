//! What an import of spreadsheets brings: each row as a track with its cover, or why not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::candidate::{Candidate, PictureAt};
use super::columns::Mapping;
use super::download::at_width;
use super::folder::{CoversFolder, is_picture_name};
use super::import::{Columns, ImportError, Planned, TableFile};
use super::numbers;
use super::table::{Row, Table};
use crate::study::{DEFAULT_IMAGE_SIZE, NewTrack, POPULARITY, Rejected, Target};

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
}

/// Where a spreadsheet's covers are.
enum CoversAt {
    Folder(PathBuf),
    /// At the addresses in this column.
    Web(usize),
}

impl Plan {
    /// Reads the spreadsheets and lists the covers, and finds out before anything starts what they lack.
    pub(super) fn make(files: &[TableFile], covers: Option<&Path>, target: Target) -> Result<Self, ImportError> {
        let mut plan = Self { name: String::new(), tables: Vec::new(), folders: HashMap::new(), target };
        let mut names = Vec::new();
        for file in files {
            let table = Table::read(&file.path)?;
            let mapping = file.mapping(&table)?;
            if table.rows.is_empty() {
                return Err(ImportError::NoRows(table.path));
            }
            plan.check_values(&table, &mapping)?;
            let covers = plan.covers_of(&table, &mapping, covers)?;
            names.push(file.path.display().to_string());
            plan.tables.push(PlannedTable { table, mapping, covers });
        }
        plan.name = names.join(", ");
        Ok(plan)
    }

    /// A column of zeros is no measurement.
    fn check_values(&self, table: &Table, mapping: &Mapping) -> Result<(), ImportError> {
        let values = table.rows.iter().map(|row| Value::parse(row.cell(mapping.popularity), &self.target));
        let mut given = values.filter_map(|value| value.given()).peekable();
        if given.peek().is_some() && given.all(|value| value == 0.0) {
            return Err(ImportError::AllZero(table.path.clone()));
        }
        Ok(())
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
            let listed =
                CoversFolder::list(&folder).map_err(|source| ImportError::Folder { path: folder.clone(), source })?;
            match web {
                Some(web) if listed.is_empty() => return Ok(web),
                None if listed.is_empty() => return Err(ImportError::NoPictures(folder)),
                _ => drop(self.folders.insert(folder.clone(), listed)),
            }
        }
        Ok(CoversAt::Folder(folder))
    }

    /// Whether any cover has to be downloaded.
    pub(super) fn downloads(&self) -> bool {
        self.tables.iter().any(|PlannedTable { table, mapping, covers }| {
            matches!(covers, CoversAt::Web(_)) || table.rows.iter().any(|row| is_address(row.cell(mapping.cover)))
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
                return Some(planned(row, table, &mut self.folders, &self.target));
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

/// What a row brings.
fn planned(
    row: &Row,
    PlannedTable { table, mapping, covers }: &PlannedTable,
    folders: &mut HashMap<PathBuf, CoversFolder>,
    target: &Target,
) -> Planned {
    let key = row.cell(mapping.cover);
    let title = Some(row.cell(mapping.title)).filter(|title| !title.is_empty()).unwrap_or(key);
    let mut planned = Planned { is_row: true, candidate: None, rejected: Vec::new() };
    let mut reject = |reason| planned.rejected.push(Rejected { what: format!("Line {}: {title}", row.line), reason });
    // Looked up before anything is judged: a bad row's cover still has a row.
    let picture = picture(row, key, covers, folders);
    let value = match Value::parse(row.cell(mapping.popularity), target) {
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
        let what = if target.measure == POPULARITY { "Popularity" } else { &target.measure };
        reject(format!("{what} is not given. The track is kept, but trains nothing."));
    }
    let artist = row.cell(mapping.artist);
    let playlist = match mapping.playlist {
        Some(_) => row.cell(mapping.playlist).to_owned(),
        None => table.name(),
    };
    let cover_url = match &picture {
        PictureAt::Web(address) => address.clone(),
        _ => row.cell(mapping.cover_url).to_owned(),
    };
    let identity = match row.cell(mapping.track_id) {
        "" => [key, title, artist].join("\u{1f}"),
        id => id.to_owned(),
    };
    let track = NewTrack {
        title: title.to_owned(),
        artist: artist.to_owned(),
        album: row.cell(mapping.album).to_owned(),
        released: row.cell(mapping.released).to_owned(),
        key: if is_address(key) { format!("{title}_{playlist}") } else { key_of(key) },
        playlist,
        playlist_uri: row.cell(mapping.playlist_uri).to_owned(),
        identity,
        measure: target.measure.clone(),
        value,
        cover_url,
        ..NewTrack::default()
    };
    planned.candidate = Some(Candidate { track, picture: Some(picture) });
    planned
}

/// Where a row's cover is, or why there is none.
fn picture(
    row: &Row,
    key: &str,
    covers: &CoversAt,
    folders: &mut HashMap<PathBuf, CoversFolder>,
) -> Result<PictureAt, String> {
    let folder = match covers {
        CoversAt::Folder(folder) if !is_address(key) => folder,
        CoversAt::Folder(_) => return Ok(PictureAt::Web(at_width(key, DEFAULT_IMAGE_SIZE as u32))),
        CoversAt::Web(column) => {
            return match row.cell(Some(*column)) {
                "" => Err("The row names no cover.".to_owned()),
                address => Ok(PictureAt::Web(at_width(address, DEFAULT_IMAGE_SIZE as u32))),
            };
        }
    };
    if key.is_empty() {
        return Err("The row names no cover.".to_owned());
    }
    let found = folders.get_mut(folder).and_then(|covers| covers.take(key));
    found.map(PictureAt::File).ok_or_else(|| format!("There is no cover \"{key}\" in {}.", folder.display()))
}

impl TableFile {
    fn mapping(&self, table: &Table) -> Result<Mapping, ImportError> {
        let recognised = Mapping::recognise(&table.headers);
        let mapping = match &self.columns {
            Columns::Recognised => recognised,
            Columns::Chosen { mapping, headers } if *headers == table.headers => *mapping,
            Columns::Chosen { .. } => recognised,
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

/// What a cell says of the value that is to be predicted.
enum Value {
    Given(f64),
    Missing,
    Bad(String),
}

impl Value {
    fn parse(cell: &str, target: &Target) -> Self {
        let is_popularity = target.measure == POPULARITY;
        let name = if is_popularity { "Popularity" } else { &target.measure };
        match numbers::parse(cell) {
            _ if cell.is_empty() => Self::Missing,
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
