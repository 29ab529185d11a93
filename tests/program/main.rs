//! The program from outside and its window in-process; one binary, because each one links the whole window.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod accessible;
mod clicking;
mod deezer;
mod editing;
mod evidence;
mod fake;
mod headless;
mod importing;
mod killed;
mod layout;
mod login;
mod models;
mod narrow;
mod score_panel;
mod snapshots;
mod spotify;
mod spreadsheet_columns;
mod spreadsheet_playlists;
mod spreadsheets;
mod studies;
mod support;
mod window_playlists;
