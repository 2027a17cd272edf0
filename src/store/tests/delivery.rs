//! Batches, acknowledgements, dead letters, and entries that went missing.

use time::OffsetDateTime;

use super::{ACCOUNT, BatchLimits, Fixture, RECEIVER, Staging, entity, event, user};
use crate::store::Placement;
use crate::store::record::{OutboxKey, receiver_key};

fn place(number: u64) -> Vec<u8> {
    let key = OutboxKey {
        receiver: RECEIVER.to_owned(),
        account: ACCOUNT.to_owned(),
        number,
    };
    key.to_bytes()
}

#[test]
fn an_acknowledged_older_event_does_not_take_the_newer_one_with_it() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let on_its_way = state.outbox();
    state.queued(&[user("u", "b")]);
    state.acknowledge(&on_its_way);
    state.reopen();
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.queued(&[user("u", "b")]), 0);
    state.deliver_all();
    assert_eq!(state.queued(&[user("u", "b")]), 0);
    assert_eq!(state.queued(&[user("u", "a")]), 1);
}

#[test]
fn an_event_acknowledged_twice_or_never_staged_changes_nothing() {
    let state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let delivered = state.outbox();
    let twice = [delivered[0].clone(), delivered[0].clone()];
    state.acknowledge(&twice);
    state.acknowledge(&delivered);
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 0);
    assert_eq!(state.queued(&[user("u", "a")]), 0);
    assert_eq!(state.queued(&[user("u", "b")]), 1);
    state.acknowledge(&delivered);
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 1);
}

