//! Stores of earlier versions, and what a look at a store leaves alone.

use super::super::entry::EntryKey;
use super::super::migrate::UntimedEntry;
use super::super::{Store, format, record};
use super::{Fixture, SINK, event};

/// Makes the closed store one of format 1, in which `users` wait.
fn age(state: &mut Fixture, users: &[&str]) {
    let store = Store::open(&state.dir).unwrap();
    for user in users {
        let key = EntryKey::new(SINK, super::ACCOUNT, user);
        let entry = UntimedEntry {
            event_id: *event(user, "a").id.as_bytes(),
            json: b"a".to_vec(),
        };
        let old = record::encode(key.as_bytes(), &entry).unwrap();
        store.shared.outbox.insert(key.as_bytes(), old).unwrap();
    }
    store.shared.db.flush().unwrap();
    drop(store);
    std::fs::write(state.dir.join("format"), "rollcall state, format 1\n").unwrap();
}

#[test]
fn what_waits_in_a_store_of_format_1_still_waits_after_its_migration() {
    let mut state = Fixture::new();
    state.stage(&[event("u1", "a"), event("u2", "a")]);
    state.close();
    age(&mut state, &["u1", "u2"]);
    state.reopen();
    assert_eq!(state.waiting().len(), 2);
    let queued_at = state.store().oldest_queued_unix_s(SINK).unwrap().unwrap();
    let age_s = time::OffsetDateTime::now_utc().unix_timestamp() - queued_at;
    assert!((0..60).contains(&age_s), "{age_s}");
    assert_eq!(state.quarantines(), 0);
    let format = std::fs::read_to_string(state.dir.join("format")).unwrap();
    assert_eq!(format, "rollcall state, format 2, checksum 4e4d4144\n");
    assert_eq!(state.stage(&[event("u1", "a")]).unchanged[SINK], 1);
}

#[test]
fn a_store_whose_format_is_told_without_a_checksum_is_taken_as_it_is() {
    let mut state = Fixture::new();
    state.stage(&[event("u", "a")]);
    state.close();
    std::fs::write(state.dir.join("format"), "rollcall state, format 2\n").unwrap();
    state.reopen();
    assert_eq!((state.waiting().len(), state.quarantines()), (1, 0));
}

#[test]
fn no_flipped_bit_makes_a_newer_format_that_would_be_refused_for_ever() {
    let whole = format::text(format::FORMAT);
    let mut state = Fixture::new();
    for bit in 0..whole.len() * 8 {
        let mut damaged = whole.clone().into_bytes();
        damaged[bit / 8] ^= 1 << (bit % 8);
        state.close();
        std::fs::write(state.dir.join("format"), damaged).unwrap();
        state.reopen();
    }
    assert_eq!(state.quarantines(), whole.len() * 8);
}

#[test]
fn a_look_at_a_store_that_is_not_there_makes_none() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state");
    assert!(Store::open_existing(&dir).unwrap().is_none());
    assert!(!dir.exists());
}

#[test]
fn a_look_at_a_damaged_store_is_an_error_and_leaves_it_where_it_is() {
    let mut state = Fixture::new();
    state.stage(&[event("u", "a")]);
    state.close();
    let db = state.dir.join("store").join("db");
    std::fs::write(&db, "no database at all").unwrap();
    let error = Store::open_existing(&state.dir).unwrap_err();
    assert!(error.to_string().contains("is damaged"), "{error}");
    assert!(error.to_string().contains("rollcall collect"), "{error}");
    assert_eq!(state.quarantines(), 0);
}
