//! Any change of a fact that an event shows is a new digest, and so a new event.

use std::sync::Arc;

use rollcall::map::{Dialect, EventInput, MappingRules};
use rollcall::model::{Fact, Group, Mfa, Reason, Tag, User};
use time::Duration;

use super::catalogue::{Mapped, Rendered, case, pass, render, with_input};

type Change = (&'static str, fn(&mut User));

/// Shown by both dialects.
const IN_BOTH: [Change; 9] = [
    ("user id", |u| u.id.push('X')),
    ("create date", |u| u.created_at += Duration::SECOND),
    ("tagged name", |u| known(&mut u.tags)[1].value.push('x')),
    ("no MFA", |u| *known(&mut u.mfa) = Mfa::Active(false)),
    ("MFA unknown", |u| u.mfa = unknown()),
    ("group left", |u| known(&mut u.groups).clear()),
    ("group renamed", |u| group(u).name.push('x')),
    ("group policy detached", |u| {
        known(&mut group(u).attached_policies).clear()
    }),
    ("group policies unknown", |u| {
        group(u).attached_policies = unknown()
    }),
];

/// Shown by the strict dialect only.
const IN_OCSF: [Change; 28] = [
    ("path", |u| u.path.push('x')),
    ("another tag", |u| {
        let (key, value) = ("Team".to_owned(), String::new());
        known(&mut u.tags).push(Tag { key, value });
    }),
    ("group inline policy", |u| {
        known(&mut group(u).inline_policies).clear()
    }),
    ("group inline policies unknown", |u| {
        group(u).inline_policies = unknown()
    }),
    ("policy attached", |u| {
        known(&mut u.attached_policies).clear()
    }),
    ("policies unknown", |u| u.attached_policies = unknown()),
    ("inline policy", |u| known(&mut u.inline_policies).clear()),
    ("inline policies unknown", |u| u.inline_policies = unknown()),
    ("boundary removed", |u| {
        *known(&mut u.permissions_boundary) = None
    }),
    ("boundary unknown", |u| u.permissions_boundary = unknown()),
    ("only MFA active", |u| {
        *known(&mut u.mfa) = Mfa::Active(true)
    }),
    ("console off", |u| known(&mut u.console).enabled = false),
    ("password changed", |u| {
        known(&mut u.console).password_last_changed = None
    }),
    ("console unknown", |u| u.console = unknown()),
    ("key deactivated", |u| {
        known(&mut u.access_keys)[0].active = false
    }),
    ("key rotated", |u| {
        known(&mut u.access_keys)[0].rotated_at = None
    }),
    ("key id", |u| known(&mut u.access_keys)[0].id = None),
    ("key deleted", |u| known(&mut u.access_keys).clear()),
    ("keys unknown", |u| u.access_keys = unknown()),
    ("credential deactivated", |u| {
        known(&mut u.service_specific_credentials)[0].status = "Inactive".to_owned()
    }),
    ("credential expires", |u| {
        known(&mut u.service_specific_credentials)[0].expires_at = None
    }),
    ("credential deleted", |u| {
        known(&mut u.service_specific_credentials).clear()
    }),
    ("credentials unknown", |u| {
        u.service_specific_credentials = unknown()
    }),
    ("certificate deactivated", |u| {
        known(&mut u.signing_certificates)[0].active = false
    }),
    ("certificates unknown", |u| {
        u.signing_certificates = unknown()
    }),
    ("SSH key activated", |u| {
        known(&mut u.ssh_public_keys)[0].status = "Active".to_owned()
    }),
    ("SSH key deleted", |u| known(&mut u.ssh_public_keys).clear()),
    ("SSH keys unknown", |u| u.ssh_public_keys = unknown()),
];

#[test]
fn a_change_shown_by_both_dialects_gives_both_a_new_digest() {
    for (name, change) in IN_BOTH {
        for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
            let (before, after) = around(change, dialect);
            assert_ne!(before.digest, after.digest, "{dialect}: {name}");
        }
    }
}

