//! Excel and OpenDocument workbooks, read as tables of text.

use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use calamine::{Cell, Data, DataRef, Dimensions, Range, Reader as _, Sheets, XlsxError, open_workbook_auto_from_rs};
use csv::StringRecord;

use super::table::{Row, Table, TableError};

/// How workbooks begin: as a ZIP archive (xlsx, xlsm, xlsb, ods) or as a compound file (xls).
const BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Columns that are looked at; no list of tracks has more.
const MOST_COLUMNS: usize = 1024;

/// Whether a file's bytes may be a workbook.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// Whether a file may hold formulas, whose values are there only after a spreadsheet program has saved them.
pub(super) fn has_formulas(path: &Path) -> bool {
    const ENDINGS: [&str; 5] = ["xlsx", "xlsm", "xlsb", "xls", "ods"];
    path.extension().is_some_and(|own| ENDINGS.iter().any(|ending| own.eq_ignore_ascii_case(ending)))
}

/// Reads the sheet that looks most like a list of tracks; `path` is only named in errors.
pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Table, TableError> {
    let unreadable = |detail: String| TableError::Workbook { path: path.to_path_buf(), detail };
    // The library has panicked on damaged files before; a file of the person's must not end the program.
    let sheets = std::panic::catch_unwind(AssertUnwindSafe(|| sheets(bytes)))
        .unwrap_or_else(|_| Err("it is damaged".to_owned()))
        .map_err(unreadable)?;
    let mut tables: Vec<(String, Table)> =
        sheets.into_iter().filter_map(|(name, rows)| Some((name, Table::of_rows(path, rows, None)?))).collect();
    // The sheet with the fewest columns missing, the first of equals.
    let best = (0..tables.len()).min_by_key(|place| tables[*place].1.recognised().missing().len());
    let (_, mut table) = tables.remove(best.ok_or_else(|| TableError::Empty(path.to_path_buf()))?);
    table.other_sheets = tables.into_iter().map(|(name, _)| name).collect();
    Ok(table)
}

/// Each sheet's name, and its rows that hold anything.
fn sheets(bytes: Vec<u8>) -> Result<Vec<(String, Vec<Row>)>, String> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let names = workbook.sheet_names();
    // Cell by cell where the format can hold cells far apart: a stray one in the last corner would make the whole sheet
    // between need more memory than there is.
    let mut rows = |name: &String| match &mut workbook {
        Sheets::Xlsx(book) => {
            let mut rows = match book.worksheet_cells_reader(name) {
                Ok(mut cells) => rows(|| cells.next_cell())?,
                Err(XlsxError::NotAWorksheet(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.to_string()),
            };
            let merged = book.merge_cells_by_sheet_name(name).map_err(|error| error.to_string())?;
            merged.iter().for_each(|region| fill(&mut rows, region));
            Ok(rows)
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
            rows(|| cells.next_cell())
        }
        book => book.worksheet_range(name).map(|range| rows_of_range(&range)).map_err(|error| error.to_string()),
    };
    names.into_iter().map(|name| rows(&name).map(|rows| (name, rows))).collect()
}

/// The rows of a sheet whose cells come one after the other.
fn rows<'a, E: std::fmt::Display>(
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, E>,
) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    let (mut line, mut cells) = (0, Vec::new());
    while let Some(cell) = next().map_err(|error| error.to_string())? {
        let (row, column) = cell.get_position();
        let text = text(&Data::from(cell.get_value().clone()));
        if text.is_empty() || column as usize >= MOST_COLUMNS {
            continue;
        }
        if u64::from(row) + 1 != line {
            finish(&mut rows, line, &mut cells);
            line = u64::from(row) + 1;
        }
        if cells.len() <= column as usize {
            cells.resize(column as usize + 1, String::new());
        }
        cells[column as usize] = text;
    }
    finish(&mut rows, line, &mut cells);
    Ok(rows)
}

/// Writes what stands in the first of cells that are merged into one, as a playlist beside all of its tracks, into those
/// below it too.
fn fill(rows: &mut [Row], merged: &Dimensions) {
    let (first_line, last_line, column) = (u64::from(merged.start.0) + 1, u64::from(merged.end.0) + 1, merged.start.1);
    let first = rows.partition_point(|row| row.line < first_line);
    let end = rows.partition_point(|row| row.line <= last_line);
    let column = column as usize;
    let [top, below @ ..] = &mut rows[first..end] else { return };
    let Some(text) = top.cells.get(column).filter(|text| !text.is_empty() && top.line == first_line) else { return };
    for row in below {
        let mut cells: Vec<&str> = row.cells.iter().collect();
        cells.resize(cells.len().max(column + 1), "");
        cells[column] = text;
        row.cells = cells.into_iter().collect();
    }
}

fn finish(rows: &mut Vec<Row>, line: u64, cells: &mut Vec<String>) {
    if !cells.is_empty() {
        rows.push(Row { line, cells: cells.drain(..).collect() });
    }
}

fn rows_of_range(sheet: &Range<Data>) -> Vec<Row> {
    let Some((first_row, _)) = sheet.start() else { return Vec::new() };
    (u64::from(first_row) + 1..)
        .zip(sheet.rows())
        .map(|(line, cells)| Row { line, cells: cells.iter().map(text).collect::<StringRecord>() })
        .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()))
        .collect()
}

/// A cell as it would be written in a text file; days without their hour.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Error(_) => String::new(),
        // "1.234" could be read as thousands, and a number in a workbook is what it is.
        Data::Float(value) => {
            let text = value.to_string();
            if text.split_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) { text + "0" } else { text }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_they_are() {
        let texts = [1.234, 12.125, 7.0, 0.5, 1234.567].map(|value| text(&Data::Float(value)));
        assert_eq!(texts, ["1.2340", "12.1250", "7", "0.5", "1234.5670"]);
    }

    #[test]
    fn damaged_workbooks_are_told() {
        for bytes in [b"PK\x03\x04".to_vec(), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 0]] {
            assert!(matches!(read(Path::new("a.xlsx"), bytes), Err(TableError::Workbook { .. })));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(tail in proptest::collection::vec(proptest::num::u8::ANY, 0..600), zip: bool) {
            let bytes = [BEGINNINGS[usize::from(!zip)], &tail].concat();
            let _ = read(Path::new("a.xls"), bytes);
        }
    }
}
