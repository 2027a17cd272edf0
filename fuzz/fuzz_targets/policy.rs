//! A policy document, parsed and asked.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| rollcall_fuzz::policies::check(text));
