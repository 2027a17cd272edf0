//! Who is created, removed and left alone, and by which guard.

use time::Duration;

use super::fixture::{
    BOUNDARY, NOW, desired, key, known, observed, ours, planned, planned_at, settings, tag, tagged,
    with_keys, words,
};
use super::*;
use crate::lifecycle::{EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG};
use crate::model::{AttachedPolicy, Fact, Group, Reason};

/// A user of ours in groups of these names.
fn in_groups(names: Fact<Vec<&str>>) -> User {
    let group = |name: &str| {
        Arc::new(Group {
            name: name.to_owned(),
            arn: None,
            id: None,
            attached_policies: known(Vec::new()),
            inline_policies: known(Vec::new()),
        })
    };
    let groups = match names {
        Fact::Known { value, .. } => known(value.into_iter().map(group).collect()),
        Fact::Unknown(why) => Fact::Unknown(why),
    };
    User {
        groups,
        ..ours("eve")
    }
}

#[test]
fn members_of_an_exempt_group_keep_their_keys_and_unknown_groups_hold_them() {
    let old = || known(vec![key("A", 20, true, Some(0))]);
    let with_old = |user: User| {
        let access_keys = old();
        planned(
            &["eve"],
            vec![User {
                access_keys,
                ..user
            }],
        )
    };
    let rotated = with_old(in_groups(known(vec!["ops"])));
    assert_eq!(rotated.0, ["eve: create key beside A"]);
    let (actions, held) = with_old(in_groups(known(vec!["break-glass"])));
    assert!(
        actions.is_empty() && held.is_empty(),
        "{actions:?} {held:?}"
    );
    let (actions, held) = with_old(in_groups(Fact::unknown(Reason::Denied, "x")));
    assert!(actions.is_empty(), "{actions:?}");
    assert!(held[0].contains("eve: keys: whether a group"), "{held:?}");
}

#[test]
fn who_is_desired_and_not_there_is_created_in_one_call_with_what_makes_it_ours() {
    let plan = plan(
        &desired(&["anna"]),
        &observed([]),
        &settings(),
        &BTreeSet::new(),
        NOW,
    );
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
        (
            in_groups(known(vec!["break-GLASS"])),
            "exempt by its group break-GLASS",
        ),
        (
            in_groups(Fact::unknown(Reason::Denied, "x")),
            "whether a group exempts it is unknown",
        ),
        (young, "younger"),
        (ahead, "in the future"),
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
    let nobody = plan(
        &state,
        &observed([ours("eve")]),
        &settings(),
        &BTreeSet::new(),
        NOW,
    );
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
        plan(
            &desired(&kept),
            &observed(users),
            &settings(),
            &BTreeSet::new(),
            NOW,
        )
    };
    for (extras, all, removed) in [
        (1, 3, 1),
        (2, 20, 2),
        (3, 20, 0),
        (3, 29, 0),
        (3, 30, 3),
        (5, 100, 5),
        (6, 100, 0),
    ] {
        let plan = plan_of(extras, all);
        assert_eq!(plan.actions.len(), removed, "{extras} of {all}");
        assert_eq!(!plan.refusals.is_empty(), removed == 0, "{extras} of {all}");
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

#[test]
fn nobody_loses_rights_where_many_would_and_the_caller_never_does() {
    let readers = || AttachedPolicy {
        name: "readers".to_owned(),
        arn: "arn:aws:iam::111122223333:policy/readers".to_owned(),
    };
    let reader = |name: &str| User {
        attached_policies: known(vec![readers()]),
        ..ours(name)
    };
    let mut state = desired(&["a", "b", "c"]);
    for user in state.users.values_mut() {
        user.keys = crate::lifecycle::DesiredKeys::None;
        user.policies = Some(std::collections::BTreeSet::new());
    }
    let many = observed([reader("a"), reader("b"), ours("c")]);
    let refused = plan(&state, &many, &settings(), &BTreeSet::new(), NOW);
    assert!(
        refused.actions.is_empty() && refused.held.len() == 2,
        "{refused:?}"
    );
    assert_eq!(refused.refusals[0].of, Taken::Rights);
    let why = &refused.refusals[0].why;
    assert!(why.contains("2 of our 3 users"), "{why}");
    let mut one = observed([reader("a"), ours("b"), ours("c")]);
    let (actions, _) = words(&plan(&state, &one, &settings(), &BTreeSet::new(), NOW));
    assert_eq!(
        actions,
        ["a: detach arn:aws:iam::111122223333:policy/readers"]
    );
    one.caller = ours("a").arn;
    let (actions, held) = words(&plan(&state, &one, &settings(), &BTreeSet::new(), NOW));
    assert!(
        actions.is_empty() && held[0].contains("the caller itself"),
        "{held:?}"
    );
}

#[test]
fn who_was_created_in_the_future_is_shown_and_nothing_is_done_to_it() {
    let ahead = |name: &str| User {
        created_at: NOW + Duration::days(2),
        ..ours(name)
    };
    let (actions, held) = planned(&["anna"], vec![ahead("anna"), ahead("eve")]);
    assert!(actions.is_empty(), "{actions:?}");
    for (held, what) in held.iter().zip(["anna: everything: ", "eve: removal: "]) {
        let is_said = held.starts_with(what) && held.contains("in the future");
        assert!(is_said, "{held}");
    }
    assert_eq!(held.len(), 2);
}
