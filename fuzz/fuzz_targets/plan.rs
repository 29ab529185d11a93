#![no_main]
//! The files of a verdict that is spread over many machines.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cover_study::jobs::fuzz_plan(bytes));
