//! Last known values in events: they are sent and marked, and no event is poorer than before.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use rollcall::map::{Dialect, EventInput};
use rollcall::model::{Account, Confirmed, Fact, Mfa, Reason, StaleFact, User};
use serde_json::{Value, json};
use time::Duration;

use super::catalogue::{case, pass, render_input, with_input};
use super::generate::user_of_account;
use super::schema::findings;

const DIALECTS: [Dialect; 2] = [Dialect::Ocsf, Dialect::Sekoia];

/// How many facts [`forget`] can make unknown.
const FACTS: u32 = 14;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_event_is_never_poorer_than_before_while_facts_are_unknown(
        (user, account) in user_of_account(), which in 0..1_u32 << FACTS
    ) {
        let now = forget(&user, which);
        let known = now.with_last_known(&user, &Confirmed::new());
        for dialect in DIALECTS {
            let before = event(&user, &account, &[], dialect);
            let after = event(&known.user, &account, &known.stale, dialect);
            let missing: Vec<String> = paths(&before).difference(&paths(&after)).cloned().collect();
            prop_assert!(missing.is_empty(), "{dialect} {missing:?}");
            let found = findings(dialect, &after);
            prop_assert!(found.is_empty(), "{dialect} {found:#?}");
        }
    }

    #[test]
    fn a_stale_fact_is_marked_as_stale_and_not_as_unknown(
        (user, account) in user_of_account(), which in 0..1_u32 << FACTS
    ) {
        let now = forget(&user, which);
        let known = now.with_last_known(&user, &Confirmed::new());
        let event = event(&known.user, &account, &known.stale, Dialect::Ocsf);
        let names = |list: &str| -> BTreeSet<String> {
            let list = event["unmapped"]["aws_iam"][list].as_array();
            let facts = list.into_iter().flatten().map(|mark| mark["fact"].as_str().unwrap());
            facts.map(str::to_owned).collect()
        };
        let (stale, unknown) = (names("stale"), names("unknown"));
        for fact in stale.intersection(&unknown) {
            // Of one group and of another.
            prop_assert!(fact.starts_with("groups."), "{}", fact);
        }
        let names_of = |user: &User| -> BTreeSet<&str> {
            user.unknown_facts().iter().map(|(fact, _)| *fact).collect()
        };
        let (unknown_before, unknown_now) = (names_of(&user), names_of(&now));
        prop_assert!(stale.iter().all(|fact| unknown_now.contains(fact.as_str())));
        let must_be_stale = unknown_now.difference(&unknown_before);
        prop_assert!(must_be_stale.into_iter().all(|&fact| stale.contains(fact)));
    }

    #[test]
    fn the_digest_is_the_same_whether_values_are_fresh_or_stale(
        (user, account) in user_of_account(), which in 0..1_u32 << FACTS
    ) {
        let now = forget(&user, which);
        let known = now.with_last_known(&user, &Confirmed::new());
        prop_assert_eq!(known.user.content_digest(true), user.content_digest(true));
        for dialect in DIALECTS {
            let digest = |user: &User, stale: &[StaleFact]| {
                with_input(user, &account, |input| {
                    dialect.digest(&EventInput { stale, ..input }).unwrap()
                })
            };
            prop_assert_eq!(digest(&user, &[]), digest(&known.user, &known.stale));
        }
    }
}

#[test]
fn an_event_owes_what_it_lacks_and_the_strict_one_what_is_stale_too() {
    let known = case("stale_facts");
    let last = known.last.as_ref().unwrap();
    let merged = known.user.with_last_known(last, &Confirmed::new());
    let owed = |dialect: Dialect, user: &User, stale: &[StaleFact]| {
        with_input(user, &known.account, |input| {
            dialect.owed(&EventInput { stale, ..input })
        })
    };
    assert_eq!(
        owed(Dialect::Ocsf, &merged.user, &merged.stale),
        ["console_access", "groups.attached_policies", "mfa", "tags"]
    );
    assert_eq!(owed(Dialect::Sekoia, &merged.user, &merged.stale), [""; 0]);
    // Nothing was known before: all that the dialect would show.
    assert_eq!(
        owed(Dialect::Sekoia, &known.user, &[]),
        ["groups.attached_policies", "mfa", "tags"]
    );
    let whole = case("everything_known");
    assert_eq!(owed(Dialect::Ocsf, &whole.user, &[]), [""; 0]);
}

#[test]
fn no_event_owes_ssh_keys_that_are_never_asked_for() {
    let whole = case("everything_known");
    let owed = |reason| {
        let mut user = whole.user.clone();
        user.ssh_public_keys = Fact::unknown(reason, "test");
        with_input(&user, &whole.account, |input| Dialect::Ocsf.owed(&input))
    };
    assert_eq!(owed(Reason::NotCollected), [""; 0]);
    assert_eq!(owed(Reason::Denied), ["ssh_public_keys"]);
}

#[test]
fn content_and_events_agree_on_which_answers_about_mfa_are_the_same() {
    let whole = case("everything_known");
    let Some(Mfa::Devices(devices)) = whole.user.mfa.value().cloned() else {
        panic!("the case lists devices");
    };
    let mut undated = devices.clone();
    undated[0].enabled_at = None;
    let answers = [
        Mfa::Devices(devices.clone()),
        Mfa::AtLeast(devices),
        Mfa::AtLeast(undated),
        Mfa::Devices(Vec::new()),
        Mfa::AtLeast(Vec::new()),
        Mfa::Active(true),
        Mfa::Active(false),
    ];
    let users = answers.map(|mfa| User {
        mfa: Fact::known(mfa, whole.user.mfa.provenance().unwrap()),
        ..whole.user.clone()
    });
    for one in &users {
        for two in &users {
            let are_same = one.content_digest(false) == two.content_digest(false);
            let digest = |user: &User| {
                with_input(user, &whole.account, |it| {
                    Dialect::Ocsf.digest(&it).unwrap()
                })
            };
            assert_eq!(
                digest(one) == digest(two),
                are_same,
                "{:?} {:?}",
                one.mfa,
                two.mfa
            );
        }
    }
}

