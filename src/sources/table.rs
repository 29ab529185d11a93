//! Reading a spreadsheet: a workbook, or text with the separators `,` `;` and tab in several encodings.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::columns::{Column, Mapping, normalised};
use super::numbers::DecimalMark;
use super::workbook;
use crate::study::why;

/// Endings of files that are read as spreadsheets.
pub const TABLE_ENDINGS: &[&str] = &["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// How many rows the mapping table shows.
const PREVIEW_ROWS: usize = 6;

/// Lines that may stand above the header: a title, a date of export, nothing.
const LINES_ABOVE: usize = 20;

/// Columns that a line below the first has to name to be taken for the header.
const TELLING_COLUMNS: usize = 2;

/// Why a spreadsheet could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("Could not read {}: {}. Check the file's name and that it is not open elsewhere.", path.display(), why(source))]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{} is empty. Export the spreadsheet again, with a header row.", .0.display())]
    Empty(PathBuf),
    #[error("{} is not a spreadsheet that can be read. Save it as CSV or Excel file and import that.", .0.display())]
    NotText(PathBuf),
    #[error(
        "{} cannot be read as Excel or ODS file ({detail}). Open it in your spreadsheet program, without a password, and \
         save it as CSV.",
        path.display()
    )]
    Workbook { path: PathBuf, detail: String },
    #[error("{} cannot be read as CSV: {detail}.", path.display())]
    Malformed { path: PathBuf, detail: String },
    #[error(
        "In {}, the quotation mark that is opened in line {line} has no closing one at the end of its cell, so that whole \
         lines would be one cell. Close or remove it, then import again.",
        path.display()
    )]
    OpenQuote { path: PathBuf, line: u64 },
}

/// A spreadsheet's header and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub path: PathBuf,
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
    /// What separates cells; `None` in a workbook.
    separator: Option<u8>,
    /// Names of a workbook's sheets that hold something and were not read.
    pub(super) other_sheets: Vec<String>,
    /// Whether its letters were guessed, as it is written in an old or unknown encoding, or has stray bytes.
    pub(super) is_guessed: bool,
}

/// One row, with the line of the file that it begins on.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// From 1, the header's line included.
    pub line: u64,
    /// In one piece of memory, because a table may have a million rows.
    pub(super) cells: StringRecord,
}

/// The head of a spreadsheet, for choosing its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    pub path: PathBuf,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// The columns that were recognised by their names.
    pub mapping: Mapping,
}

