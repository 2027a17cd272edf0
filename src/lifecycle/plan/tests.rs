//! Guards and key states, one by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::*;
use crate::config::{DesiredPlace, Removals};
use crate::lifecycle::{
    DEACTIVATED_TAG, DesiredKeys, DesiredUser, EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG,
};
use crate::model::{AccessKey, AccessKeyUse, ConsoleAccess, Fact, Provenance, Reason, Tag};

pub(super) const NOW: OffsetDateTime = time::macros::datetime!(2026-11-28 10:00 UTC);
pub(super) const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/edge";

pub(super) fn settings() -> LifecycleSettings {
    LifecycleSettings {
        desired: DesiredPlace::Table("people".to_owned()),
        path: "/r/".to_owned(),
        boundary: Arn::parse(BOUNDARY).unwrap(),
        parameter_prefix: "/rollcall/keys/".to_owned(),
        kms_key: None,
        rotate_after: std::time::Duration::from_secs(15 * 86_400),
        delete_after: std::time::Duration::from_secs(30 * 86_400),
        quarantine_days: 7,
        removals: Removals::Never,
        exempt: vec!["Root2".to_owned()],
        profile: None,
        role_arn: None,
        external_id: None,
    }
}

pub(super) fn known<T>(value: T) -> Fact<T> {
    let provenance = Provenance {
        source: "test".into(),
        as_of: NOW,
    };
    Fact::known(value, &provenance)
}

/// A user of ours, a hundred days old, without access.
pub(super) fn ours(name: &str) -> User {
    User {
        name: name.to_owned(),
        arn: Arn::of_iam("aws", "111122223333", &format!("user/r/{name}")),
        id: format!("AIDA{}", name.to_ascii_uppercase()),
        path: "/r/".to_owned(),
        created_at: NOW - Duration::days(100),
        password_last_used: known(None),
        tags: known(vec![tag(OWNER_TAG, OWNER_VALUE)]),
        groups: known(Vec::new()),
        attached_policies: known(Vec::new()),
        inline_policies: known(Vec::new()),
        permissions_boundary: known(Some(BOUNDARY.to_owned())),
        mfa: Fact::not_collected("test"),
        console: known(ConsoleAccess {
            enabled: false,
            password_last_changed: None,
        }),
        access_keys: known(Vec::new()),
        service_specific_credentials: Fact::not_collected("test"),
        signing_certificates: Fact::not_collected("test"),
        ssh_public_keys: Fact::not_collected("test"),
    }
}

