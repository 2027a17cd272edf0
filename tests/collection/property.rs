//! Whatever goes wrong: nothing false is sent, no user is lost silently, and what is
//! unknown is exactly what the faults hid.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::collected::collect;
use super::drawn::Drawn;
use super::judge::judge;
use crate::support::block_on;

const CASES: u64 = 64;
/// `scripts/test --long`.
const CASES_LONG: u64 = 1_500;
/// Cases at a time: most of their time is spent in pauses before calls are sent again.
const AT_A_TIME: usize = 16;

#[test]
fn collected_facts_equal_the_account_except_those_that_the_faults_hid() {
    let cases = match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => CASES_LONG,
        None => CASES,
    };
    let (next, found) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                let mut number = next.fetch_add(1, Ordering::Relaxed);
                while number < cases && found.lock().unwrap().len() < 3 {
                    let failed = failure(number);
                    found.lock().unwrap().extend(failed);
                    number = next.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// What is wrong about the case of this number.
fn failure(number: u64) -> Option<String> {
    let case = Drawn::of(number);
    let sim = case.start();
    let collected = block_on(collect(&sim, case.settings(&sim)));
    let wrong = judge(&case, &sim.account(), &collected);
    let first = &wrong[..wrong.len().min(5)];
    (!wrong.is_empty()).then(|| {
        format!(
            "case {number}: {} users\n{:?}\n{:?}\n{}",
            case.account.users.len(),
            case.reading,
            case.troubles,
            first.join("\n")
        )
    })
}
