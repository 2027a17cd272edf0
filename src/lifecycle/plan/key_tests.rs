//! The states of a user's keys, one by one.

use time::Duration;

use super::fixture::{
    NOW, desired, key, known, observed, planned, planned_at, settings, tagged, with_keys,
};
use super::*;
use crate::lifecycle::DEACTIVATED_TAG;
use crate::model::{AccessKey, Reason};

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
fn a_forced_key_goes_although_it_is_used_once_it_is_old_enough_and_has_a_successor() {
    let forced = |keys: Vec<AccessKey>, id: &str| {
        let forced = BTreeSet::from([id.to_owned()]);
        let at = observed([with_keys("anna", keys)]);
        plan(&desired(&["anna"]), &at, &settings(), &forced, NOW)
    };
    let used = || vec![key("A", 31, true, Some(6)), key("B", 16, true, Some(0))];
    let unclear = || vec![key("A", 31, true, None), key("B", 16, true, None)];
    for (keys, reason) in [
        (used(), "31 days old and forced, though used on 2026-11-22"),
        (unclear(), "31 days old and forced"),
    ] {
        let plan = forced(keys, "A");
        let last = plan.actions.last().unwrap();
        let deactivate = UserAction::DeactivateKey {
            key: "A".to_owned(),
        };
        assert_eq!((&last.action, plan.held.len()), (&deactivate, 0));
        assert!(last.reason.ends_with(reason), "{}", last.reason);
    }
    let young = vec![key("A", 29, true, Some(6)), key("B", 14, true, Some(0))];
    let alone = vec![key("A", 31, true, Some(6))];
    for (keys, id) in [(used(), "B"), (unclear(), "B"), (young, "A"), (alone, "A")] {
        let actions = forced(keys, id).actions.into_iter();
        let actions: Vec<_> = actions.map(|it| it.action.to_string()).collect();
        assert!(
            !actions.iter().any(|it| it.starts_with("deactivate")),
            "{actions:?}"
        );
    }
}

/// The plan for the keys of one user, whose parameter holds the secret of `stored`.
fn of_stored(keys: Vec<AccessKey>, stored: Fact<Option<String>>) -> (Vec<String>, Vec<String>) {
    let mut at = observed([with_keys("anna", keys)]);
    at.stored_keys.insert("AIDAANNA".to_owned(), stored);
    planned_at(&["anna"], at, NOW)
}

#[test]
fn a_key_with_the_stored_secret_stays_although_a_newer_one_is_there() {
    let old_enough = || vec![key("A", 31, true, Some(20)), key("B", 5, true, None)];
    for (stored, part) in [
        (
            known(Some("A".to_owned())),
            "holds the secret of A, not of its newest key B",
        ),
        (known(None), "names no key"),
        (Fact::unknown(Reason::Denied, "x"), "unknown: denied"),
    ] {
        let (actions, held) = of_stored(old_enough(), stored);
        assert!(actions.is_empty(), "{part}: {actions:?}");
        assert!(held[0].contains(part), "{part}: {held:?}");
    }
    let (actions, held) = of_stored(old_enough(), known(Some("B".to_owned())));
    assert!(
        actions[1].contains("deactivate A") && held.is_empty(),
        "{held:?}"
    );
}

#[test]
fn a_key_whose_secret_is_not_stored_is_reported_and_gets_its_successor() {
    let young = of_stored(vec![key("A", 5, true, None)], known(None));
    assert!(
        young.0.is_empty() && young.1[0].contains("names no key"),
        "{young:?}"
    );
    let (actions, held) = of_stored(vec![key("A", 15, true, None)], known(None));
    assert_eq!(actions, ["anna: create key beside A"]);
    assert_eq!(held.len(), 1);
}
