use time::OffsetDateTime;

use super::joined::joined;
use super::verdict::verdict;
use crate::analyze::Privilege;
use crate::model::{Arn, Digest, Fact, Mfa, Provenance, Reason, StaleFact, Unknown, User};
use crate::store::{EntityRecord, KeptVerdict, ObservedDigests};

fn known<T>(value: T) -> Fact<T> {
    let as_of = OffsetDateTime::UNIX_EPOCH;
    let source = "test".into();
    Fact::known(value, &Provenance { source, as_of })
}

fn user() -> User {
    User {
        name: "ann".to_owned(),
        arn: Arn::parse("arn:aws:iam::111122223333:user/ann").unwrap(),
        id: "AIDAANN".to_owned(),
        path: "/".to_owned(),
        created_at: OffsetDateTime::UNIX_EPOCH,
        password_last_used: known(None),
        tags: known(Vec::new()),
        groups: known(Vec::new()),
        attached_policies: known(Vec::new()),
        inline_policies: known(vec!["own".to_owned()]),
        permissions_boundary: known(None),
        mfa: known(Mfa::Active(true)),
        console: Fact::not_collected("test"),
        access_keys: known(Vec::new()),
        service_specific_credentials: known(Vec::new()),
        signing_certificates: known(Vec::new()),
        ssh_public_keys: known(Vec::new()),
    }
}

/// As a read of one user leaves it.
fn read() -> User {
    User {
        mfa: known(Mfa::Active(false)),
        service_specific_credentials: Fact::not_collected("not asked"),
        signing_certificates: Fact::not_collected("not asked"),
        ssh_public_keys: Fact::not_collected("not asked"),
        ..user()
    }
}

fn judged() -> EntityRecord {
    let digest = Digest::of(b"");
    let digests = ObservedDigests {
        observed: digest,
        content: digest,
        merged: digest,
    };
    let mut record = EntityRecord::new(&user(), digests, 1).unwrap();
    let privilege = Privilege::without_documents(&user()).clone();
    record.verdict = KeptVerdict::new(&privilege, OffsetDateTime::UNIX_EPOCH);
    record
}

fn stale(fact: &'static str) -> StaleFact {
    StaleFact {
        fact: fact.into(),
        as_of: OffsetDateTime::UNIX_EPOCH,
        why: Unknown {
            reason: Reason::Denied,
            detail: "no".to_owned(),
        },
    }
}

#[test]
fn what_one_read_does_not_ask_for_stays_and_is_no_newer_than_it_was() {
    let whole = joined(read(), &user(), &[]);
    assert_eq!(whole.mfa.value(), Some(&Mfa::Active(false)));
    assert_eq!(whole.ssh_public_keys, user().ssh_public_keys);
    assert_eq!(whole.signing_certificates, user().signing_certificates);
    let old = stale("ssh_public_keys");
    let whole = joined(read(), &user(), std::slice::from_ref(&old));
    assert_eq!(whole.ssh_public_keys, Fact::Unknown(old.why));
    let another = User {
        id: "AIDAOTHER".to_owned(),
        ..read()
    };
    assert_eq!(joined(another.clone(), &user(), &[]), another);
}

#[test]
fn a_verdict_holds_until_a_policy_is_another_or_is_said_to_be_and_then_needs_a_pass() {
    let judge = |user: &User, record: &EntityRecord, is_of_policies| {
        let judged = verdict(user, Some(record), is_of_policies);
        let verdicts = judged.verdicts.value();
        let holds = verdicts.is_some_and(|it| it.contains_key(&user.id));
        (holds, judged.needs_pass)
    };
    let record = judged();
    assert_eq!(judge(&read(), &record, false), (true, false));
    assert_eq!(judge(&read(), &record, true), (false, true));
    let with_another = User {
        inline_policies: known(vec!["own".to_owned(), "more".to_owned()]),
        ..read()
    };
    assert_eq!(judge(&with_another, &record, false), (false, true));
    let denied = User {
        inline_policies: Fact::unknown(Reason::Denied, "no"),
        ..read()
    };
    assert_eq!(judge(&denied, &record, false), (true, false));
    let mut never = judged();
    never.verdict = None;
    assert_eq!(judge(&read(), &never, false), (false, false));
    let mut old = judged();
    old.stale = vec![stale("privilege")];
    let of_old = verdict(&read(), Some(&old), false);
    let why = of_old.verdicts.why_unknown().unwrap();
    assert_eq!((why.reason, of_old.needs_pass), (Reason::Denied, false));
    assert!(verdict(&with_another, Some(&old), false).needs_pass);
    let new = verdict(&read(), None, false);
    assert!(new.verdicts.value().is_none() && new.needs_pass);
}