#[test]
fn a_change_shown_by_the_strict_dialect_alone_is_new_there_alone() {
    for (name, change) in IN_OCSF {
        let (before, after) = around(change, Dialect::Ocsf);
        assert_ne!(before.digest, after.digest, "{name}");
        let (before, after) = around(change, Dialect::Sekoia);
        assert_eq!(before.digest, after.digest, "{name}");
        assert_eq!(before.json, after.json, "{name}");
    }
}

#[test]
fn completeness_and_provenance_of_a_list_are_no_change() {
    let same: [Change; 3] = [
        ("device list incomplete", |u| incomplete(known(&mut u.mfa))),
        ("date of a device", |u| {
            if let Mfa::Devices(devices) = known(&mut u.mfa) {
                devices[0].enabled_at = None;
            }
        }),
        ("another source", |u| {
            if let Fact::Known { provenance, .. } = &mut u.tags {
                provenance.source = "iam:ListUserTags".into();
                provenance.as_of += Duration::DAY;
            }
        }),
    ];
    for (name, change) in same {
        for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
            let (before, after) = around(change, dialect);
            assert_eq!(before.digest, after.digest, "{dialect}: {name}");
        }
    }
}

#[test]
fn another_reason_or_detail_of_an_unknown_fact_is_no_change() {
    let Mapped {
        mut user, account, ..
    } = case("everything_known");
    let mut digest = |reason, detail| {
        user.tags = Fact::unknown(reason, detail);
        render(&user, &account, Dialect::Ocsf, pass()).digest
    };
    let denied = digest(Reason::Denied, "iam:ListUserTags");
    assert_eq!(denied, digest(Reason::Failed, "iam:ListUserTags"));
    assert_eq!(denied, digest(Reason::Denied, "iam:GetUser"));
}

#[test]
fn a_new_name_of_the_account_is_content_of_the_strict_dialect() {
    let Mapped { user, account, .. } = case("everything_known");
    let mut renamed = account.clone();
    renamed.name = Some("acme-test".to_owned());
    let digest = |account, dialect| render(&user, account, dialect, pass()).digest;
    assert_ne!(
        digest(&account, Dialect::Ocsf),
        digest(&renamed, Dialect::Ocsf)
    );
    assert_eq!(
        digest(&account, Dialect::Sekoia),
        digest(&renamed, Dialect::Sekoia)
    );
}

#[test]
fn a_new_last_use_is_a_change_only_where_that_was_asked_for() {
    let Mapped { user, account, .. } = case("everything_known");
    let mut used = user.clone();
    let at = known(&mut used.password_last_used);
    *at = Some(at.map_or(pass().collected_at, |at| at + Duration::HOUR));
    for (is_content, dialect, is_change) in [
        (false, Dialect::Ocsf, false),
        (true, Dialect::Ocsf, true),
        (true, Dialect::Sekoia, false),
    ] {
        let digest = |user| {
            with_input(user, &account, |input| {
                let input = EventInput {
                    rules: &MappingRules {
                        is_last_use_content: is_content,
                        ..MappingRules::default()
                    },
                    ..input
                };
                dialect.digest(&input).unwrap()
            })
        };
        let has_changed = digest(&user) != digest(&used);
        assert_eq!(has_changed, is_change, "{is_content} {dialect}");
    }
}

fn around(change: fn(&mut User), dialect: Dialect) -> (Rendered, Rendered) {
    let Mapped { user, account, .. } = case("everything_known");
    let mut changed = user.clone();
    change(&mut changed);
    (
        render(&user, &account, dialect, pass()),
        render(&changed, &account, dialect, pass()),
    )
}

fn known<T>(fact: &mut Fact<T>) -> &mut T {
    match fact {
        Fact::Known { value, .. } => value,
        Fact::Unknown(why) => panic!("the case knows everything, but {why:?}"),
    }
}

fn group(user: &mut User) -> &mut Group {
    Arc::make_mut(&mut known(&mut user.groups)[0])
}

fn incomplete(mfa: &mut Mfa) {
    if let Mfa::Devices(devices) = mfa {
        *mfa = Mfa::AtLeast(std::mem::take(devices));
    }
}

fn unknown<T>() -> Fact<T> {
    Fact::unknown(Reason::Denied, "iam:Test")
}
