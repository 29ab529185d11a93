#![no_main]
//! Spreadsheets as text, in any encoding.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cover_study::sources::fuzzing::table(bytes));
