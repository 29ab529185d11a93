//! The parsers of what comes from outside, for the fuzz targets in `fuzz/`; compiled for them alone.

use std::path::Path;

use super::columns::Mapping;
use super::table::Table;
use super::{numbers, services, workbook};

pub use super::services::{fuzz_deezer as deezer, fuzz_login as login, fuzz_spotify as spotify};

/// A spreadsheet's bytes, up to the numbers, addresses and columns in it.
pub fn table(bytes: &[u8]) {
    let Ok(table) = Table::of_bytes(Path::new("fuzzed.csv"), bytes.to_vec()) else { return };
    let _ = (table.preview(), table.name());
    let _ = Mapping::default().with_named(&table.headers.join("="), &table.headers);
    for column in 0..table.headers.len() {
        let cells = || table.rows.iter().map(|row| row.cell(Some(column)));
        let expected = numbers::Expected { decimal: None, otherwise: table.decimal_mark(), is_small: false };
        let notation = numbers::Notation::of(cells(), expected);
        for cell in cells() {
            let _ = (notation.parse(cell), services::at_width(cell, 60));
        }
    }
}

/// An Excel or OpenDocument file's bytes.
pub fn workbook(bytes: &[u8]) {
    let _ = workbook::read(Path::new("fuzzed.xlsx"), bytes.to_vec());
}
