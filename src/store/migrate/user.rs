//! A user as format 2 kept it: facts by position, without where they came from.

use std::sync::Arc;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::model::{self, Arn, Fact, Provenance};

/// What a kept user began with: this byte, and a mark of eight bytes.
const LAYOUT: u8 = 2;
const MARK_LEN: usize = 8;

#[derive(Deserialize)]
struct User {
    name: String,
    arn: String,
    id: String,
    path: String,
    created_at: OffsetDateTime,
    password_last_used: Option<Option<OffsetDateTime>>,
    tags: Option<Vec<Tag>>,
    groups: Option<Vec<Group>>,
    attached_policies: Option<Vec<AttachedPolicy>>,
    inline_policies: Option<Vec<String>>,
    permissions_boundary: Option<Option<String>>,
    mfa: Option<Mfa>,
    console: Option<ConsoleAccess>,
    access_keys: Option<Vec<AccessKey>>,
}

#[derive(Deserialize)]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    arn: Option<String>,
    id: Option<String>,
    attached_policies: Option<Vec<AttachedPolicy>>,
    inline_policies: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct AttachedPolicy {
    name: String,
    arn: String,
}

#[derive(Deserialize)]
enum Mfa {
    Devices(Vec<MfaDevice>),
    AtLeast(Vec<MfaDevice>),
    Active(bool),
}

#[derive(Deserialize)]
struct MfaDevice {
    serial_number: String,
    enabled_at: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
struct ConsoleAccess {
    enabled: bool,
    password_last_changed: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
struct AccessKey {
    id: Option<String>,
    active: bool,
    rotated_at: Option<OffsetDateTime>,
    last_used: Option<AccessKeyUse>,
}

#[derive(Deserialize)]
struct AccessKeyUse {
    at: OffsetDateTime,
    service: Option<String>,
    region: Option<String>,
}

/// The user that `kept` holds, its facts as of that moment; `None` if it is in another layout.
pub(super) fn read(kept: &[u8], as_of_unix_ms: i64) -> Option<model::User> {
    let facts = match kept.split_first() {
        Some((&LAYOUT, rest)) => rest.get(MARK_LEN..)?,
        _ => return None,
    };
    let user: User = postcard::from_bytes(facts).ok()?;
    let as_of = OffsetDateTime::from_unix_timestamp_nanos(i128::from(as_of_unix_ms) * 1_000_000);
    let kept = Kept(Provenance {
        source: "kept by an earlier version".into(),
        as_of: as_of.ok()?,
    });
    Some(model::User {
        name: user.name,
        arn: Arn::parse(user.arn).ok()?,
        id: user.id,
        path: user.path,
        created_at: user.created_at,
        password_last_used: kept.fact(user.password_last_used),
        tags: kept.list(user.tags, |tag| model::Tag {
            key: tag.key,
            value: tag.value,
        }),
        groups: kept.list(user.groups, |group| Arc::new(kept.group(group))),
        attached_policies: kept.list(user.attached_policies, attached_policy),
        inline_policies: kept.fact(user.inline_policies),
        permissions_boundary: kept.fact(user.permissions_boundary),
        mfa: kept.fact(user.mfa.map(mfa)),
        console: kept.fact(user.console.map(|console| model::ConsoleAccess {
            enabled: console.enabled,
            password_last_changed: console.password_last_changed,
        })),
        access_keys: kept.list(user.access_keys, access_key),
        service_specific_credentials: kept.fact(None),
        signing_certificates: kept.fact(None),
        ssh_public_keys: kept.fact(None),
    })
}

/// Makes facts of what was kept.
struct Kept(Provenance);

impl Kept {
    fn fact<T>(&self, value: Option<T>) -> Fact<T> {
        match value {
            Some(value) => Fact::known(value, &self.0),
            None => Fact::not_collected("never known"),
        }
    }

    fn list<A, B>(&self, list: Option<Vec<A>>, convert: impl Fn(A) -> B) -> Fact<Vec<B>> {
        self.fact(list.map(|list| list.into_iter().map(convert).collect()))
    }

    fn group(&self, group: Group) -> model::Group {
        model::Group {
            name: group.name,
            arn: group.arn,
            id: group.id,
            attached_policies: self.list(group.attached_policies, attached_policy),
            inline_policies: self.fact(group.inline_policies),
        }
    }
}

fn attached_policy(policy: AttachedPolicy) -> model::AttachedPolicy {
    model::AttachedPolicy {
        name: policy.name,
        arn: policy.arn,
    }
}

fn mfa(mfa: Mfa) -> model::Mfa {
    let devices = |devices: Vec<MfaDevice>| {
        let devices = devices.into_iter().map(|device| model::MfaDevice {
            serial_number: device.serial_number,
            enabled_at: device.enabled_at,
        });
        devices.collect()
    };
    match mfa {
        Mfa::Devices(all) => model::Mfa::Devices(devices(all)),
        Mfa::AtLeast(some) => model::Mfa::AtLeast(devices(some)),
        Mfa::Active(active) => model::Mfa::Active(active),
    }
}

fn access_key(key: AccessKey) -> model::AccessKey {
    model::AccessKey {
        id: key.id,
        active: key.active,
        rotated_at: key.rotated_at,
        last_used: key.last_used.map(|used| model::AccessKeyUse {
            at: used.at,
            service: used.service,
            region: used.region,
        }),
    }
}