impl Table {
    /// Reads the whole file.
    ///
    /// # Errors
    /// Where it cannot be read or is not text; rows shorter or longer than the header are taken as they are.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let bytes = std::fs::read(path).map_err(|source| TableError::Io { path: path.to_path_buf(), source })?;
        Self::of_bytes(path, bytes)
    }

    /// Reads a file's bytes; `path` is only named in errors.
    pub(super) fn of_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, TableError> {
        if workbook::is_one(&bytes) {
            return workbook::read(path, bytes);
        }
        let (text, is_guessed) = decode(bytes).ok_or_else(|| TableError::NotText(path.to_path_buf()))?;
        Ok(Self { is_guessed, ..Self::parse(path, &text)? })
    }

    /// Reads a file's text; `path` is only named in errors.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, TableError> {
        // The reader counts a line after "\r\n" as begun at the "\r", and would name the line before.
        let text = if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
        let (separator, text, skipped) = separator(&text);
        let mut rows = Vec::new();
        for record in reader(separator, text).into_records() {
            let record = record
                .map_err(|error| TableError::Malformed { path: path.to_path_buf(), detail: error.to_string() })?;
            let line = record.position().map_or(0, csv::Position::line) + skipped;
            // Spreadsheet programs write rows of nothing but separators below the last one.
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(Row { line, cells: record });
            }
        }
        if let Some(line) = open_quote(text, separator) {
            return Err(TableError::OpenQuote { path: path.to_path_buf(), line: line + skipped });
        }
        Self::of_rows(path, rows, Some(separator)).ok_or_else(|| TableError::Empty(path.to_path_buf()))
    }

    /// A table whose header is among `rows`; `None` where they hold nothing.
    pub(super) fn of_rows(path: &Path, mut rows: Vec<Row>, separator: Option<u8>) -> Option<Self> {
        let place = header_place(&rows)?;
        let headers = rows[place].texts();
        rows.drain(..=place);
        let other_sheets = Vec::new();
        Some(Self { path: path.to_path_buf(), headers, rows, separator, other_sheets, is_guessed: false })
    }

    /// Rows with more filled cells than the header has, and the line of the first: what stands in them may have slipped.
    pub(super) fn long_rows(&self) -> Option<(usize, u64)> {
        let is_filled = |cell: &str| !cell.trim().is_empty();
        let is_long = |row: &&Row| row.cells.iter().skip(self.headers.len()).any(is_filled);
        let first = self.rows.iter().find(is_long)?.line;
        Some((self.rows.iter().filter(is_long).count(), first))
    }

    /// Headers that the columns in use share with others, which are not read.
    pub(super) fn shared_headers(&self, mapping: &Mapping) -> Vec<&str> {
        let normal: Vec<String> = self.headers.iter().map(|header| normalised(header)).collect();
        let is_shared = |place: &usize| normal.iter().filter(|header| **header == normal[*place]).count() > 1;
        let used = Column::CHOOSABLE.into_iter().filter_map(|column| mapping.of(column));
        used.filter(|place| *place < normal.len() && is_shared(place)).map(|place| self.headers[place].trim()).collect()
    }

    /// The mark before decimals that goes with the separator: where `;` stands between cells, `,` stands in numbers.
    pub(super) fn decimal_mark(&self) -> DecimalMark {
        if self.separator == Some(b';') { DecimalMark::Comma } else { DecimalMark::Point }
    }

    /// The first rows, and what was recognised.
    pub fn preview(&self) -> Preview {
        Preview {
            path: self.path.clone(),
            headers: self.headers.clone(),
            rows: self.rows.iter().take(PREVIEW_ROWS).map(Row::texts).collect(),
            mapping: self.recognised(),
        }
    }

    /// Which column holds what, as far as names and cells tell.
    pub fn recognised(&self) -> Mapping {
        Mapping::recognise_in(&self.headers, |place| self.rows.iter().map(|row| row.cell(Some(place))).collect())
    }

    /// The file's name without its ending: the playlist, where no column names one.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Row {
    /// The trimmed text in `column`; empty where the row is too short or no column was chosen.
    pub fn cell(&self, column: Option<usize>) -> &str {
        column.and_then(|column| self.cells.get(column)).map_or("", str::trim)
    }

    /// How many of the columns that a person can choose it names, if it is a header.
    fn known_columns(&self) -> usize {
        let mapping = Mapping::recognise(&self.texts());
        Column::CHOOSABLE.into_iter().filter(|column| mapping.of(*column).is_some()).count()
    }

    fn texts(&self) -> Vec<String> {
        self.cells.iter().map(str::to_owned).collect()
    }
}

/// The text of a file, and whether it was guessed: by its byte-order mark, else UTF-8, also with a few stray bytes in it,
/// else Windows-1252; `None` for what is no text.
fn decode(bytes: Vec<u8>) -> Option<(String, bool)> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        let (text, is_damaged) = encoding.decode_without_bom_handling(&bytes[mark..]);
        // What begins as UTF-16 with a 0 behind it is UTF-32, which hardly anything writes.
        return (!text.contains('\0')).then(|| (text.into_owned(), is_damaged));
    }
    if bytes.contains(&0) {
        // Letters of most languages leave every other byte 0; a picture's or program's zeros stand anywhere.
        let zeros_at = |parity: usize| bytes.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
        let encoding = match (zeros_at(0), zeros_at(1)) {
            (0, odd) if odd * 4 > bytes.len() => encoding_rs::UTF_16LE,
            (even, 0) if even * 4 > bytes.len() => encoding_rs::UTF_16BE,
            _ => return None,
        };
        let (text, is_damaged) = encoding.decode_without_bom_handling(&bytes);
        return (!is_damaged).then(|| (text.into_owned(), true));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some((text, false)),
        Err(error) => error.into_bytes(),
    };
    // Letters beyond ASCII take several bytes that hardly come together by chance in another encoding.
    let (mut letters, mut strays) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        strays += usize::from(!chunk.invalid().is_empty());
    }
    let text = match letters > strays {
        true => String::from_utf8_lossy(&bytes),
        false => encoding_rs::WINDOWS_1252.decode(&bytes).0,
    };
    Some((text.into_owned(), true))
}

