//! Batches, acknowledgements, and entries that went missing.

use super::super::entry::EntryKey;
use super::{ACCOUNT, BatchLimits, Fixture, SINK, event};

#[test]
fn an_acknowledged_older_event_does_not_take_the_newer_one_with_it() {
    let mut state = Fixture::new();
    state.stage(&[event("u", "a")]);
    let on_its_way = state.outbox();
    state.stage(&[event("u", "b")]);
    state.acknowledge(&on_its_way);
    state.reopen();
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.queued(&[event("u", "b")]), 0);
    state.deliver_all();
    assert_eq!(state.queued(&[event("u", "b")]), 0);
    assert_eq!(state.queued(&[event("u", "a")]), 1);
}

#[test]
fn an_event_acknowledged_twice_or_never_staged_changes_nothing() {
    let state = Fixture::new();
    state.stage(&[event("u", "a")]);
    let delivered = state.outbox();
    state.acknowledge(&delivered);
    state.acknowledge(&delivered);
    assert_eq!(state.queued(&[event("u", "a")]), 0);
    assert_eq!(state.queued(&[event("u", "b")]), 1);
    state.acknowledge(&delivered);
    assert_eq!(state.waiting(), ["b"]);
}

#[test]
fn batches_keep_to_their_limits_and_say_whether_they_are_full() {
    let state = Fixture::new();
    state.stage(&["1", "2", "3", "4"].map(|user| event(user, "ten bytes.")));
    let batch = |count, bytes| {
        let limits = BatchLimits { count, bytes };
        let batch = state.store().next_batch(SINK, limits).unwrap();
        (batch.events.len(), batch.is_full)
    };
    assert_eq!(batch(3, 1000), (3, true));
    assert_eq!(batch(4, 1000), (4, true));
    assert_eq!(batch(5, 1000), (4, false));
    assert_eq!(batch(5, 40), (4, false));
    assert_eq!(batch(5, 39), (3, true));
    assert_eq!(
        batch(5, 1),
        (1, true),
        "a single event may exceed the bytes"
    );
}

#[test]
fn an_entry_lost_while_its_state_says_pending_is_staged_again() {
    let mut state = Fixture::new();
    state.stage(&[event("u", "a")]);
    let key = EntryKey::new(SINK, ACCOUNT, "u");
    let outbox = &state.store().shared.outbox;
    outbox.remove(key.as_bytes()).unwrap();
    state.reopen();
    assert!(state.waiting().is_empty());
    assert_eq!(state.queued(&[event("u", "a")]), 1);
    assert_eq!(state.waiting(), ["a"]);
}

#[test]
fn an_entry_damaged_while_open_is_left_out_and_staged_again_by_the_next_pass() {
    let state = Fixture::new();
    state.stage(&[event("u1", "a"), event("u2", "b")]);
    let key = EntryKey::new(SINK, ACCOUNT, "u1");
    let outbox = &state.store().shared.outbox;
    outbox.insert(key.as_bytes(), b"garbage").unwrap();
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.queued(&[event("u1", "a"), event("u2", "b")]), 1);
    assert_eq!(state.waiting(), ["a", "b"]);
}

#[test]
fn a_checkpoint_never_moves_backwards_and_survives_a_restart() {
    use super::super::Checkpoint;
    use time::macros::datetime;

    let mut state = Fixture::new();
    assert_eq!(state.store().checkpoint(ACCOUNT).unwrap(), None);
    let (early, late) = (
        datetime!(2024-01-01 0:00 UTC),
        datetime!(2025-06-01 0:00 UTC),
    );
    let mut pass = |newest, users| {
        let reached = Checkpoint::new(newest, late, users);
        let reached = state.store().advance_checkpoint(ACCOUNT, reached).unwrap();
        state.reopen();
        assert_eq!(state.store().checkpoint(ACCOUNT).unwrap(), Some(reached));
        (reached.newest_create_date().unwrap(), reached.users)
    };
    assert_eq!(pass(early, 1), (early, 1));
    assert_eq!(pass(late, 3), (late, 3));
    assert_eq!(pass(early, 2), (late, 2));
    assert_eq!(state.store().checkpoint("444455556666").unwrap(), None);
}