pub(super) fn tag(key: &str, value: &str) -> Tag {
    Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn tagged(mut user: User, key: &str, value: &str) -> User {
    let mut tags = user.tags.value().unwrap().clone();
    tags.push(tag(key, value));
    user.tags = known(tags);
    user
}

/// A key of this age in days, last used so many days ago.
pub(super) fn key(id: &str, age: i64, active: bool, used: Option<i64>) -> AccessKey {
    AccessKey {
        id: Some(id.to_owned()),
        active,
        rotated_at: Some(NOW - Duration::days(age)),
        last_used: used.map(|ago| AccessKeyUse {
            at: NOW - Duration::days(ago),
            service: None,
            region: None,
        }),
    }
}

fn with_keys(name: &str, keys: Vec<AccessKey>) -> User {
    User {
        access_keys: known(keys),
        ..ours(name)
    }
}

pub(super) fn desired(names: &[&str]) -> DesiredState {
    let user = |name: &&str| DesiredUser {
        name: (*name).to_owned(),
        path: "/r/".to_owned(),
        groups: None,
        policies: None,
        tags: BTreeMap::new(),
        keys: DesiredKeys::One,
        exempt: false,
    };
    let users = names.iter().map(|it| (it.to_ascii_lowercase(), user(it)));
    DesiredState {
        place: "table people".to_owned(),
        users: users.collect(),
        removal_bar: None,
    }
}

pub(super) fn observed(users: impl IntoIterator<Item = User>) -> Observed {
    Observed {
        account: Account {
            id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
            name: None,
            organization: None,
        },
        caller: Arn::parse("arn:aws:sts::111122223333:assumed-role/writes/rollcall").unwrap(),
        users: users.into_iter().map(Arc::new).collect(),
        why_incomplete: None,
    }
}

/// The actions, and what is held, in words.
fn planned(names: &[&str], users: Vec<User>) -> (Vec<String>, Vec<String>) {
    planned_at(names, observed(users), NOW)
}

fn planned_at(names: &[&str], at: Observed, now: OffsetDateTime) -> (Vec<String>, Vec<String>) {
    words(&plan(&desired(names), &at, &settings(), now))
}

fn words(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let actions = plan.actions.iter();
    let actions = actions.map(|it| format!("{}: {}", it.user.name, it.action));
    let held = plan.held.iter();
    let held = held.map(|it| format!("{}: {}: {}", it.user.name, it.what, it.why));
    (actions.collect(), held.collect())
}

/// The plan for the keys of one user, who is desired.
fn of_keys(keys: Vec<AccessKey>) -> (Vec<String>, Vec<String>) {
    planned(&["anna"], vec![with_keys("anna", keys)])
}

#[test]
fn a_key_is_rotated_by_its_age_and_not_before() {
    let none: Vec<String> = Vec::new();
    assert_eq!(of_keys(vec![]).0, ["anna: create key"]);
    assert_eq!(
        of_keys(vec![key("A", 14, true, Some(0))]),
        (none.clone(), none.clone())
    );
    let (actions, _) = of_keys(vec![key("A", 15, true, Some(0))]);
    assert_eq!(actions, ["anna: create key beside A"]);
    let waits = of_keys(vec![
        key("A", 20, true, Some(9)),
        key("B", 5, true, Some(0)),
    ]);
    assert_eq!(waits, (none.clone(), none));
}

#[test]
fn an_old_key_is_deactivated_once_unused_and_deleted_three_days_later() {
    let keys = |active| vec![key("A", 31, active, Some(8)), key("B", 16, true, Some(0))];
    let (actions, _) = of_keys(keys(true));
    assert_eq!(
        actions,
        [
            format!("anna: tag {DEACTIVATED_TAG}"),
            "anna: deactivate A".to_owned()
        ]
    );
    // Somebody else deactivated it: the three days begin now.
    assert_eq!(
        of_keys(keys(false)).0,
        [format!("anna: tag {DEACTIVATED_TAG}")]
    );
    let marked = |days: i64| {
        let since = NOW - Duration::days(days);
        let keys_of_mark = vec!["A".to_owned()];
        let mark = crate::lifecycle::Deactivation {
            since,
            keys: keys_of_mark,
        };
        let user = tagged(
            with_keys("anna", keys(false)),
            DEACTIVATED_TAG,
            &mark.to_string(),
        );
        planned(&["anna"], vec![user]).0
    };
    assert_eq!(marked(2), Vec::<String>::new());
    // The delete comes before the create, since there are two slots.
    assert_eq!(marked(3), ["anna: delete A", "anna: create key beside B"]);
}

#[test]
fn what_is_not_certain_about_keys_is_held_and_named() {
    let unused = None;
    for (keys, part) in [
        (
            vec![key("A", 31, true, Some(6)), key("B", 16, true, Some(0))],
            "still used",
        ),
        (
            vec![key("A", 31, true, unused), key("B", 16, true, unused)],
            "not known",
        ),
        (
            vec![key("A", 31, true, unused), key("B", 16, false, unused)],
            "newer key B is inactive",
        ),
        (
            vec![key("A", 20, true, Some(1)), key("B", 5, true, unused)],
            "used since",
        ),
        (vec![key("A", 3, false, unused)], "only key A is inactive"),
        (vec![key("A", -1, true, unused)], "clocks"),
        (
            vec![AccessKey {
                id: None,
                ..key("A", 20, true, unused)
            }],
            "unknown",
        ),
    ] {
        let (actions, held) = of_keys(keys);
        assert!(actions.is_empty(), "{part}: {actions:?}");
        assert!(held[0].contains(part), "{part}: {held:?}");
    }
}

#[test]
fn who_is_desired_and_not_there_is_created_in_one_call_with_what_makes_it_ours() {
    let plan = plan(&desired(&["anna"]), &observed([]), &settings(), NOW);
    let create = UserAction::Create {
        path: "/r/".to_owned(),
        boundary: BOUNDARY.to_owned(),
        tags: vec![tag(OWNER_TAG, OWNER_VALUE)],
    };
    assert_eq!(plan.actions[0].action, create);
    assert_eq!(plan.actions[1].action, UserAction::CreateKey);
}

#[test]
fn a_name_that_is_not_ours_is_reported_and_the_others_go_on() {
    let untagged = User {
        tags: known(Vec::new()),
        ..ours("anna")
    };
    let elsewhere = User {
        path: "/".to_owned(),
        ..ours("anna")
    };
    let unknown = User {
        tags: Fact::unknown(Reason::Denied, "x"),
        ..ours("anna")
    };
    let unbound = User {
        permissions_boundary: known(None),
        ..ours("anna")
    };
    let twin = ours("Anna");
    for (user, part) in [
        (untagged, "no tag"),
        (elsewhere, "not below the path"),
        (unknown, "not known"),
        (unbound, "no permissions boundary"),
        (twin, "case"),
    ] {
        let (actions, held) = planned(&["anna", "bob"], vec![user]);
        assert!(
            actions.iter().all(|it| it.starts_with("bob: ")),
            "{actions:?}"
        );
        assert_eq!(actions.len(), 2);
        assert!(
            held[0][1..].starts_with("nna: everything: ") && held[0].contains(part),
            "{held:?}"
        );
    }
}

#[test]
fn an_extra_is_quarantined_first_and_deleted_when_the_wait_is_over() {
    let extra = with_keys("eve", vec![key("A", 50, true, Some(20))]);
    assert_eq!(planned(&["bob"], vec![extra]).0[2..], ["eve: quarantine"]);
    let since = |days: i64| {
        let since = NOW - Duration::days(days);
        let mark = crate::lifecycle::Deactivation {
            since,
            keys: vec!["A".to_owned()],
        };
        let user = with_keys("eve", vec![key("A", 50, false, Some(20))]);
        tagged(user, QUARANTINE_TAG, &mark.to_string())
    };
    assert!(planned(&["bob"], vec![since(6)]).1[0].contains("until"));
    assert_eq!(
        planned(&["bob"], vec![since(7)]).0[2..],
        ["eve: delete user"]
    );
    // A mark from the future is no wait that is over.
    assert!(planned(&["bob"], vec![since(-9)]).1[0].contains("until"));
    // Desired again, it is put back.
    assert_eq!(planned(&["eve"], vec![since(6)]).0, ["eve: restore"]);
    // Access that came back meanwhile ends the wait.
    let mut back = since(30);
    back.access_keys = known(vec![key("C", 50, true, None)]);
    assert_eq!(planned(&["bob"], vec![back]).0[2..], ["eve: quarantine"]);
}

#[test]
fn each_guard_alone_keeps_an_extra() {
    let young = User {
        created_at: NOW - Duration::hours(23),
        ..ours("eve")
    };
    let ahead = User {
        created_at: NOW + Duration::days(300),
        ..ours("eve")
    };
    let signed_in = User {
        password_last_used: known(Some(NOW - Duration::days(6))),
        ..ours("eve")
    };
    let no_keys = User {
        access_keys: Fact::unknown(Reason::Denied, "x"),
        ..ours("eve")
    };
    let no_console = User {
        console: Fact::unknown(Reason::Failed, "x"),
        ..ours("eve")
    };
    for (user, part) in [
        (ours("root2"), "exempt by [lifecycle]"),
        (tagged(ours("eve"), EXEMPT_TAG, ""), "exempt by its tag"),
        (young, "younger"),
        (ahead, "younger"),
        (signed_in, "used on"),
        (
            with_keys("eve", vec![key("A", 50, true, Some(6))]),
            "used on",
        ),
        (no_keys, "access keys unknown"),
        (no_console, "console password unknown"),
    ] {
        let (actions, held) = planned(&["bob"], vec![user]);
        assert_eq!(actions.len(), 2, "{part}: {actions:?}");
        assert!(
            held[0].contains(": removal: ") && held[0].contains(part),
            "{part}: {held:?}"
        );
    }
    let mut at = observed([ours("eve")]);
    at.caller = ours("eve").arn;
    assert!(planned_at(&["bob"], at, NOW).1[0].contains("caller"));
}

#[test]
fn a_state_or_a_listing_that_may_not_be_whole_removes_nobody() {
    let mut state = desired(&[]);
    state.removal_bar = Some("table people desires nobody".to_owned());
    let nobody = plan(&state, &observed([ours("eve")]), &settings(), NOW);
    assert!(nobody.actions.is_empty() && nobody.held[0].why.contains("desires nobody"));
    let mut at = observed([ours("eve")]);
    at.why_incomplete = Some("9 users were listed, and AWS counts 10".to_owned());
    let (actions, held) = planned_at(&["bob"], at, NOW);
    assert!(actions.is_empty(), "{actions:?}");
    assert!(
        held.iter().all(|it| it.contains("AWS counts 10")),
        "{held:?}"
    );
}

#[test]
fn more_removals_than_five_or_a_tenth_are_none() {
    let plan_of = |extras: usize, all: usize| {
        let names: Vec<String> = (0..all).map(|it| format!("u{it}")).collect();
        let kept: Vec<&str> = names[extras..].iter().map(String::as_str).collect();
        let users = names
            .iter()
            .map(|name| with_keys(name, vec![key("A", 1, true, None)]));
        plan(&desired(&kept), &observed(users), &settings(), NOW)
    };
    for (extras, all, removed) in [(1, 3, 1), (2, 20, 2), (3, 20, 0), (5, 100, 5), (6, 100, 0)] {
        let plan = plan_of(extras, all);
        assert_eq!(plan.actions.len(), removed, "{extras} of {all}");
        assert_eq!(plan.refusal.is_some(), removed == 0, "{extras} of {all}");
        assert_eq!(plan.held.len(), extras - removed);
    }
}

#[test]
fn a_clock_a_year_ahead_deletes_nobody_and_no_key() {
    let keys = vec![key("A", 20, true, Some(0)), key("B", 5, true, Some(0))];
    let users = [with_keys("anna", keys), ours("eve")];
    let ahead = NOW + Duration::days(365);
    let (actions, _) = planned_at(&["anna"], observed(users), ahead);
    assert!(
        actions.iter().all(|it| !it.contains("delete")),
        "{actions:?}"
    );
}
