//! Reading a spreadsheet: a workbook, or text with the separators `,` `;` and tab in several encodings.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::columns::Mapping;
use super::workbook;
use crate::study::why;

/// Endings of files that are read as spreadsheets.
pub const TABLE_ENDINGS: &[&str] = &["csv", "tsv", "txt", "xlsx", "xlsm", "xlsb", "xls", "ods"];

/// How many rows the mapping table shows.
const PREVIEW_ROWS: usize = 6;

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
}

/// A spreadsheet's header and rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub path: PathBuf,
    pub headers: Vec<String>,
    pub rows: Vec<Row>,
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
        let text = decode(bytes).ok_or_else(|| TableError::NotText(path.to_path_buf()))?;
        Self::parse(path, &text)
    }

    /// Reads a file's text; `path` is only named in errors.
    pub(super) fn parse(path: &Path, text: &str) -> Result<Self, TableError> {
        // The reader counts a line after "\r\n" as begun at the "\r", and would name the line before.
        let text = if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
        let (mark, text, skipped) = separator(&text);
        let mut reader = csv::ReaderBuilder::new().delimiter(mark).flexible(true).from_reader(text.as_bytes());
        let malformed =
            |error: csv::Error| TableError::Malformed { path: path.to_path_buf(), detail: error.to_string() };
        let headers: Vec<String> = reader.headers().map_err(malformed)?.iter().map(str::to_owned).collect();
        if headers.iter().all(String::is_empty) {
            return Err(TableError::Empty(path.to_path_buf()));
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line) + skipped;
            rows.push(Row { line, cells: record });
        }
        Ok(Self { path: path.to_path_buf(), headers, rows })
    }

    /// The first rows, and what was recognised.
    pub fn preview(&self) -> Preview {
        Preview {
            path: self.path.clone(),
            headers: self.headers.clone(),
            rows: self.rows.iter().take(PREVIEW_ROWS).map(Row::texts).collect(),
            mapping: Mapping::recognise(&self.headers),
        }
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

    fn texts(&self) -> Vec<String> {
        self.cells.iter().map(str::to_owned).collect()
    }
}

/// The text of a file: by its byte-order mark, else UTF-8, else Windows-1252; `None` for what is no text.
fn decode(bytes: Vec<u8>) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        return Some(encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned());
    }
    if bytes.contains(&0) {
        return None;
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = error.into_bytes();
        encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned()
    }))
}

/// The separator, the text that it separates, and the lines skipped before that: some programs name it in a line of its
/// own; else it is the one that the header line has most of, outside quotes.
fn separator(text: &str) -> (u8, &str, u64) {
    if let Some((mark, rest)) = text.strip_prefix("sep=").and_then(|named| named.split_once('\n'))
        && let [mark] = mark.as_bytes()
    {
        return (*mark, rest, 1);
    }
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'\n' if !quoted => break,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(mark, _)| *mark == byte).for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mark = counts.iter().find(|(_, count)| *count == most).map_or(b',', |(mark, _)| *mark);
    (mark, text, 0)
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
    fn encodings() {
        assert_eq!(decode("é".as_bytes().to_vec()).unwrap(), "é");
        assert_eq!(decode(b"\xef\xbb\xbfa".to_vec()).unwrap(), "a");
        assert_eq!(decode(b"\xff\xfea\0".to_vec()).unwrap(), "a");
        assert_eq!(decode(b"caf\xe9".to_vec()).unwrap(), "café");
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
