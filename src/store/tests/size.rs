//! Large events: counted when too large, and never in files of their own.

use super::super::record::SIZE_MAX;
use super::{Fixture, SINK, event, names_in};

/// Bytes that do not compress, the same for every `seed`.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; len];
    random.fill(&mut bytes);
    bytes
}

#[test]
fn an_event_that_no_page_could_hold_is_counted_and_does_not_hold_up_the_others() {
    let state = Fixture::new();
    let large = event("large", noise(1, SIZE_MAX));
    let counts = state.stage(&[event("u1", "a"), large, event("u2", "b")]);
    assert_eq!((counts.queued[SINK], counts.too_large[SINK]), (2, 1));
    assert_eq!(state.waiting(), ["a", "b"]);
}

#[test]
fn what_was_known_of_a_user_stays_known_when_its_new_state_is_too_large() {
    let state = Fixture::new();
    state.stage(&[event("u", "a")]);
    let counts = state.stage(&[event("u", noise(1, SIZE_MAX))]);
    assert_eq!(counts.too_large[SINK], 1);
    assert_eq!(state.waiting(), ["a"]);
}

#[test]
fn thousands_of_events_near_the_cap_never_leave_the_one_file() {
    let mut state = Fixture::new();
    let near_cap = SIZE_MAX - 1024;
    for (round, chunks) in [(0_u64, 8_u64), (1, 2)] {
        for chunk in 0..chunks {
            let users = chunk * 250..(chunk + 1) * 250;
            let events: Vec<_> = users
                .map(|user| event(&format!("{user:05}"), noise(round << 32 | user, near_cap)))
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
    state.stage(&[event("u", "a")]);
    state.deliver_all();
    state.close();
    let blobs = state.dir.join("store").join("blobs");
    std::fs::write(blobs.join("17"), "a page that was never synced").unwrap();
    state.reopen();
    assert_eq!(state.quarantines(), 1);
    assert_eq!(state.queued(&[event("u", "a")]), 1);
}
