//! Where tracks and covers come from: a spreadsheet with a folder of covers, or the built-in sample study.

mod columns;
mod folder;
mod import;
pub mod sample;
mod table;

pub use columns::{Column, Mapping};
pub use folder::{is_picture_name, pictures_in};
pub use import::{Columns, ImportError, ImportProgress, ImportRequest, ImportSummary, TableFile, import};
pub use table::{Preview, Table, TableError};
