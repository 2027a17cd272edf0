//! What happened in an account, in the order of time and for a limited time.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::{ACCOUNT, Fixture, Staging};
use crate::model::{HistoryEntry, HistoryKind, PassRecord};
use crate::store::{AccountRecord, Hints, Kept, KeptPass, PassEnd};

const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn day(day: i64) -> OffsetDateTime {
    START + Duration::days(day)
}

fn entry(user: &str) -> HistoryEntry {
    HistoryEntry {
        pass_id: "a pass".to_owned(),
        user_name: user.to_owned(),
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{user}"),
        kind: HistoryKind::Changed,
        changes: Vec::new(),
        done: None,
    }
}

fn pass(
    state: &Fixture,
    account: &str,
    at: OffsetDateTime,
    (user, horizon): (&str, OffsetDateTime),
    stands_for: Option<OffsetDateTime>,
) {
    let mut staging = Staging::new(account, at);
    staging.history.push((user.to_owned(), at, entry(user)));
    state.store().stage(staging).unwrap();
    let end = PassEnd {
        done: Hints::new(),
        account: AccountRecord::default(),
        syncs: BTreeMap::new(),
        pass: KeptPass {
            at,
            record: PassRecord::default(),
            stands_for_unix_ms: stands_for.map(|at| at.unix_timestamp() * 1_000),
        },
        horizon,
    };
    state.store().end_pass(account, end).unwrap();
}

fn days<T>(kept: &[Kept<T>]) -> Vec<i64> {
    let day = |kept: &Kept<T>| kept.at_unix_ms / Duration::DAY.whole_milliseconds() as i64;
    kept.iter().map(day).collect()
}

fn all_days(state: &Fixture, account: &str) -> (Vec<i64>, Vec<i64>) {
    (
        days(&state.store().history(account).unwrap()),
        days(&state.store().passes(account).unwrap()),
    )
}

#[test]
fn history_is_given_in_the_order_of_time_and_forgotten_after_its_own() {
    let mut state = Fixture::new();
    for (at, user) in [(1, "AIDAB"), (300, "AIDAA"), (2, "AIDAC")] {
        pass(&state, ACCOUNT, day(at), (user, START), None);
    }
    pass(&state, "444455556666", day(1), ("AIDAD", START), None);
    state.reopen();
    assert_eq!(
        all_days(&state, ACCOUNT),
        (vec![1, 2, 300], vec![1, 2, 300])
    );
    assert_eq!(state.store().history(ACCOUNT).unwrap()[2].user_id, "AIDAA");
    pass(&state, ACCOUNT, day(301), ("AIDAE", day(2)), None);
    assert_eq!(
        all_days(&state, ACCOUNT),
        (vec![2, 300, 301], vec![2, 300, 301])
    );
    assert_eq!(all_days(&state, "444455556666"), (vec![1], vec![1]));
    assert_eq!(state.store().accounts().unwrap(), [ACCOUNT, "444455556666"]);
}

#[test]
fn the_last_pass_is_kept_however_long_ago_it_was() {
    let state = Fixture::new();
    pass(&state, ACCOUNT, day(1), ("AIDA", day(500)), None);
    assert_eq!(all_days(&state, ACCOUNT).1, [1]);
}

#[test]
fn a_pass_takes_the_place_of_the_one_it_stands_for() {
    let state = Fixture::new();
    pass(&state, ACCOUNT, day(1), ("AIDA", START), None);
    pass(&state, ACCOUNT, day(2), ("AIDA", START), None);
    pass(&state, ACCOUNT, day(3), ("AIDA", START), Some(day(2)));
    assert_eq!(all_days(&state, ACCOUNT).1, [1, 3]);
}

#[test]
fn of_too_much_that_happened_at_once_it_is_kept_that_it_happened() {
    let state = Fixture::new();
    let mut staging = Staging::new(ACCOUNT, day(1));
    let mut large = entry("anna");
    large.changes = vec![crate::model::FieldChange {
        field: "tags".to_owned(),
        before: serde_json::json!("x".repeat(100_000)),
        after: serde_json::json!("y"),
    }];
    staging.history.push(("AIDA".to_owned(), day(1), large));
    state.store().stage(staging).unwrap();
    let kept = state.store().history(ACCOUNT).unwrap();
    assert_eq!((kept.len(), kept[0].what.changes.len()), (1, 0));
}
