//! What ended goes after its time: deleted users, sinks and accounts that are gone, quarantines.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::{ACCOUNT, Fixture, RECEIVER, Staging, entity, event, user};
use crate::model::{Arn, Fact, PassRecord, User};
use crate::store::{
    AccountRecord, AuditProgress, EntityRecord, LISTENER, ObservedDigests, PassOf, RecordStaging,
    SyncRecord, Tombstone,
};

const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn day(day: i64) -> OffsetDateTime {
    START + Duration::days(day)
}

fn iam_user(id: &str) -> User {
    User {
        name: id.to_lowercase(),
        arn: Arn::parse(format!("arn:aws:iam::{ACCOUNT}:user/{id}")).unwrap(),
        id: id.to_owned(),
        path: "/".to_owned(),
        created_at: START,
        password_last_used: Fact::not_collected("test"),
        tags: Fact::not_collected("test"),
        groups: Fact::not_collected("test"),
        attached_policies: Fact::not_collected("test"),
        inline_policies: Fact::not_collected("test"),
        permissions_boundary: Fact::not_collected("test"),
        mfa: Fact::not_collected("test"),
        console: Fact::not_collected("test"),
        access_keys: Fact::not_collected("test"),
        service_specific_credentials: Fact::not_collected("test"),
        signing_certificates: Fact::not_collected("test"),
        ssh_public_keys: Fact::not_collected("test"),
    }
}

fn record(id: &str) -> EntityRecord {
    let user = iam_user(id);
    let content = user.content_digest(false);
    let digests = ObservedDigests {
        observed: user.observation_digest(),
        content,
        merged: content,
    };
    EntityRecord::new(&user, digests, 1).unwrap()
}

fn delete(state: &Fixture, id: &str, at: OffsetDateTime) -> Tombstone {
    let mut staging = Staging::new(ACCOUNT, at);
    staging.entities.push((entity(id), record(id)));
    staging.events = vec![event(state.store(), &user(id, "a"))];
    state.store().stage(staging).unwrap();
    let tombstone = record(id).into_tombstone(at.unix_timestamp() * 1_000, String::new());
    let mut staging = Staging::new(ACCOUNT, at);
    staging.deleted.push((entity(id), tombstone.clone()));
    state.store().stage(staging).unwrap();
    tombstone
}

#[test]
fn a_retried_dead_letter_about_a_user_who_is_gone_by_now_only_goes() {
    let state = Fixture::new();
    delete(&state, "AIDA1", day(1));
    let receipt = state.outbox()[0].receipt();
    state.store().dead_letter(&receipt, "no", day(2)).unwrap();
    let letters = state.store().dead_letters().unwrap();
    let sent = state.store().retry_dead_letters(&letters, day(2)).unwrap();
    assert_eq!(sent, [false]);
    assert!(state.waiting().is_empty());
}

#[test]
fn a_kept_user_is_read_back_whole_and_its_tombstone_too() {
    let state = Fixture::new();
    let tombstone = delete(&state, "AIDA1", day(1));
    assert_eq!(tombstone.user(), Some(iam_user("AIDA1")));
    assert!(state.store().user_ids(ACCOUNT).unwrap().is_empty());
    let kept = state.store().tombstones(ACCOUNT).unwrap();
    assert_eq!(kept, [(entity("AIDA1"), tombstone)]);
    let mut staging = Staging::new(ACCOUNT, day(2));
    staging.revived.push(entity("AIDA1"));
    state.store().stage(staging).unwrap();
    assert!(!state.store().has_tombstones(ACCOUNT).unwrap());
}

#[test]
fn a_deleted_user_and_what_was_sent_of_it_go_after_their_time() {
    let mut state = Fixture::new();
    let receivers = [RECEIVER.to_owned()];
    state.store().adopt_receivers(&receivers, day(100)).unwrap();
    delete(&state, "AIDAOLD", day(1));
    delete(&state, "AIDANEW", day(50));
    state.deliver_all();
    let removed = state
        .store()
        .remove_ended(&[], Some(&[]), day(100), day(10))
        .unwrap();
    assert_eq!(removed.tombstones, 1);
    state.reopen();
    let left = state.store().tombstones(ACCOUNT).unwrap();
    assert_eq!(left.len(), 1);
    let sent = |id: &str| state.store().delivery_state(RECEIVER, &entity(id)).unwrap();
    assert!(sent("AIDAOLD").is_none() && sent("AIDANEW").is_some());
}

