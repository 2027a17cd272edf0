//! Comparing what was found with what is so.

use rollcall::model::{Fact, Mfa, Provenance, Reason, User};
use time::OffsetDateTime;

use crate::support::sim_aws::{SimAccount, Verdict, compare};

fn known<T>(value: T) -> Fact<T> {
    let source = Provenance {
        source: "a test".into(),
        as_of: OffsetDateTime::UNIX_EPOCH,
    };
    Fact::known(value, &source)
}

/// A user with two of everything that has an order.
fn somebody() -> User {
    let users = SimAccount::generate(41, 400).expected();
    let two = |user: &User| {
        let mfa = user.mfa.value().unwrap();
        matches!(mfa, Mfa::Devices(devices) if devices.len() == 2)
            && user.groups.value().unwrap().len() > 1
            && user.attached_policies.value().unwrap().len() > 1
            && user.access_keys.value().unwrap().len() == 1
    };
    users.into_iter().find(two).expect("one of 400")
}

#[test]
fn order_and_missing_facts_are_not_wrong_and_unknown_facts_are_named() {
    let expected = somebody();
    let mut found = expected.clone();
    found.groups = known(
        found
            .groups
            .value()
            .unwrap()
            .iter()
            .rev()
            .cloned()
            .collect(),
    );
    let attached = found.attached_policies.value().unwrap();
    found.attached_policies = known(attached.iter().rev().cloned().collect());
    found.tags = Fact::unknown(Reason::Denied, "iam:ListUserTags");
    let verdict = compare(&expected, &found);
    let unknown = ["tags"].into();
    assert_eq!(
        verdict,
        Verdict {
            wrong: Vec::new(),
            unknown
        }
    );
}

type Change = fn(&mut User);

#[test]
fn every_change_of_one_fact_is_wrong() {
    let expected = somebody();
    let changes: [(&str, Change); 12] = [
        ("id", |user| user.id.push('X')),
        ("path", |user| user.path.push('x')),
        ("created_at", |user| {
            user.created_at += time::Duration::SECOND
        }),
        ("password_last_used", |user| {
            user.password_last_used = known(Some(OffsetDateTime::UNIX_EPOCH));
        }),
        ("tags", |user| user.tags = known(Vec::new())),
        ("groups", |user| {
            user.groups = known(user.groups.value().unwrap()[1..].to_vec())
        }),
        ("groups", |user| {
            let mut groups = user.groups.value().unwrap().clone();
            let group = std::sync::Arc::make_mut(&mut groups[0]);
            group.attached_policies = known(Vec::new());
            group.inline_policies = known(vec!["other".to_owned()]);
            user.groups = known(groups);
        }),
        ("attached_policies", |user| {
            user.attached_policies = known(Vec::new())
        }),
        ("inline_policies", |user| {
            user.inline_policies = known(vec!["other".to_owned()])
        }),
        ("permissions_boundary", |user| {
            user.permissions_boundary = known(Some("arn:other".to_owned()));
        }),
        ("console_access", |user| {
            let mut console = user.console.value().unwrap().clone();
            console.enabled = !console.enabled;
            user.console = known(console);
        }),
        ("access_keys", |user| user.access_keys = known(Vec::new())),
    ];
    for (fact, change) in changes {
        let mut found = expected.clone();
        change(&mut found);
        let wrong = compare(&expected, &found).wrong;
        assert_eq!(wrong.len(), 1, "{fact}: {wrong:?}");
        assert!(wrong[0].starts_with(fact), "{wrong:?}");
    }
}

#[test]
fn mfa_may_be_known_in_part_but_never_wrong() {
    let expected = somebody();
    let Some(Mfa::Devices(devices)) = expected.mfa.value() else {
        panic!("an expected user's devices are known");
    };
    let is_wrong = |mfa: Mfa| {
        let mut found = expected.clone();
        found.mfa = known(mfa);
        !compare(&expected, &found).wrong.is_empty()
    };
    let mut other = devices.clone();
    other[0].serial_number.push('X');
    assert!(!is_wrong(Mfa::Active(true)) && is_wrong(Mfa::Active(false)));
    assert!(!is_wrong(Mfa::AtLeast(devices[..1].to_vec())));
    assert!(is_wrong(Mfa::AtLeast(other[..1].to_vec())));
    assert!(is_wrong(Mfa::Devices(devices[..1].to_vec())) && is_wrong(Mfa::Devices(other)));
}

#[test]
fn an_account_is_the_same_for_the_same_seed_and_has_everything_that_iam_has() {
    let users = SimAccount::generate(42, 500).expected();
    assert_eq!(users, SimAccount::generate(42, 500).expected());
    assert_ne!(users, SimAccount::generate(43, 500).expected());
    let kinds = users.iter().flat_map(|user| match user.mfa.value() {
        Some(Mfa::Devices(devices)) if !devices.is_empty() => devices
            .iter()
            .map(|device| device.kind().as_str())
            .collect(),
        _ => vec!["none"],
    });
    let kinds: std::collections::BTreeSet<_> = kinds.collect();
    assert_eq!(kinds, ["fido", "hardware", "none", "sms", "virtual"].into());
    let has = |what: fn(&User) -> bool| users.iter().any(what);
    assert!(has(|user| user.groups.value().unwrap().len() == 10));
    assert!(!has(|user| user.groups.value().unwrap().len() > 10));
    assert!(has(|user| user.access_keys.value().unwrap().len() == 2));
    assert!(has(|user| user
        .permissions_boundary
        .value()
        .unwrap()
        .is_some()));
    assert!(has(|user| user.name.contains(',')));
}