#[test]
fn batches_keep_to_their_limits_and_say_whether_they_are_full() {
    let state = Fixture::new();
    state.queued(&["1", "2", "3", "4"].map(|id| user(id, "ten bytes.")));
    let batch = |count, bytes| {
        let limits = BatchLimits { count, bytes };
        let batch = state.store().next_batch(RECEIVER, limits).unwrap();
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
fn an_entry_lost_while_its_state_says_that_it_waits_is_staged_again() {
    let mut state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let outbox = &state.store().shared.trees.outbox;
    outbox.remove(place(1)).unwrap().expect("an entry");
    state.reopen();
    assert!(state.waiting().is_empty());
    assert_eq!(state.queued(&[user("u", "a")]), 1);
    assert_eq!(state.waiting(), ["a"]);
}

#[test]
fn an_entry_damaged_while_open_is_left_out_and_staged_again() {
    let state = Fixture::new();
    state.queued(&[user("u1", "a"), user("u2", "b")]);
    let outbox = &state.store().shared.trees.outbox;
    outbox.insert(place(1), b"garbage").unwrap();
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.queued(&[user("u1", "a"), user("u2", "b")]), 1);
    assert_eq!(state.waiting(), ["b", "a"]);
}

#[test]
fn a_dead_letter_counts_as_sent_until_it_is_retried_with_the_same_id() {
    let mut state = Fixture::new();
    state.queued(&[user("u1", "a"), user("u2", "b")]);
    let rejected = state.outbox()[0].clone();
    let reject = |state: &Fixture| {
        let now = OffsetDateTime::UNIX_EPOCH;
        let receipt = state.outbox()[0].receipt();
        state.store().dead_letter(&receipt, "no", now).unwrap();
    };
    reject(&state);
    state.reopen();
    assert_eq!(state.waiting(), ["b"]);
    assert_eq!(state.queued(&[user("u1", "a")]), 0);
    let counts = state.store().dead_letter_counts();
    assert_eq!(counts.get(RECEIVER), Some(&1));
    let letters = state.store().dead_letters().unwrap();
    assert_eq!((letters[0].sink(), letters[0].user_id()), ("siem", "u1"));
    let at = OffsetDateTime::UNIX_EPOCH;
    let sent = state.store().retry_dead_letters(&letters, at).unwrap();
    assert_eq!(sent, [true]);
    assert_eq!(state.waiting(), ["b", "a"]);
    assert_eq!(state.outbox()[1].id, rejected.id);
    assert!(state.store().dead_letters().unwrap().is_empty());
    assert!(state.store().dead_letter_counts().is_empty());
}

#[test]
fn a_retried_dead_letter_is_dropped_if_outdated_and_sent_if_it_is_a_record() {
    let state = Fixture::new();
    let now = OffsetDateTime::UNIX_EPOCH;
    let mut staging = Staging::new(ACCOUNT, now);
    let mut deleted = event(state.store(), &user("gone", "deleted"));
    deleted.placement = Placement::Record;
    // Another event about the entity was made since.
    deleted.state = None;
    staging.events = vec![event(state.store(), &user("u", "a")), deleted];
    state.store().stage(staging).unwrap();
    for event in state.outbox() {
        let receipt = event.receipt();
        state.store().dead_letter(&receipt, "no", now).unwrap();
    }
    state.queued(&[user("u", "b")]);
    let letters = state.store().dead_letters().unwrap();
    let sent = state.store().retry_dead_letters(&letters, now).unwrap();
    assert_eq!(sent, [false, true]);
    assert_eq!(state.waiting(), ["b", "deleted"]);
}

#[test]
fn a_dead_letter_that_a_user_is_gone_is_untrue_once_its_arn_or_its_user_lives() {
    let state = Fixture::new();
    let now = OffsetDateTime::UNIX_EPOCH;
    let mut staging = Staging::new(ACCOUNT, now);
    let mut deleted = event(state.store(), &user("gone", "deleted"));
    deleted.placement = Placement::Record;
    deleted.state.as_mut().unwrap().is_deleted = true;
    staging.events = vec![deleted];
    state.store().stage(staging).unwrap();
    let receipt = state.outbox()[0].receipt();
    state.store().dead_letter(&receipt, "no", now).unwrap();
    let letter = state.store().dead_letters().unwrap().remove(0);
    let is_untrue = |arn| state.store().tells_untrue_end(&letter, arn).unwrap();
    state.queued(&[user("other", "a")]);
    assert!(!is_untrue("arn"));
    let mut staging = Staging::new(ACCOUNT, now);
    let mut taker = event(state.store(), &user("taker", "b"));
    taker.state.as_mut().unwrap().arn = Some("arn".to_owned());
    staging.events = vec![taker];
    state.store().stage(staging).unwrap();
    assert!(is_untrue("arn") && !is_untrue("another"));
    state.queued(&[user("gone", "back")]);
    assert!(is_untrue("another"));
}

#[test]
fn a_dead_letter_lost_to_damage_is_staged_again_and_a_dropped_one_is_not() {
    let state = Fixture::new();
    state.queued(&[user("lost", "a"), user("dropped", "b")]);
    for event in state.outbox() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let receipt = event.receipt();
        state.store().dead_letter(&receipt, "no", now).unwrap();
    }
    let dead = &state.store().shared.trees.dead;
    dead.remove(place(1)).unwrap().expect("a letter");
    let letters = state.store().dead_letters().unwrap();
    state.store().drop_dead_letters(&letters[..1]).unwrap();
    assert_eq!(state.queued(&[user("lost", "a"), user("dropped", "b")]), 1);
    assert_eq!(state.waiting(), ["a"]);
}

#[test]
fn an_event_that_cannot_be_sent_is_a_dead_letter_at_once_also_in_place_of_a_waiting_one() {
    let state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let mut staging = Staging::new(ACCOUNT, OffsetDateTime::UNIX_EPOCH);
    let mut large = event(state.store(), &user("u", "b"));
    large.unsendable = Some("too large".to_owned());
    staging.events = vec![large];
    state.store().stage(staging).unwrap();
    assert!(state.waiting().is_empty());
    let letters = state.store().dead_letters().unwrap();
    assert_eq!((letters.len(), letters[0].why.as_str()), (1, "too large"));
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 0);
    assert_eq!(state.queued(&[user("u", "b")]), 0);
}

#[test]
fn a_state_under_another_users_key_is_not_taken_for_that_users() {
    let state = Fixture::new();
    state.queued(&[user("u", "a")]);
    let deliveries = &state.store().shared.trees.deliveries;
    let record = deliveries.get(receiver_key(RECEIVER, &entity("u")));
    let stranger = receiver_key(RECEIVER, &entity("stranger"));
    deliveries
        .insert(stranger, record.unwrap().unwrap())
        .unwrap();
    assert_eq!(state.queued(&[user("stranger", "a")]), 1);
}
