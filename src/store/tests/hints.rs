//! What is to be read again: kept until it was, whatever else happens.

use std::collections::BTreeMap;

use time::{Duration, OffsetDateTime};

use super::{ACCOUNT, Fixture};
use crate::model::PassRecord;
use crate::store::{AccountRecord, Hints, KeptPass, PassEnd};

fn note(fixture: &Fixture, hints: &[&str]) -> Hints {
    let hints: Vec<String> = hints.iter().map(|it| (*it).to_owned()).collect();
    fixture.store().note_hints(ACCOUNT, &hints).unwrap();
    fixture.store().hints(ACCOUNT).unwrap()
}

fn names(fixture: &Fixture) -> Vec<String> {
    let hints = fixture.store().hints(ACCOUNT).unwrap();
    hints.into_keys().collect()
}

#[test]
fn a_hint_is_kept_over_a_restart_until_it_was_seen_to() {
    let mut fixture = Fixture::new();
    note(&fixture, &["ann", "bob"]);
    note(&fixture, &["ann"]);
    fixture.reopen();
    assert_eq!(fixture.store().hinted_accounts().unwrap(), [ACCOUNT]);
    let seen = fixture.store().hints(ACCOUNT).unwrap();
    // There is news of this one while somebody reads both.
    note(&fixture, &["bob"]);
    fixture.store().settle_hints(ACCOUNT, &seen).unwrap();
    assert_eq!(names(&fixture), ["bob"]);
    let seen = fixture.store().hints(ACCOUNT).unwrap();
    fixture.store().settle_hints(ACCOUNT, &seen).unwrap();
    assert!(fixture.store().hinted_accounts().unwrap().is_empty());
}

#[test]
fn the_end_of_a_pass_forgets_what_it_has_seen_to_alone() {
    let fixture = Fixture::new();
    let mut done = note(&fixture, &["everybody", "ann"]);
    done.remove("ann");
    let end = |done: &Hints| PassEnd {
        account: AccountRecord::default(),
        syncs: BTreeMap::new(),
        done: done.clone(),
        pass: KeptPass {
            at: OffsetDateTime::UNIX_EPOCH + Duration::DAY,
            record: PassRecord::default(),
            stands_for_unix_ms: None,
        },
        horizon: OffsetDateTime::UNIX_EPOCH,
    };
    fixture.store().end_pass(ACCOUNT, end(&done)).unwrap();
    assert_eq!(names(&fixture), ["ann"]);
    note(&fixture, &["everybody"]);
    fixture.store().end_pass(ACCOUNT, end(&done)).unwrap();
    assert_eq!(names(&fixture), ["ann", "everybody"]);
}
