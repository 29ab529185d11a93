#![no_main]
//! Excel and OpenDocument files. The program catches panics of the library that reads them, so only others count.

use std::sync::Once;

static NO_HOOK: Once = Once::new();

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // The fuzzer ends at each panic, caught or not, by a hook; a panic that nobody catches still ends it.
    NO_HOOK.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    cover_study::sources::fuzzing::workbook(bytes);
});
