use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::{Confirmed, LastKnown, StaleFact};
use crate::model::{
    Arn, AttachedPolicy, ConsoleAccess, Fact, Group, Mfa, MfaDevice, Provenance, Reason, Tag, User,
};

const LAST: i64 = 1;
const NOW: i64 = 2;

mod groups;
mod mfa;

fn day(day: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::days(day)
}

fn known<T>(value: T, as_of: i64) -> Fact<T> {
    let provenance = Provenance {
        source: "test".into(),
        as_of: day(as_of),
    };
    Fact::known(value, &provenance)
}

fn denied<T>() -> Fact<T> {
    Fact::unknown(Reason::Denied, "iam:Test")
}

/// A user without any known fact.
fn nobody() -> User {
    User {
        name: "anna".to_owned(),
        arn: Arn::parse("arn:aws:iam::111122223333:user/anna").unwrap(),
        id: "AIDA1".to_owned(),
        path: "/".to_owned(),
        created_at: day(0),
        password_last_used: denied(),
        tags: denied(),
        groups: denied(),
        attached_policies: denied(),
        inline_policies: denied(),
        permissions_boundary: denied(),
        mfa: denied(),
        console: denied(),
        access_keys: denied(),
        service_specific_credentials: denied(),
        signing_certificates: denied(),
        ssh_public_keys: denied(),
    }
}

fn merged(now: &User, last: &User) -> LastKnown {
    now.with_last_known(last, &Confirmed::new())
}

fn stale_names(known: &LastKnown) -> Vec<&str> {
    known
        .stale
        .iter()
        .map(|stale| stale.fact.as_ref())
        .collect()
}

#[test]
fn what_is_unknown_now_is_as_last_known_with_its_provenance_and_marked_as_stale() {
    let tags = vec![Tag {
        key: "team".to_owned(),
        value: "core".to_owned(),
    }];
    let last = User {
        tags: known(tags, LAST),
        ..nobody()
    };
    let now = User {
        inline_policies: known(Vec::new(), NOW),
        ..nobody()
    };
    let result = merged(&now, &last);
    assert_eq!(result.user.tags, last.tags);
    assert_eq!(result.user.inline_policies, now.inline_policies);
    assert_eq!(result.user.groups, denied());
    let stale = StaleFact {
        fact: "tags".into(),
        as_of: day(LAST),
        why: denied::<()>().why_unknown().unwrap().clone(),
    };
    assert_eq!(result.stale, [stale]);
}

#[test]
fn a_stale_fact_is_as_old_as_its_value_or_as_the_later_confirmation_of_the_account() {
    let last = User {
        tags: known(Vec::new(), 5),
        ..nobody()
    };
    for (confirmed, expected) in [(None, 5), (Some(4), 5), (Some(6), 6)] {
        let confirmed = confirmed.map(|at| ("tags".to_owned(), day(at)));
        let confirmed: Confirmed = confirmed.into_iter().collect();
        let stale = nobody().with_last_known(&last, &confirmed).stale;
        assert_eq!(stale[0].as_of, day(expected));
    }
}

#[test]
fn of_another_user_of_the_same_name_nothing_is_taken() {
    let last = User {
        id: "AIDA2".to_owned(),
        tags: known(Vec::new(), LAST),
        ..nobody()
    };
    let result = merged(&nobody(), &last);
    assert_eq!(result.user, nobody());
    assert_eq!(result.stale, []);
}

#[test]
fn console_access_without_the_date_of_the_password_keeps_the_known_date() {
    let with = |enabled, changed: Option<i64>| User {
        console: known(
            ConsoleAccess {
                enabled,
                password_last_changed: changed.map(day),
            },
            NOW,
        ),
        ..nobody()
    };
    let last = with(true, Some(1));
    assert_eq!(merged(&with(true, None), &last).user.console, last.console);
    for now in [with(false, None), with(true, Some(2))] {
        assert_eq!(merged(&now, &last).user.console, now.console);
    }
}

#[test]
fn a_credential_report_that_is_older_than_a_call_changes_nothing() {
    let today = OffsetDateTime::UNIX_EPOCH + time::Duration::DAY * 9;
    let mfa = |active, source: &'static str, as_of| User {
        mfa: Fact::known(
            Mfa::Active(active),
            &Provenance {
                source: source.into(),
                as_of,
            },
        ),
        ..nobody()
    };
    let called = mfa(true, "iam:ListMFADevices", today);
    let of_report = |as_of| mfa(false, super::super::CREDENTIAL_REPORT, as_of);
    let is_active =
        |now: &User, last: &User| merged(now, last).user.mfa.value().unwrap().is_active();
    let hour = time::Duration::HOUR;
    assert!(is_active(&of_report(today - hour), &called));
    assert!(!is_active(&of_report(today + hour), &called));
    // A report has no part of a second: the one that was made right after.
    let moment = time::Duration::milliseconds(900);
    assert!(!is_active(&of_report(today - moment), &called));
    // A clock that was wrong does not hold what is kept for ever.
    assert!(!is_active(&of_report(today - hour * 13), &called));
    assert!(!is_active(
        &mfa(false, "iam:ListMFADevices", today - hour),
        &called
    ));
}
