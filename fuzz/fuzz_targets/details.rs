//! Saved files of any kind, several of them apart by a zero byte.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let parts = input.splitn(4, |byte| *byte == 0);
    let documents: Vec<(&str, &[u8])> = parts.map(|part| ("a.json", part)).collect();
    rollcall_fuzz::inventory::check(&documents);
    // UTF-16 and gzip have zero bytes of their own.
    rollcall_fuzz::inventory::check(&[("a.json", input)]);
});
