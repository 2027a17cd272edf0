//! A credential report beside the details of two users.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rollcall_fuzz::inventory::{USERS, check};

fuzz_target!(|report: &[u8]| check(&[("details.json", USERS), ("report.csv", report)]));
