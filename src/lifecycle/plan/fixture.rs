//! Users, states and plans to test with.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};

use super::*;
use crate::config::{DesiredPlace, Removals};
use crate::lifecycle::{DesiredKeys, DesiredUser, OWNER_TAG, OWNER_VALUE};
use crate::model::{AccessKey, AccessKeyUse, ConsoleAccess, Fact, Provenance, Tag};

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
        times: crate::schedule::Times::Every(std::time::Duration::from_secs(3_600)),
        exempt: vec!["Root2".to_owned()],
        exempt_groups: vec!["Break-glass".to_owned()],
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

pub(super) fn tagged(mut user: User, key: &str, value: &str) -> User {
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

pub(super) fn with_keys(name: &str, keys: Vec<AccessKey>) -> User {
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

/// The parameters of these users hold the secrets of their newest keys.
pub(super) fn observed(users: impl IntoIterator<Item = User>) -> Observed {
    let users: Vec<Arc<User>> = users.into_iter().map(Arc::new).collect();
    let newest = |user: &Arc<User>| {
        let keys = user.access_keys.value().into_iter().flatten();
        let newest = keys.max_by_key(|key| key.rotated_at)?;
        Some((user.id.clone(), known(newest.id.clone())))
    };
    Observed {
        stored_keys: users.iter().filter_map(newest).collect(),
        account: Account {
            id: "111122223333".to_owned(),
            partition: "aws".to_owned(),
            name: None,
            organization: None,
        },
        caller: Arn::parse("arn:aws:sts::111122223333:assumed-role/writes/rollcall").unwrap(),
        users,
        why_incomplete: None,
    }
}

/// The actions, and what is held, in words.
pub(super) fn planned(names: &[&str], users: Vec<User>) -> (Vec<String>, Vec<String>) {
    planned_at(names, observed(users), NOW)
}

pub(super) fn planned_at(
    names: &[&str],
    at: Observed,
    now: OffsetDateTime,
) -> (Vec<String>, Vec<String>) {
    words(&plan(
        &desired(names),
        &at,
        &settings(),
        &BTreeSet::new(),
        now,
    ))
}

pub(super) fn words(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let actions = plan.actions.iter();
    let actions = actions.map(|it| format!("{}: {}", it.user.name, it.action));
    let held = plan.held.iter();
    let held = held.map(|it| format!("{}: {}: {}", it.user.name, it.what, it.why));
    (actions.collect(), held.collect())
}
