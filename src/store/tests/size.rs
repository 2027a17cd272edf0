//! Large events: dead letters when too large, and never in files of their own.

use super::{Fixture, RECEIVER, names_in, user};
use crate::store::record::SIZE_MAX;

/// Bytes that do not compress, the same for every `seed`.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

#[test]
fn an_event_that_no_page_could_hold_is_a_dead_letter_and_holds_up_no_other() {
    let state = Fixture::new();
    let large = user("large", noise(1, SIZE_MAX));
    state.queued(&[user("u1", "a"), large.clone(), user("u2", "b")]);
    assert_eq!(state.waiting(), ["a", "b"]);
    let letters = state.store().dead_letters().unwrap();
    assert_eq!((letters.len(), letters[0].user_id()), (1, "large"));
    assert!(
        letters[0].why.contains("a record has at most"),
        "{}",
        letters[0].why
    );
    assert_eq!(state.store().dead_letter_counts()[RECEIVER], 1);
    assert_eq!(state.queued(&[large]), 0);
}

#[test]
fn thousands_of_events_near_the_cap_never_leave_the_one_file() {
    let mut state = Fixture::new();
    let near_cap = SIZE_MAX - 1024;
    for (round, chunks) in [(0_u64, 8_u64), (1, 2)] {
        for chunk in 0..chunks {
            let users = chunk * 250..(chunk + 1) * 250;
            let events: Vec<_> = users
                .map(|at| user(&format!("{at:05}"), noise(round << 32 | at, near_cap)))
                .collect();
            // Fails when a page has moved to blobs/.
            assert_eq!(state.queued(&events), 250);
            if chunk % 2 == 1 {
                state.deliver_all();
            }
        }
        state.reopen();
    }
    let blobs = state.dir.join("store").join("blobs");
    assert_eq!(names_in(&blobs), [""; 0]);
    assert_eq!(state.quarantines(), 0);
}

#[test]
fn a_store_with_pages_outside_its_one_file_is_set_aside_instead_of_failing_for_ever() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    state.deliver_all();
    state.close();
    let blobs = state.dir.join("store").join("blobs");
    std::fs::write(blobs.join("17"), "a page that was never synced").unwrap();
    state.reopen();
    assert_eq!(state.quarantines(), 1);
    assert_eq!(state.queued(&[user("u", "a")]), 1);
}
