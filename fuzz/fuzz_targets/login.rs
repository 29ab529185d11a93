#![no_main]
//! What a browser, or anything else, says to the listener of a login.

libfuzzer_sys::fuzz_target!(|head: &[u8]| cover_study::sources::fuzzing::login(head));
