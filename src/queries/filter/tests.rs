//! Three values: what is not known is neither yes nor no.

use std::sync::Arc;

use clap::Parser;
use proptest::option;
use proptest::prelude::{prop, prop_assert_eq, proptest};
use time::{Duration, OffsetDateTime};

use super::*;
use crate::analyze::{AdminVerdict, Privilege, Tier};
use crate::model::{AccessKeyUse, Account, Arn, Provenance, Reason, StaleFact, Unknown};

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::days(20_000));

#[derive(Debug, Parser)]
struct Cli {
    #[command(flatten)]
    filter: FilterArgs,
}

fn known<T>(value: T) -> Fact<T> {
    let source = Provenance {
        source: "a test".into(),
        as_of: NOW,
    };
    Fact::known(value, &source)
}

fn unknown<T>() -> Fact<T> {
    Fact::not_collected("a test")
}

/// A user of whom nothing but its name is known, a year old.
fn anna() -> FoundUser {
    let arn = Arn::parse("arn:aws:iam::111122223333:user/sales/Anna").unwrap();
    let user = User {
        name: "Anna".to_owned(),
        id: "AIDAEXAMPLEANNA000001".to_owned(),
        path: "/sales/".to_owned(),
        created_at: NOW - Duration::days(365),
        password_last_used: unknown(),
        tags: unknown(),
        groups: unknown(),
        attached_policies: unknown(),
        inline_policies: unknown(),
        permissions_boundary: unknown(),
        mfa: unknown(),
        console: unknown(),
        access_keys: unknown(),
        service_specific_credentials: unknown(),
        signing_certificates: unknown(),
        ssh_public_keys: unknown(),
        arn,
    };
    FoundUser {
        account: Arc::new(Account::of(&user.arn)),
        user: Arc::new(user),
        stale: Vec::new(),
        former_names: Vec::new(),
        privilege: unknown(),
        by_names: AdminVerdict::Unknown,
        deleted_at: None,
    }
}

fn with(change: impl FnOnce(&mut User)) -> FoundUser {
    let mut found = anna();
    change(Arc::make_mut(&mut found.user));
    found
}

/// A key of so many days that was used so many days ago.
fn key(age: Option<i64>, used: Option<i64>) -> AccessKey {
    AccessKey {
        id: None,
        active: true,
        rotated_at: age.map(|days| NOW - Duration::days(days)),
        last_used: used.map(|days| AccessKeyUse {
            at: NOW - Duration::days(days),
            service: None,
            region: None,
        }),
    }
}

fn matches(found: &FoundUser, options: &str) -> Match {
    let words = options.split_whitespace();
    let cli = Cli::parse_from(["users"].into_iter().chain(words));
    UserFilter::new(&cli.filter, AdminBy::Auto, NOW).matches(found)
}

#[test]
fn what_is_not_known_is_neither_yes_nor_no() {
    for (options, fact) in [
        ("--admin", "admin"),
        ("--mfa yes", "mfa"),
        ("--mfa no", "mfa"),
        ("--console", "console_access"),
        ("--group ops", "groups"),
        ("--tag team", "tags"),
        ("--key-age 90d", "access_keys"),
        ("--unused 90d", "last_used"),
    ] {
        assert_eq!(
            matches(&anna(), options),
            Match::Unknown(vec![fact]),
            "{options}"
        );
    }
    assert_eq!(matches(&anna(), "--mfa unknown"), Match::Yes);
    assert_eq!(matches(&anna(), ""), Match::Yes);
}

#[test]
fn what_is_as_last_known_is_not_known_now() {
    let mut found = with(|user| user.mfa = known(Mfa::Active(false)));
    let asked = |found: &FoundUser| {
        ["--mfa yes", "--mfa no", "--mfa unknown"].map(|options| matches(found, options))
    };
    assert_eq!(asked(&found), [Match::No, Match::Yes, Match::No]);
    found.stale.push(StaleFact {
        fact: "mfa".into(),
        as_of: NOW,
        why: Unknown {
            reason: Reason::Denied,
            detail: "iam:ListMFADevices".to_owned(),
        },
    });
    let not_known = || Match::Unknown(vec!["mfa"]);
    assert_eq!(asked(&found), [not_known(), not_known(), Match::Yes]);
}

