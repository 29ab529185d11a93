#![no_main]
//! Spotify's answers: heads, pages old and new, tracks and refusals.

libfuzzer_sys::fuzz_target!(|text: &str| cover_study::sources::fuzzing::spotify(text));
