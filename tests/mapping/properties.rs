//! What holds for every user: validity, and one digest for one set of facts.

use std::sync::Arc;

use proptest::prelude::*;
use rollcall::map::Dialect;
use rollcall::model::{AccessKeyUse, Account, Arn, Fact, Group, Mfa, PassStamp, User};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::catalogue::{pass, render};
use super::generate::user_of_account;
use super::schema::findings;

const DIALECTS: [Dialect; 2] = [Dialect::Ocsf, Dialect::Sekoia];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_user_gives_events_valid_by_both_schemas((user, account) in user_of_account()) {
        for dialect in DIALECTS {
            let rendered = render(&user, &account, dialect, pass());
            prop_assert!(!rendered.json.contains(&b'\n'));
            let event = serde_json::from_slice(&rendered.json).unwrap();
            let found = findings(dialect, &event);
            prop_assert!(found.is_empty(), "{dialect} {found:#?} {event:#}");
        }
    }

    #[test]
    fn the_order_in_which_aws_lists_changes_nothing(
        (user, account) in user_of_account(), seed in any::<u64>()
    ) {
        let other = shuffled(&user, seed);
        for dialect in DIALECTS {
            let (one, two) = (
                render(&user, &account, dialect, pass()),
                render(&other, &account, dialect, pass()),
            );
            prop_assert_eq!(text(&one.json), text(&two.json));
            prop_assert_eq!(one.digest, two.digest);
        }
    }

    #[test]
    fn a_later_pass_over_the_same_facts_gives_the_same_digest(
        (user, account) in user_of_account()
    ) {
        let later = PassStamp {
            id: Uuid::from_u128(7),
            collected_at: pass().collected_at + Duration::HOUR,
        };
        for dialect in DIALECTS {
            let (one, two) = (
                render(&user, &account, dialect, pass()),
                render(&user, &account, dialect, later),
            );
            prop_assert_eq!(one.digest, two.digest);
            // Only the strict dialect names the pass.
            prop_assert_eq!(one.json == two.json, dialect == Dialect::Sekoia);
        }
    }

    #[test]
    fn last_uses_do_not_change_the_digest((user, account) in user_of_account()) {
        let other = used_at(&user, pass().collected_at);
        for dialect in DIALECTS {
            let (one, two) = (
                render(&user, &account, dialect, pass()),
                render(&other, &account, dialect, pass()),
            );
            prop_assert_eq!(one.digest, two.digest);
        }
    }

    #[test]
    fn digests_differ_between_dialects_accounts_and_users((user, account) in user_of_account()) {
        let digest = |user: &User, account: &Account, dialect| {
            render(user, account, dialect, pass()).digest
        };
        let renamed = User {
            arn: Arn::parse(format!("{}x", user.arn)).unwrap(),
            ..user.clone()
        };
        let elsewhere = Account { id: "another".to_owned(), ..account.clone() };
        prop_assert_ne!(
            digest(&user, &account, Dialect::Ocsf),
            digest(&user, &account, Dialect::Sekoia)
        );
        for dialect in DIALECTS {
            prop_assert_ne!(digest(&user, &account, dialect), digest(&renamed, &account, dialect));
            prop_assert_ne!(digest(&user, &account, dialect), digest(&user, &elsewhere, dialect));
        }
    }
}

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).unwrap()
}

pub(super) fn shuffled(user: &User, seed: u64) -> User {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut user = user.clone();
    shuffle(&mut user.tags, &mut rng);
    shuffle(&mut user.attached_policies, &mut rng);
    shuffle(&mut user.inline_policies, &mut rng);
    shuffle(&mut user.access_keys, &mut rng);
    shuffle(&mut user.service_specific_credentials, &mut rng);
    shuffle(&mut user.signing_certificates, &mut rng);
    shuffle(&mut user.ssh_public_keys, &mut rng);
    if let Fact::Known { value, .. } = &mut user.mfa
        && let Mfa::Devices(devices) | Mfa::AtLeast(devices) = value
    {
        rng.shuffle(devices);
    }
    shuffle(&mut user.groups, &mut rng);
    if let Fact::Known { value, .. } = &mut user.groups {
        for group in value {
            let group: &mut Group = Arc::make_mut(group);
            shuffle(&mut group.attached_policies, &mut rng);
            shuffle(&mut group.inline_policies, &mut rng);
        }
    }
    user
}

fn shuffle<T>(fact: &mut Fact<Vec<T>>, rng: &mut fastrand::Rng) {
    if let Fact::Known { value, .. } = fact {
        rng.shuffle(value);
    }
}

/// The same user, having signed in and having called `sts` with every key at `at`.
pub(super) fn used_at(user: &User, at: OffsetDateTime) -> User {
    let mut user = user.clone();
    if let Fact::Known { value, .. } = &mut user.password_last_used {
        *value = Some(at);
    }
    if let Fact::Known { value, .. } = &mut user.access_keys {
        for key in value {
            key.last_used = Some(AccessKeyUse {
                at,
                service: Some("sts".to_owned()),
                region: None,
            });
        }
    }
    user
}
