//! What happened in an account, in the order of time and for a limited time.

use time::{Duration, OffsetDateTime};

use super::super::{KeptPass, Staging};
use super::{ACCOUNT, Fixture};

const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn day(day: i64) -> OffsetDateTime {
    START + Duration::days(day)
}

fn pass(state: &Fixture, account: &str, at: OffsetDateTime, user: &str, horizon: OffsetDateTime) {
    let mut staging = Staging::new(at);
    staging.history.push((user.to_owned(), b"changed".to_vec()));
    state.store().stage(account, staging, false).unwrap();
    let pass = KeptPass {
        at,
        facts: b"a pass".to_vec(),
        was_full: true,
        stands_for_unix_ms: None,
    };
    state.store().keep_pass(account, pass, horizon).unwrap();
}

fn days(state: &Fixture, account: &str) -> (Vec<i64>, Vec<i64>) {
    let day =
        |kept: &super::super::Kept| kept.at_unix_ms / Duration::DAY.whole_milliseconds() as i64;
    let (history, passes) = (
        state.store().history(account),
        state.store().passes(account),
    );
    (
        history.unwrap().iter().map(day).collect(),
        passes.unwrap().iter().map(day).collect(),
    )
}

#[test]
fn history_is_told_in_the_order_of_time_and_forgotten_after_its_own() {
    let mut state = Fixture::new();
    for (at, user) in [(1, "AIDAB"), (300, "AIDAA"), (2, "AIDAC")] {
        pass(&state, ACCOUNT, day(at), user, START);
    }
    pass(&state, "444455556666", day(1), "AIDAD", START);
    state.reopen();
    assert_eq!(days(&state, ACCOUNT), (vec![1, 2, 300], vec![1, 2, 300]));
    assert_eq!(state.store().history(ACCOUNT).unwrap()[2].user_id, "AIDAA");
    assert_eq!(state.store().last_full(ACCOUNT).unwrap(), Some(day(2)));
    pass(&state, ACCOUNT, day(301), "AIDAE", day(2));
    assert_eq!(
        days(&state, ACCOUNT),
        (vec![2, 300, 301], vec![2, 300, 301])
    );
    assert_eq!(days(&state, "444455556666"), (vec![1], vec![1]));
    assert_eq!(state.store().accounts().unwrap(), [ACCOUNT, "444455556666"]);
}

#[test]
fn the_last_pass_is_kept_however_long_ago_it_was() {
    let state = Fixture::new();
    pass(&state, ACCOUNT, day(1), "AIDA", day(500));
    assert_eq!(days(&state, ACCOUNT).1, [1]);
}

#[test]
fn a_pass_takes_the_place_of_the_one_it_stands_for() {
    let state = Fixture::new();
    pass(&state, ACCOUNT, day(1), "AIDA", START);
    pass(&state, ACCOUNT, day(2), "AIDA", START);
    let newest = state
        .store()
        .newest_pass(ACCOUNT, |_| true)
        .unwrap()
        .unwrap();
    let pass = KeptPass {
        at: day(3),
        facts: b"another".to_vec(),
        was_full: false,
        stands_for_unix_ms: Some(newest.at_unix_ms),
    };
    state.store().keep_pass(ACCOUNT, pass, START).unwrap();
    assert_eq!(days(&state, ACCOUNT).1, [1, 3]);
    assert_eq!(state.store().last_full(ACCOUNT).unwrap(), Some(day(2)));
    let wanted = |facts: &[u8]| facts == b"a pass";
    let newest = state.store().newest_pass(ACCOUNT, wanted).unwrap().unwrap();
    assert_eq!(newest.facts, b"a pass");
    assert!(
        state
            .store()
            .newest_pass(ACCOUNT, |_| false)
            .unwrap()
            .is_none()
    );
}
