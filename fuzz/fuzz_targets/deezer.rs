#![no_main]
//! Deezer's answers: heads, pages, albums and errors.

libfuzzer_sys::fuzz_target!(|text: &str| cover_study::sources::fuzzing::deezer(text));
