#![no_main]
//! Pasted playlist links.

libfuzzer_sys::fuzz_target!(|text: &str| {
    let _ = cover_study::sources::services::parse_links(text, None);
});
