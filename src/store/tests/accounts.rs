//! What is remembered of accounts, and how far receivers are.

use std::collections::BTreeMap;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{ACCOUNT, Fixture, RECEIVER};
use crate::model::PassRecord;
use crate::store::{AccountRecord, Checkpoint, Hints, KeptPass, PassEnd, PassOf, SyncRecord};

fn end(at: OffsetDateTime, account: AccountRecord) -> PassEnd {
    PassEnd {
        done: Hints::new(),
        account,
        syncs: BTreeMap::new(),
        pass: KeptPass {
            at,
            record: PassRecord::default(),
            stands_for_unix_ms: None,
        },
        horizon: OffsetDateTime::UNIX_EPOCH,
    }
}

#[test]
fn a_checkpoint_never_moves_backwards_and_survives_a_restart() {
    let mut state = Fixture::new();
    assert_eq!(state.store().account(ACCOUNT).unwrap().checkpoint, None);
    let (early, late) = (
        datetime!(2024-01-01 0:00 UTC),
        datetime!(2025-06-01 0:00 UTC),
    );
    let mut pass = |newest, users| {
        let mut account = state.store().account(ACCOUNT).unwrap();
        let reached = Checkpoint::new(newest, late, users).after(account.checkpoint);
        account.checkpoint = Some(reached);
        state.store().end_pass(ACCOUNT, end(late, account)).unwrap();
        state.reopen();
        let kept = state.store().account(ACCOUNT).unwrap().checkpoint.unwrap();
        assert_eq!(kept, reached);
        (kept.newest_create_date().unwrap(), kept.users)
    };
    assert_eq!(pass(early, 1), (early, 1));
    assert_eq!(pass(late, 3), (late, 3));
    assert_eq!(pass(early, 2), (late, 2));
    let other = state.store().account("444455556666").unwrap();
    assert_eq!(other, AccountRecord::default());
}

#[test]
fn a_creation_date_after_the_pass_moves_no_checkpoint_beyond_it() {
    let passed_at = datetime!(2026-01-01 0:00 UTC);
    let checkpoint = Checkpoint::new(passed_at + Duration::days(400), passed_at, 1);
    assert_eq!(checkpoint.newest_create_date(), Some(passed_at));
}

#[test]
fn an_observation_counts_up_and_is_durable_with_the_next_write() {
    let mut state = Fixture::new();
    for ordinal in 1..=3 {
        let mut account = state.store().account(ACCOUNT).unwrap();
        account.ordinal += 1;
        let syncs = BTreeMap::from([(
            RECEIVER.to_owned(),
            SyncRecord {
                epoch: ordinal,
                ..SyncRecord::default()
            },
        )]);
        state
            .store()
            .begin_observation(ACCOUNT, &account, &syncs)
            .unwrap();
        let at = OffsetDateTime::UNIX_EPOCH;
        state.store().end_pass(ACCOUNT, end(at, account)).unwrap();
        state.reopen();
        assert_eq!(state.store().account(ACCOUNT).unwrap().ordinal, ordinal);
        let sync = state.store().sync_record(RECEIVER, ACCOUNT).unwrap();
        assert_eq!(sync.map(|sync| sync.epoch), Some(ordinal));
    }
}

#[test]
fn receivers_that_are_behind_are_found_with_their_accounts() {
    let state = Fixture::new();
    let sync = |is_behind| SyncRecord {
        is_behind,
        ..SyncRecord::default()
    };
    for (account, is_behind) in [("1", true), ("2", false), ("3", true)] {
        let syncs = BTreeMap::from([(RECEIVER.to_owned(), sync(is_behind))]);
        state.store().remember_syncs(account, &syncs).unwrap();
    }
    let behind = state.store().receivers_behind().unwrap();
    let expected = ["1", "3"].map(|account| (RECEIVER.to_owned(), account.to_owned()));
    assert_eq!(behind, expected);
}

#[test]
fn the_last_complete_pass_stays_known_when_a_later_one_stands_for_it() {
    let mut state = Fixture::new();
    let at = datetime!(2026-01-01 0:00 UTC);
    let pass = |at: OffsetDateTime, incomplete: Option<&str>| PassOf {
        at_unix_ms: at.unix_timestamp() * 1_000,
        record: PassRecord {
            incomplete: incomplete.map(Into::into),
            ..PassRecord::default()
        },
    };
    let account = AccountRecord {
        last_complete: Some(pass(at, None)),
        last_pass: Some(pass(at + Duration::HOUR, Some("denied"))),
        ..AccountRecord::default()
    };
    state
        .store()
        .end_pass(ACCOUNT, end(at + Duration::HOUR, account.clone()))
        .unwrap();
    state.reopen();
    assert_eq!(state.store().account(ACCOUNT).unwrap(), account);
}
