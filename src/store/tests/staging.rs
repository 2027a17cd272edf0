//! What is put into the outbox, and what is not.

use time::OffsetDateTime;

use super::{ACCOUNT, Fixture, RECEIVER, Staging, entity, event, user};
use crate::store::{MarkUpdate, Placement};

#[test]
fn a_staged_event_waits_over_restarts_until_acknowledged_and_is_then_gone_for_good() {
    let mut state = Fixture::new();
    assert_eq!(state.queued(&[user("u1", "a"), user("u2", "b")]), 2);
    state.reopen();
    assert_eq!(state.waiting(), ["a", "b"]);
    state.acknowledge(&state.outbox()[..1]);
    state.reopen();
    assert_eq!(state.waiting(), ["b"]);
    state.deliver_all();
    state.reopen();
    assert!(state.waiting().is_empty());
    assert_eq!(state.queued(&[user("u1", "a"), user("u2", "b")]), 0);
}

#[test]
fn a_newer_state_takes_the_place_and_the_time_of_the_waiting_one() {
    let state = Fixture::new();
    let stage = |id: &str, content: &str, at_s: i64| {
        let at = OffsetDateTime::from_unix_timestamp(at_s).unwrap();
        let mut staging = Staging::new(ACCOUNT, at);
        staging.events = vec![event(state.store(), &user(id, content))];
        state.store().stage(staging).unwrap();
    };
    stage("u1", "old", 100);
    stage("u2", "b", 200);
    stage("u1", "new", 300);
    assert_eq!(state.waiting(), ["new", "b"]);
    let oldest = || state.store().outbox_fill(RECEIVER).oldest_unix_ms;
    assert_eq!(oldest(), Some(100_000));
    state.acknowledge(&state.outbox()[..1]);
    assert_eq!(oldest(), Some(200_000));
    state.deliver_all();
    assert_eq!(oldest(), None);
}

#[test]
fn a_record_is_never_replaced_and_waits_behind_what_came_before() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
    let mut deleted = event(state.store(), &user("u", "deleted"));
    deleted.placement = Placement::Record;
    deleted.state.as_mut().unwrap().is_deleted = true;
    staging.events = vec![deleted];
    state.store().stage(staging).unwrap();
    assert_eq!(state.waiting(), ["a", "deleted"]);
    state.reopen();
    state.queued(&[user("u", "back")]);
    assert_eq!(state.waiting(), ["a", "deleted", "back"]);
    let id = |event: &crate::store::Queued| event.id;
    let ids: std::collections::BTreeSet<_> = state.outbox().iter().map(id).collect();
    assert_eq!(ids.len(), 3);
    state.deliver_all();
    assert!(state.waiting().is_empty());
}

#[test]
fn an_event_that_must_follow_another_one_leaves_the_place_of_the_waiting_one() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "old name"), user("v", "b")]);
    let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
    let mut moved = event(state.store(), &user("u", "new name"));
    moved.placement = Placement::ReplaceLast;
    staging.events = vec![moved];
    state.store().stage(staging).unwrap();
    assert_eq!(state.waiting(), ["b", "new name"]);
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 2);
    state.reopen();
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 2);
    state.deliver_all();
    assert_eq!(state.queued(&[user("u", "new name")]), 0);
}

#[test]
fn an_earlier_state_that_is_sent_again_has_a_new_event_id() {
    let mut state = Fixture::new();
    let mut ids = Vec::new();
    for content in ["a", "b", "a", "b"] {
        state.queued(&[user("u", content)]);
        ids.push(state.outbox()[0].id);
        state.reopen();
        assert_eq!(state.outbox()[0].id, ids[ids.len() - 1], "over a restart");
        state.deliver_all();
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
}

#[test]
fn a_mark_changes_neither_what_waits_nor_whether_it_was_delivered() {
    let state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let mark = |byte: u8| {
        let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
        staging.marks.push(MarkUpdate {
            receiver: RECEIVER.to_owned(),
            entity: entity("u"),
            mark: [byte; 16],
        });
        state.store().stage(staging).unwrap();
        let state = state.store().delivery_state(RECEIVER, &entity("u"));
        state.unwrap().unwrap()
    };
    let waiting = mark(7);
    assert_eq!((waiting.mark, waiting.is_delivered()), ([7; 16], false));
    assert!(waiting.owed.is_empty(), "{:?}", waiting.owed);
    assert_eq!(state.waiting(), ["a"]);
    state.deliver_all();
    assert!(mark(8).is_delivered());
}
