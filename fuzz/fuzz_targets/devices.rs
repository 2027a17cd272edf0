//! Pages of list-mfa-devices and list-virtual-mfa-devices beside the details of two users.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rollcall_fuzz::inventory::{USERS, check};

fuzz_target!(|pages: &[u8]| check(&[("details.json", USERS), ("devices.json", pages)]));
