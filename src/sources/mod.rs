//! Where tracks and covers come from: spreadsheets with a folder of covers or their addresses, playlists from Spotify
//! and Deezer, or the built-in sample study.

mod candidate;
mod columns;
mod download;
mod folder;
#[cfg(fuzzing)]
pub mod fuzzing;
mod import;
mod numbers;
mod plain;
mod playlist_names;
mod playlists;
pub mod sample;
pub mod services;
mod table;
mod tables;
mod workbook;

pub use columns::{Column, Mapping};
pub use folder::{is_picture_name, pictures_in};
pub use import::{
    Columns, ImportError, ImportProgress, ImportRequest, ImportSummary, TableFile, TablesRequest, import,
    missing_columns,
};
pub use numbers::DecimalMark;
pub use playlists::PlaylistRequest;
pub use table::{Preview, TABLE_ENDINGS, Table, TableError};