/// The line of a quotation mark that takes whole lines into a cell by mistake: it is never closed, or the next one stands
/// within a cell, where none is closed.
fn open_quote(text: &str, separator: u8) -> Option<u64> {
    let bytes = text.as_bytes();
    let (mut line, mut place, mut is_start) = (1, 0, true);
    while let Some(byte) = bytes.get(place) {
        match *byte {
            b'"' if is_start => {
                let (end, lines, is_closed) = quoted(bytes, place + 1, separator);
                if lines > 0 && !is_closed {
                    return Some(line);
                }
                (place, line) = (end, line + lines);
            }
            b'\n' => line += 1,
            _ => {}
        }
        is_start = bytes.get(place).is_some_and(|byte| *byte == separator || *byte == b'\n');
        place += 1;
    }
    None
}

/// Where the cell ends whose first quotation mark is before `place`, the lines that it takes, and whether it is closed by a
/// quotation mark at its very end.
fn quoted(bytes: &[u8], mut place: usize, separator: u8) -> (usize, u64, bool) {
    let mut lines = 0;
    while let Some(byte) = bytes.get(place) {
        match (*byte, bytes.get(place + 1)) {
            (b'"', Some(b'"')) => place += 1,
            (b'"', None | Some(b'\n' | b'\r')) => return (place, lines, true),
            (b'"', Some(next)) => return (place, lines, *next == separator),
            (b'\n', _) => lines += 1,
            _ => {}
        }
        place += 1;
    }
    (place, lines, false)
}

fn reader(separator: u8, text: &str) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(separator).flexible(true).has_headers(false).from_reader(text.as_bytes())
}

/// The separator, the text that it separates, and the lines skipped before that: some programs name it in a line of its
/// own; else it is the one with which a header is recognised best, or which the first line has most of.
fn separator(text: &str) -> (u8, &str, u64) {
    let named = text.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).map(|_| &text[4..]);
    if let Some((mark, rest)) = named.and_then(|named| named.split_once('\n'))
        && let [mark] = mark.as_bytes()
    {
        return (*mark, rest, 1);
    }
    // The first of equals.
    let best = [b',', b';', b'\t'].into_iter().rev().max_by_key(|mark| {
        let records = reader(*mark, text).into_records().take(LINES_ABOVE);
        let rows: Vec<Row> = records.map_while(Result::ok).map(|cells| Row { line: 0, cells }).collect();
        header_place(&rows).map(|place| {
            let header = &rows[place];
            (header.known_columns(), header.cells.len() > 1, Reverse(place), header.cells.len())
        })
    });
    (best.unwrap_or(b','), text, 0)
}