#[test]
fn a_sink_that_is_gone_is_forgotten_after_its_time_and_no_other() {
    let mut state = Fixture::new();
    let both = [RECEIVER.to_owned(), "other@00000002".to_owned()];
    state.store().adopt_receivers(&both, day(1)).unwrap();
    state.store().adopt_receivers(&both[1..], day(50)).unwrap();
    state.queued(&[user("u", "a")]);
    let removed = state
        .store()
        .remove_ended(&[], Some(&[]), day(100), day(10))
        .unwrap();
    assert_eq!(removed.receivers, [(RECEIVER.to_owned(), 1)]);
    state.reopen();
    assert!(state.waiting().is_empty());
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 0);
    let known = state.store().receivers().unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].receiver, both[1]);
}

#[test]
fn a_configured_sink_is_kept_however_long_its_process_runs() {
    let state = Fixture::new();
    let configured = [RECEIVER.to_owned()];
    state.store().adopt_receivers(&configured, day(1)).unwrap();
    state.queued(&[user("u", "a")]);
    let removed = state
        .store()
        .remove_ended(&configured, Some(&[]), day(200), day(110));
    assert!(removed.unwrap().receivers.is_empty());
    assert_eq!(state.store().outbox_fill(RECEIVER).events, 1);
    // Its time begins when it is taken out.
    let removed = state
        .store()
        .remove_ended(&[], Some(&[]), day(250), day(160));
    assert!(removed.unwrap().receivers.is_empty());
}

#[test]
fn an_account_that_is_gone_is_forgotten_after_its_time() {
    let state = Fixture::new();
    state
        .store()
        .adopt_receivers(&[RECEIVER.to_owned()], day(100))
        .unwrap();
    let mut staging = Staging::new(ACCOUNT, day(1));
    staging.entities.push((entity("AIDA1"), record("AIDA1")));
    state.store().stage(staging).unwrap();
    let account = AccountRecord {
        last_pass: Some(PassOf {
            at_unix_ms: day(1).unix_timestamp() * 1_000,
            record: PassRecord::default(),
        }),
        ..AccountRecord::default()
    };
    state.store().remember_account(ACCOUNT, &account).unwrap();
    let syncs = BTreeMap::from([(RECEIVER.to_owned(), SyncRecord::default())]);
    state.store().remember_syncs(ACCOUNT, &syncs).unwrap();
    for follower in [RECEIVER, LISTENER] {
        let followed = RecordStaging {
            follower: follower.to_owned(),
            account: ACCOUNT.to_owned(),
            at: day(1),
            records: Vec::new(),
            hints: Vec::new(),
            floors: vec![("us-east-1".to_owned(), 1)],
            places: vec!["us-east-1".to_owned()],
            failing: Vec::new(),
        };
        state.store().stage_records(followed).unwrap();
    }
    assert!(
        state
            .store()
            .remove_ended(&[], Some(&[]), day(100), day(1))
            .unwrap()
            .accounts
            .is_empty()
    );
    let removed = state
        .store()
        .remove_ended(&[], Some(&[]), day(100), day(10))
        .unwrap();
    assert_eq!(removed.accounts, [ACCOUNT]);
    assert!(state.store().user_ids(ACCOUNT).unwrap().is_empty());
    for follower in [RECEIVER, LISTENER] {
        let progress = state.store().audit_progress(follower, ACCOUNT).unwrap();
        assert_eq!(progress, AuditProgress::default(), "{follower}");
    }
    assert!(
        state
            .store()
            .sync_record(RECEIVER, ACCOUNT)
            .unwrap()
            .is_none()
    );
}

#[test]
fn only_the_newest_damaged_stores_are_kept_aside() {
    let state = Fixture::new();
    for number in 0..5 {
        std::fs::create_dir(state.dir.join(format!("quarantine-2026010{number}"))).unwrap();
    }
    assert_eq!(
        state
            .store()
            .remove_ended(&[], Some(&[]), START, START)
            .unwrap()
            .quarantines,
        2
    );
    assert_eq!(state.quarantines(), 3);
    let tomorrow = OffsetDateTime::now_utc() + Duration::DAY;
    let removed = state
        .store()
        .remove_ended(&[], Some(&[]), tomorrow, tomorrow)
        .unwrap();
    assert_eq!((removed.quarantines, state.quarantines()), (3, 0));
}
