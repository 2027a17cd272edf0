//! What is put into the outbox, and what is not.

use super::{ACCOUNT, Fixture, SINK, event, staging};

#[test]
fn a_staged_event_waits_over_restarts_until_acknowledged_and_is_then_gone_for_good() {
    let mut state = Fixture::new();
    assert_eq!(state.queued(&[event("u1", "a"), event("u2", "b")]), 2);
    state.reopen();
    assert_eq!(state.waiting(), ["a", "b"]);
    state.acknowledge(&state.outbox()[..1]);
    state.reopen();
    assert_eq!(state.waiting(), ["b"]);
    state.deliver_all();
    state.reopen();
    assert!(state.waiting().is_empty());
    assert_eq!(state.queued(&[event("u1", "a"), event("u2", "b")]), 0);
}

#[test]
fn an_unchanged_user_is_not_queued_twice_neither_waiting_nor_delivered() {
    let state = Fixture::new();
    assert_eq!(state.queued(&[event("u", "a")]), 1);
    let again = state.stage(&[event("u", "a")]);
    assert_eq!((again.queued.len(), again.unchanged[SINK]), (0, 1));
    state.deliver_all();
    let again = state.stage(&[event("u", "a")]);
    assert_eq!((again.queued.len(), again.unchanged[SINK]), (0, 1));
    assert!(state.waiting().is_empty());
}

#[test]
fn a_change_replaces_the_older_state_that_was_not_delivered() {
    let state = Fixture::new();
    state.stage(&[event("u", "a")]);
    assert_eq!(state.queued(&[event("u", "b")]), 1);
    assert_eq!(state.waiting(), ["b"]);
}

#[test]
fn of_two_states_of_a_user_in_one_call_the_later_one_is_kept() {
    let state = Fixture::new();
    state.stage(&[event("u", "a"), event("u", "b")]);
    assert_eq!(state.waiting(), ["b"]);
    state.deliver_all();
    assert_eq!(state.queued(&[event("u", "b")]), 0);
}

#[test]
fn a_user_that_returns_to_an_earlier_state_is_sent_again() {
    let state = Fixture::new();
    for content in ["a", "b", "a"] {
        assert_eq!(state.queued(&[event("u", content)]), 1, "{content}");
        assert_eq!(state.waiting(), [content]);
        state.deliver_all();
    }
}

#[test]
fn a_full_pass_queues_the_unchanged_too() {
    let mut state = Fixture::new();
    state.stage(&[event("u1", "a"), event("u2", "b")]);
    state.deliver_all();
    let events = vec![event("u1", "a"), event("u2", "b")];
    let counts = state
        .store()
        .stage(ACCOUNT, staging(&events), true)
        .unwrap();
    assert_eq!(counts.queued[SINK], 2);
    state.reopen();
    assert_eq!(state.waiting(), ["a", "b"]);
}

#[test]
fn sinks_and_accounts_are_told_apart() {
    let state = Fixture::new();
    let mut elsewhere = event("u", "a");
    elsewhere.sink = "siem2".to_owned();
    state.stage(&[event("u", "a")]);
    assert_eq!(state.stage(&[elsewhere]).queued["siem2"], 1);
    let other = state
        .store()
        .stage("444455556666", staging(&[event("u", "a")]), false);
    assert_eq!(other.unwrap().queued[SINK], 1);
    assert_eq!(state.store().outbox_fill(SINK).events, 2);
    assert_eq!(state.store().outbox_fill("siem2").events, 1);
    state.deliver_all();
    assert_eq!(state.store().outbox_fill(SINK).events, 0);
    assert_eq!(state.store().outbox_fill("siem2").events, 1);
}

#[test]
fn counts_of_several_calls_add_up_with_nothing_left_out() {
    let state = Fixture::new();
    let too_large = event("large", vec![0; 20_000_000]);
    state.stage(&[event("known", "a")]);
    let mut total = state.stage(&[event("known", "a"), event("new", "a")]);
    total.add(state.stage(&[event("known", "a"), event("newer", "a")]));
    assert_eq!((total.unchanged[SINK], total.queued[SINK]), (2, 2));
    assert!(total.too_large.is_empty());
    total.add(state.stage(std::slice::from_ref(&too_large)));
    total.add(state.stage(&[too_large]));
    assert_eq!(total.too_large[SINK], 2);
}
