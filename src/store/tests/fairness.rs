//! Accounts and their turns: none waits for another's flood.

use time::OffsetDateTime;

use super::{BatchLimits, Fixture, RECEIVER, Staging, event, user};
use crate::model::EntityKey;

/// Stages so many users of an account.
fn flood(state: &Fixture, account: &str, users: usize) {
    let mut staging = Staging::new(account, OffsetDateTime::UNIX_EPOCH);
    for number in 0..users {
        let id = format!("{account}-{number:04}");
        let mut event = event(state.store(), &user(&id, format!("{account} {number}")));
        event.entity = EntityKey::user(account, id);
        staging.events.push(event);
    }
    state.store().stage(staging).unwrap();
}

fn accounts_of(state: &Fixture, count: usize) -> Vec<String> {
    let limits = BatchLimits {
        count,
        bytes: usize::MAX,
    };
    let batch = state.store().next_batch(RECEIVER, limits).unwrap();
    let account = |event: &crate::store::Queued| event.entity.account.clone();
    let accounts = batch.events.iter().map(account).collect();
    state.acknowledge(&batch.events);
    accounts
}

#[test]
fn an_account_with_one_event_does_not_wait_for_one_with_thousands() {
    let state = Fixture::new();
    flood(&state, "111111111111", 2_000);
    flood(&state, "999999999999", 1);
    let accounts = accounts_of(&state, 10);
    assert_eq!(accounts.len(), 10);
    assert!(accounts.iter().any(|account| account == "999999999999"));
}

#[test]
fn more_accounts_than_a_batch_holds_take_turns() {
    let state = Fixture::new();
    for account in 0..9 {
        flood(&state, &format!("{account:012}"), 5);
    }
    let mut sent = std::collections::BTreeMap::new();
    for _ in 0..6 {
        for account in accounts_of(&state, 3) {
            *sent.entry(account).or_insert(0) += 1;
        }
    }
    assert_eq!(sent.len(), 9, "{sent:?}");
    assert!(sent.values().all(|count| *count == 2), "{sent:?}");
}

#[test]
fn the_oldest_event_of_an_account_is_sent_first() {
    let state = Fixture::new();
    flood(&state, "111111111111", 20);
    flood(&state, "222222222222", 20);
    let limits = BatchLimits {
        count: 10,
        bytes: usize::MAX,
    };
    let batch = state.store().next_batch(RECEIVER, limits).unwrap();
    let text = |event: crate::store::Queued| String::from_utf8(event.json).unwrap();
    let all: Vec<String> = batch.events.into_iter().map(text).collect();
    for account in ["111111111111", "222222222222"] {
        let of_account: Vec<_> = all.iter().filter(|it| it.starts_with(account)).collect();
        let expected: Vec<String> = (0..5).map(|number| format!("{account} {number}")).collect();
        assert_eq!(of_account, expected.iter().collect::<Vec<_>>());
    }
}