#[test]
fn a_former_name_is_content_of_the_strict_dialect_alone() {
    let renamed = case("former_names");
    for (dialect, is_content) in [(Dialect::Ocsf, true), (Dialect::Sekoia, false)] {
        let digest = |former_names| {
            with_input(&renamed.user, &renamed.account, |input| {
                let input = EventInput {
                    former_names,
                    ..input
                };
                dialect.digest(&input).unwrap()
            })
        };
        let has_changed = digest(&[]) != digest(&renamed.former_names);
        assert_eq!(has_changed, is_content, "{dialect}");
    }
}

#[test]
fn a_former_arn_is_closed_where_users_are_known_by_it() {
    let renamed = case("former_names");
    let former = &renamed.former_names[0];
    let id = rollcall::model::EventId::from_bytes([0x88; 16]);
    with_input(&renamed.user, &renamed.account, |input| {
        let json = Dialect::Sekoia.write_closing(&input, former, &id).unwrap();
        let event: Value = serde_json::from_slice(&json).unwrap();
        let user = &event["user"];
        for account_or_user in [user, &user["account"]] {
            assert_eq!(account_or_user["name"], "marie.dupont");
            assert_eq!(account_or_user["uid"], former.arn.as_str());
            assert_eq!(account_or_user["uid_alt"], renamed.user.id);
        }
        assert_eq!(event["enrichments"][0]["data"]["is_enabled"], false);
        assert_eq!(event["metadata"]["uid"], id.to_string());
        let found = findings(Dialect::Sekoia, &event);
        assert!(found.is_empty(), "{found:#?}");

        assert!(!Dialect::Ocsf.closes_former_arns());
        let error = Dialect::Ocsf
            .write_closing(&input, former, &id)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "dialect ocsf has no event that closes the former ARN {}",
                former.arn
            )
        );
    });
}

#[test]
fn the_age_of_a_stale_fact_may_move_without_a_change() {
    let known = case("stale_facts");
    let last = known.last.as_ref().unwrap();
    let merged = known.user.with_last_known(last, &Confirmed::new());
    let mut older = merged.stale.clone();
    older[0].as_of -= Duration::DAY;
    older[0].why.reason = Reason::Failed;
    with_input(&merged.user, &known.account, |input| {
        let render = |stale| render_input(&EventInput { stale, ..input }, Dialect::Ocsf);
        let (one, two) = (render(&merged.stale), render(&older));
        assert_eq!(one.digest, two.digest);
        assert_ne!(one.json, two.json);
        assert_eq!(input.pass, pass());
    });
}

fn event(user: &User, account: &Account, stale: &[StaleFact], dialect: Dialect) -> Value {
    with_input(user, account, |input| {
        let rendered = render_input(&EventInput { stale, ..input }, dialect);
        serde_json::from_slice(&rendered.json).unwrap()
    })
}

/// `user` with the facts of the set bits unknown, those of groups among them; MFA may also come
/// down to whether there is any.
fn forget(user: &User, which: u32) -> User {
    let forgets = |bit: u32| which & (1 << bit) != 0;
    let mut now = user.clone();
    if let Fact::Known { value, .. } = &mut now.groups {
        for group in value {
            let group = Arc::make_mut(group);
            forget_if(forgets(0), &mut group.attached_policies);
            forget_if(forgets(1), &mut group.inline_policies);
        }
    }
    if let Fact::Known { value, .. } = &mut now.mfa {
        *value = Mfa::Active(value.is_active());
    }
    forget_if(forgets(2), &mut now.groups);
    forget_if(forgets(3), &mut now.mfa);
    forget_if(forgets(4), &mut now.tags);
    forget_if(forgets(5), &mut now.attached_policies);
    forget_if(forgets(6), &mut now.inline_policies);
    forget_if(forgets(7), &mut now.permissions_boundary);
    forget_if(forgets(8), &mut now.console);
    forget_if(forgets(9), &mut now.access_keys);
    forget_if(forgets(10), &mut now.password_last_used);
    forget_if(forgets(11), &mut now.service_specific_credentials);
    forget_if(forgets(12), &mut now.signing_certificates);
    forget_if(forgets(13), &mut now.ssh_public_keys);
    now
}

fn forget_if<T>(forgets: bool, fact: &mut Fact<T>) {
    if forgets {
        *fact = Fact::unknown(Reason::Denied, "iam:Test");
    }
}

/// Every path of keys in `value`; lists count as one place.
fn paths(value: &Value) -> BTreeSet<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, v)| (key.clone(), v)).collect(),
        Value::Array(array) => array.iter().map(|v| ("[]".to_owned(), v)).collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(key, child)| {
        let deeper = paths(child).into_iter();
        let mut all: Vec<String> = deeper.map(|path| format!("{key}/{path}")).collect();
        all.push(key);
        all
    });
    below.collect()
}

#[test]
fn marks_are_spelled_as_documented() {
    let event = case("stale_facts").event(Dialect::Ocsf);
    let iam = &event["unmapped"]["aws_iam"];
    assert_eq!(
        iam["stale"][1],
        json!({
            "fact": "mfa",
            "as_of": "2026-05-31T12:00:00Z",
            "reason": "denied: iam:ListMFADevices"
        })
    );
    assert_eq!(iam["unknown"].as_array().unwrap().len(), 1);
}