/// The place of the header among `rows`: the first that names most of the columns that are looked for or, where hardly
/// any is named, the first with more than a title in it. `None` where all are empty.
fn header_place(rows: &[Row]) -> Option<usize> {
    let filled = |row: &Row| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let first = rows.iter().position(|row| filled(row) > 0)?;
    let candidates = || rows.iter().enumerate().skip(first).take(LINES_ABOVE);
    // The first of equals.
    let (known, place) =
        candidates().rev().map(|(place, row)| (row.known_columns(), place)).max_by_key(|(known, _)| *known)?;
    if known >= TELLING_COLUMNS {
        return Some(place);
    }
    Some(candidates().find(|(_, row)| filled(row) > 1).map_or(first, |(place, _)| place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Table {
        Table::parse(Path::new("a.csv"), text).unwrap()
    }

    #[test]
    fn separators_quotes_and_line_breaks() {
        for text in ["a,b\n1,\"x\ny\"\n2,z\n", "a;b\n1;\"x\ny\"\n2;z\n", "a\tb\r\n1\t\"x\ny\"\r\n2\tz\r\n"] {
            let table = parse(text);
            assert_eq!(table.headers, ["a", "b"]);
            assert_eq!(table.rows[0].cells, vec!["1", "x\ny"]);
            assert_eq!(table.rows[1].line, 4, "the row after a quoted line break knows its line");
        }
        assert_eq!(separator("\"a;b;c\",d\n").0, b',');
        let named = parse("sep=;\na;b,c\n1;2\n");
        assert_eq!((named.headers, named.rows[0].line), (vec!["a".to_owned(), "b,c".to_owned()], 3));
    }

    #[test]
    fn the_header_is_found_below_a_title() {
        let text = "Hits, exported on 1 May\n\nTitle;Popularity;Cover\na, b;1;x\nc;2;y\n";
        let table = parse(text);
        assert_eq!((table.headers.len(), table.rows.len(), table.rows[0].line), (3, 2, 4));
        let unknown = parse("Hits\nLied;Beliebtheit;Bild\nSong;1;x\n");
        assert_eq!(unknown.headers, ["Lied", "Beliebtheit", "Bild"]);
        assert_eq!(parse("SEP=;\nLied;Bild\nSong;x\n").headers, ["Lied", "Bild"]);
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_is_told() {
        let text = "title,popularity,cover\na,1,x\n\"b,2,y\nc,3,z\n";
        assert!(matches!(Table::parse(Path::new("a.csv"), text), Err(TableError::OpenQuote { line: 3, .. })));
        assert_eq!(parse("title,popularity,cover\n12\" mix,1,x\n").rows.len(), 1);
        let line = |text: &str| match Table::parse(Path::new("a.csv"), text) {
            Err(TableError::OpenQuote { line, .. }) => Some(line),
            _ => None,
        };
        // Two stray marks, of which the second would close the first.
        assert_eq!(line("title,popularity,cover\na,1,a\n\"b,2,b\nc,3,c\n\"d,4,d\n"), Some(3));
        assert_eq!(line("title,popularity,cover\n\"b,2,b\nc \"live\",3,c\n"), Some(2));
        assert_eq!(line("cover,popularity,title\na,1,x\nb,2,\"y\nc,3,z\n"), Some(3));
        // In one line, a mark that is closed too early takes nothing with it.
        assert_eq!(parse("title,popularity,cover\n\"12\" mix\",1,x\n").rows.len(), 1);
        assert_eq!(parse("title,popularity,cover\n\"say \"\"hi\"\"\nnow\",1,x\n").rows.len(), 1);
    }

    #[test]
    fn rows_that_are_longer_than_the_header_are_counted() {
        assert_eq!(parse("a,b\n1,2\n1,2,3\n1,2,\n1,2,3\n").long_rows(), Some((2, 3)));
        assert_eq!(parse("a,b\n1,2,,\n").long_rows(), None);
    }

    #[test]
    fn encodings() {
        let text = |bytes: &[u8]| decode(bytes.to_vec()).unwrap();
        assert_eq!(text("é".as_bytes()), ("é".to_owned(), false));
        assert_eq!(text(b"\xef\xbb\xbfa"), ("a".to_owned(), false));
        assert_eq!(text(b"\xff\xfea\0"), ("a".to_owned(), false));
        assert_eq!(text(b"a\0\xe9\0,\0"), ("aé,".to_owned(), true));
        assert_eq!(text(b"\0a\0,\x04\x16"), ("a,Ж".to_owned(), true));
        assert_eq!(decode(b"a\0\0\0b\0\0\0".to_vec()), None, "UTF-32 is not read");
        assert_eq!(decode(b"\xff\xfe\0\0a\0\0\0".to_vec()), None);
        assert_eq!(text(b"caf\xe9"), ("café".to_owned(), true));
        assert_eq!(text(b"\xc3\x84pfel, Bj\xc3\xb6rk \xff"), ("Äpfel, Björk \u{fffd}".to_owned(), true));
        assert_eq!(decode(b"\x89PNG\0\0".to_vec()), None);
    }

    #[test]
    fn short_rows_are_padded_and_empty_files_are_told() {
        assert_eq!(parse("a,b\n1\n").rows[0].cell(Some(1)), "");
        assert!(matches!(Table::parse(Path::new("a"), ""), Err(TableError::Empty(_))));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,200}") {
            if let Ok(table) = Table::parse(Path::new("a.csv"), &text) {
                let _ = table.preview();
            }
        }
    }
}
