//! What holds of every plan, whatever is desired, observed and the time.

use std::collections::BTreeSet;

use proptest::prelude::*;
use time::{Duration, OffsetDateTime};

use super::fixture::{NOW, desired, key, known, observed, ours, settings, tag};
use super::*;
use crate::lifecycle::{EXEMPT_TAG, OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG};
use crate::model::{Fact, Reason, Tag};

const NAMES: [&str; 12] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "Root2", "A",
];

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let quarantined = (-5_i64..40).prop_map(|days| {
        let since = NOW - Duration::days(days);
        let mark = crate::lifecycle::Deactivation {
            since,
            keys: vec![],
        };
        tag(QUARANTINE_TAG, &mark.to_string())
    });
    let one = prop_oneof![
        4 => Just(tag(OWNER_TAG, OWNER_VALUE)),
        1 => Just(tag(OWNER_TAG, "terraform")),
        1 => Just(tag(EXEMPT_TAG, "")),
        2 => quarantined,
        1 => Just(tag(QUARANTINE_TAG, "soon")),
    ];
    proptest::collection::vec(one, 0..4).prop_map(|mut tags| {
        let mut seen = BTreeSet::new();
        tags.retain(|it| seen.insert(it.key.clone()));
        tags
    })
}

fn fact<T: std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Fact<T>> {
    (value, 0..8).prop_map(|(value, chance)| match chance {
        0 => Fact::unknown(Reason::Denied, "test"),
        _ => known(value),
    })
}

fn user(name: &'static str) -> impl Strategy<Value = User> {
    let one = (0_i64..90, any::<bool>(), proptest::option::of(0_i64..40));
    let keys = proptest::collection::vec(one, 0..3).prop_map(|keys| {
        let keys = keys.into_iter().enumerate();
        let keys = keys.map(|(n, (age, active, used))| key(["KA", "KB"][n], age, active, used));
        keys.collect::<Vec<_>>()
    });
    let used = proptest::option::of(-2_i64..30);
    let used = used.prop_map(|days| days.map(|days| NOW - Duration::days(days)));
    let path = prop_oneof![5 => Just("/r/"), 1 => Just("/"), 1 => Just("/r")];
    (fact(tags()), fact(keys), fact(used), path, 0_i64..60).prop_map(
        move |(tags, access_keys, password_last_used, path, days)| User {
            tags,
            access_keys,
            password_last_used,
            path: path.to_owned(),
            created_at: NOW - Duration::days(days),
            ..ours(name)
        },
    )
}

fn world() -> impl Strategy<Value = (DesiredState, Observed, OffsetDateTime)> {
    let names = proptest::sample::subsequence(&NAMES[..11], 0..11);
    let users = proptest::sample::subsequence(&NAMES[..], 0..12)
        .prop_flat_map(|names| names.into_iter().map(user).collect::<Vec<_>>());
    (names, users, any::<[bool; 2]>(), -400_i64..400).prop_map(|(names, mut users, bars, days)| {
        // Twins by case cannot be in one account.
        let mut seen = BTreeSet::new();
        users.retain(|it| seen.insert(it.name.to_ascii_lowercase()));
        let mut state = desired(&names);
        state.removal_bar = (bars[0] || names.is_empty()).then(|| "no sentinel".to_owned());
        let mut at = observed(users);
        at.why_incomplete = bars[1].then(|| "half".to_owned());
        (state, at, NOW + Duration::days(days))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn only_what_is_ours_is_acted_on_and_removals_keep_every_guard((state, at, now) in world()) {
        let plan = plan(&state, &at, &settings(), &BTreeSet::new(), now);
        let find = |id: &String| at.users.iter().find(|user| user.id == *id);
        for planned in &plan.actions {
            let Some(id) = &planned.user.id else {
                prop_assert!(state.get(&planned.user.name).is_some());
                continue;
            };
            let user = find(id).unwrap();
            prop_assert_eq!(owner(user, &settings()), Owner::Us);
            if !planned.action.is_removal() {
                prop_assert!(state.get(&user.name).is_some());
                continue;
            }
            prop_assert!(state.get(&user.name).is_none());
            prop_assert!(state.removal_bar.is_none() && at.why_incomplete.is_none());
            let tags = user.tags.value().unwrap();
            prop_assert!(tags.iter().all(|it| it.key != EXEMPT_TAG) && user.name != "Root2");
            prop_assert!(now - user.created_at >= Duration::DAY);
            let keys = user.access_keys.value().unwrap();
            let used = keys.iter().filter_map(|key| Some(key.last_used.as_ref()?.at));
            let used = used.chain(*user.password_last_used.value().unwrap());
            prop_assert!(used.max().is_none_or(|it| now - it >= Duration::days(7)));
            if planned.action == UserAction::Delete {
                prop_assert!(tags.iter().any(|it| it.key == QUARANTINE_TAG));
                prop_assert!(keys.iter().all(|it| !it.active));
            }
        }
        let removals = plan.actions.iter().filter(|it| it.action.is_removal()).count();
        let ours = at.users.iter().filter(|it| owner(it, &settings()) == Owner::Us).count();
        prop_assert!(removals <= 5 && removals <= (ours / 10).max(1));
        prop_assert!(plan.refusals.iter().all(|it| it.of != Taken::Users) || removals == 0);
    }

    #[test]
    fn no_key_is_deleted_while_another_is_not_there((state, at, now) in world()) {
        let plan = plan(&state, &at, &settings(), &BTreeSet::new(), now);
        for planned in &plan.actions {
            let (UserAction::DeleteKey { key } | UserAction::DeactivateKey { key }) = &planned.action
            else {
                continue;
            };
            let user = at.users.iter().find(|user| Some(&user.id) == planned.user.id.as_ref());
            let keys = user.unwrap().access_keys.value().unwrap();
            let old = keys.iter().find(|it| it.id.as_ref() == Some(key)).unwrap();
            let newer = keys.iter().filter(|it| it.rotated_at >= old.rotated_at && it.id != old.id);
            prop_assert_eq!(newer.filter(|it| it.active).count(), 1);
        }
    }

    #[test]
    fn the_same_states_and_time_give_the_same_plan((state, at, now) in world()) {
        let mut turned = at.clone();
        turned.users.reverse();
        prop_assert_eq!(
            plan(&state, &at, &settings(), &BTreeSet::new(), now),
            plan(&state, &turned, &settings(), &BTreeSet::new(), now)
        );
    }
}
