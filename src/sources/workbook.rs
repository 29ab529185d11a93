//! Excel and OpenDocument workbooks, read as tables of text.

use std::io::Cursor;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use calamine::{Data, Range, Reader as _, open_workbook_auto_from_rs};
use csv::StringRecord;

use super::columns::Mapping;
use super::table::{Row, Table, TableError};

/// How workbooks begin: as a ZIP archive (xlsx, xlsm, xlsb, ods) or as a compound file (xls).
const BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Whether a file's bytes may be a workbook.
pub(super) fn is_one(bytes: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
}

/// Reads the sheet that looks most like a list of tracks; `path` is only named in errors.
pub(super) fn read(path: &Path, bytes: Vec<u8>) -> Result<Table, TableError> {
    let unreadable = |detail: String| TableError::Workbook { path: path.to_path_buf(), detail };
    // The library has panicked on damaged files before; a file of the person's must not end the program.
    let sheets = std::panic::catch_unwind(AssertUnwindSafe(|| sheets(bytes)))
        .unwrap_or_else(|_| Err("it is damaged".to_owned()))
        .map_err(unreadable)?;
    let tables = sheets.into_iter().filter_map(|sheet| table(path, &sheet));
    // The sheet with the fewest columns missing, the first of equals.
    tables
        .min_by_key(|table| Mapping::recognise(&table.headers).missing().len())
        .ok_or_else(|| TableError::Empty(path.to_path_buf()))
}

fn sheets(bytes: Vec<u8>) -> Result<Vec<Range<Data>>, String> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let names = workbook.sheet_names();
    names.iter().map(|name| workbook.worksheet_range(name).map_err(|error| error.to_string())).collect()
}

/// A sheet whose first row with any text is its header.
fn table(path: &Path, sheet: &Range<Data>) -> Option<Table> {
    let first_line = u64::from(sheet.start()?.0) + 1;
    let mut rows = (first_line..)
        .zip(sheet.rows())
        .map(|(line, cells)| Row { line, cells: cells.iter().map(text).collect::<StringRecord>() })
        .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let headers = rows.next()?.cells.iter().map(str::to_owned).collect();
    Some(Table { path: path.to_path_buf(), headers, rows: rows.collect() })
}

/// A cell as it would be written in a text file; days without their hour.
fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
