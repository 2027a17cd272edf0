//! Saved records of CloudTrail's.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| rollcall_fuzz::records::check(text));