#[test]
fn a_certain_no_counts_more_than_what_is_not_known() {
    assert_eq!(matches(&anna(), "--mfa no --name bob"), Match::No);
    assert_eq!(matches(&anna(), "--mfa no --path /eng/"), Match::No);
    assert_eq!(
        matches(&anna(), "--mfa no --path /sales/ --name a*"),
        Match::Unknown(vec!["mfa"])
    );
}

#[test]
fn an_administrator_is_one_by_what_policies_allow_or_by_names_as_configured() {
    let mut found = anna();
    found.by_names = AdminVerdict::NotAdmin;
    for (tier, expected) in [
        (Tier::Admin, Some(true)),
        (Tier::AdminWithMfa, Some(true)),
        (Tier::CanEscalate, Some(false)),
        (Tier::Unknown, None),
    ] {
        found.privilege = known(Privilege::of_tier(tier));
        assert_eq!(found.is_admin(AdminBy::Effective), expected, "{tier:?}");
        assert_eq!(found.is_admin(AdminBy::Names), Some(false));
    }
}

#[test]
fn one_old_key_is_enough_and_one_of_unknown_age_leaves_it_open() {
    let keys = |keys: Vec<AccessKey>| with(|user| user.access_keys = known(keys));
    let matches = |found: &FoundUser| matches(found, "--key-age 90d");
    assert_eq!(
        matches(&keys(vec![key(Some(91), None), key(None, None)])),
        Match::Yes
    );
    assert_eq!(matches(&keys(vec![key(Some(89), None)])), Match::No);
    assert_eq!(
        matches(&keys(vec![key(Some(89), None), key(None, None)])),
        Match::Unknown(vec!["access_keys"])
    );
    let inactive = AccessKey {
        active: false,
        ..key(Some(200), None)
    };
    assert_eq!(matches(&keys(vec![inactive])), Match::No);
}

#[test]
fn one_recent_use_is_a_no_and_never_used_is_a_yes_if_all_is_known() {
    let user = |password: Fact<Option<i64>>, keys: Fact<Vec<AccessKey>>| {
        with(|user| {
            user.password_last_used = password.map(|days| days.map(|it| NOW - Duration::days(it)));
            user.access_keys = keys;
        })
    };
    let matches = |found: &FoundUser| matches(found, "--unused 90d");
    assert_eq!(
        matches(&user(known(None), known(vec![key(None, None)]))),
        Match::Yes
    );
    assert_eq!(
        matches(&user(known(Some(200)), known(vec![key(None, Some(91))]))),
        Match::Yes
    );
    assert_eq!(matches(&user(known(Some(1)), unknown())), Match::No);
    assert_eq!(
        matches(&user(known(Some(200)), unknown())),
        Match::Unknown(vec!["last_used"])
    );
    let newer = with(|user| user.created_at = NOW - Duration::days(5));
    assert_eq!(matches(&newer), Match::No);
}

proptest! {
    /// Who is told to match for certain, or not to, stays so when more becomes known.
    #[test]
    fn more_knowledge_never_turns_a_certain_answer(
        mfa in option::of(proptest::bool::ANY),
        console in option::of(proptest::bool::ANY),
        options in prop::sample::subsequence(vec!["--mfa yes", "--console", "--name a*"], 0..=3),
    ) {
        let options = options.join(" ");
        let of = |mfa: Option<bool>, console: Option<bool>| with(|user| {
            user.mfa = mfa.map_or_else(unknown, |it| known(Mfa::Active(it)));
            user.console = console.map_or_else(unknown, |enabled| known(crate::model::ConsoleAccess {
                enabled,
                password_last_changed: None,
            }));
        });
        let before = matches(&of(mfa, console), &options);
        if matches!(before, Match::Yes | Match::No) {
            for more in [true, false] {
                let later = of(mfa.or(Some(more)), console.or(Some(!more)));
                prop_assert_eq!(&matches(&later, &options), &before);
            }
        }
    }
}

#[test]
fn a_user_was_created_since_a_date_or_so_long_ago_or_before() {
    let matches = |since: &str| {
        let cli = Cli::parse_from(["test", "--created-since", since]);
        UserFilter::new(&cli.filter, AdminBy::Effective, NOW).matches(&anna())
    };
    assert_eq!(matches("366d"), Match::Yes);
    assert_eq!(matches("364d"), Match::No);
    assert_eq!(matches("2020-01-01"), Match::Yes);
}
