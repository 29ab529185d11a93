#![no_main]
//! Covers, as they come from folders and servers.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = cover_study::study::picture::decode(bytes);
});
