//! Events that somebody else made.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| rollcall_fuzz::events::check(input));
