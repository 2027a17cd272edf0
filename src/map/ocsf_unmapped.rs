//! `unmapped.aws_iam`: the IAM facts that OCSF 1.6.0 has no attribute for, in AWS's terms.

use serde::Serialize;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::{Inventoried, canonical};
use crate::analyze::{AdminProof, AdminVerdict};
use crate::model::{self, AttachedPolicy, FieldChange, Mfa, User};

#[derive(Serialize)]
pub(super) struct Unmapped<'a> {
    aws_iam: AwsIam<'a>,
}

#[derive(Serialize)]
struct AwsIam<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attached_policies: Option<Vec<Policy<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_policies: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    admin_because: Vec<AdminBecause<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_devices: Option<Vec<MfaDevice<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_devices_complete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    console_access: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_last_changed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_last_used: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_keys: Option<Vec<AccessKey<'a>>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    changes: &'a [FieldChange],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Unknown<'a>>,
}

#[derive(Serialize)]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Policy<'a> {
    name: &'a str,
    arn: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum AdminBecause<'a> {
    Root { root_user: bool },
    Group { group: &'a str, policy: Policy<'a> },
}

#[derive(Serialize)]
struct MfaDevice<'a> {
    serial_number: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_date: Option<String>,
}

#[derive(Serialize)]
struct AccessKey<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_rotated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_region: Option<&'a str>,
}

#[derive(Serialize)]
struct Unknown<'a> {
    fact: &'static str,
    reason: &'static str,
    detail: &'a str,
}

/// The facts about `inventoried`'s user, with last-used times where those are content.
pub(super) fn unmapped<'a>(inventoried: &Inventoried<'a>) -> Unmapped<'a> {
    let user = inventoried.user;
    let console = user.console.value();
    let mfa = user.mfa.value();
    let with_last_use = inventoried.is_last_use_content;
    Unmapped {
        aws_iam: AwsIam {
            path: &user.path,
            create_date: rfc3339(user.created_at),
            tags: user.tags.value().map(|all| tags(all)),
            attached_policies: user
                .attached_policies
                .value()
                .map(|all| canonical::policies(all).into_iter().map(policy).collect()),
            inline_policies: user
                .inline_policies
                .value()
                .map(|all| canonical::names(all)),
            permissions_boundary: user.permissions_boundary.value().and_then(Option::as_deref),
            admin_because: admin_because(inventoried.admin),
            mfa_devices: mfa.and_then(mfa_devices),
            mfa_devices_complete: mfa.and_then(|mfa| match mfa {
                Mfa::Devices(_) => Some(true),
                Mfa::AtLeast(_) => Some(false),
                Mfa::Active(_) => None,
            }),
            console_access: console.map(|console| console.enabled),
            password_last_changed: console
                .and_then(|console| console.password_last_changed)
                .and_then(rfc3339),
            password_last_used: password_last_used(user).filter(|_| with_last_use),
            access_keys: access_keys(user, with_last_use),
            changes: &[],
            unknown: Vec::new(),
        },
    }
}

impl<'a> Unmapped<'a> {
    /// Adds what moves without being content: changes, last-used times, reasons.
    pub(super) fn stamp(&mut self, inventoried: &Inventoried<'a>) {
        let user = inventoried.user;
        self.aws_iam.changes = inventoried.changes;
        self.aws_iam.password_last_used = password_last_used(user);
        self.aws_iam.access_keys = access_keys(user, true);
        self.aws_iam.unknown = unknown(user);
    }
}

fn password_last_used(user: &User) -> Option<String> {
    let used = user.password_last_used.value().copied().flatten();
    used.and_then(rfc3339)
}

fn tags(tags: &[model::Tag]) -> Vec<Tag<'_>> {
    let tags = canonical::tags(tags).into_iter();
    tags.map(|tag| Tag {
        key: &tag.key,
        value: &tag.value,
    })
    .collect()
}

fn policy(policy: &AttachedPolicy) -> Policy<'_> {
    Policy {
        name: &policy.name,
        arn: &policy.arn,
    }
}

fn admin_because(verdict: &AdminVerdict) -> Vec<AdminBecause<'_>> {
    let AdminVerdict::Admin(proofs) = verdict else {
        return Vec::new();
    };
    let mut because: Vec<AdminBecause<'_>> = proofs
        .iter()
        .map(|proof| match proof {
            AdminProof::RootUser => AdminBecause::Root { root_user: true },
            AdminProof::GroupPolicy {
                group,
                policy: granted,
            } => AdminBecause::Group {
                group,
                policy: policy(granted),
            },
        })
        .collect();
    because.sort_by_key(|because| match because {
        AdminBecause::Root { .. } => ("", "", ""),
        AdminBecause::Group { group, policy } => (*group, policy.arn, policy.name),
    });
    because
}

/// The devices, empty if there are none; `None` if only known whether there are any.
fn mfa_devices(mfa: &Mfa) -> Option<Vec<MfaDevice<'_>>> {
    let (Mfa::Devices(devices) | Mfa::AtLeast(devices)) = mfa else {
        return None;
    };
    let told = canonical::mfa_devices(devices).into_iter();
    let told = told.map(|device| MfaDevice {
        serial_number: &device.serial_number,
        kind: device.kind().as_str(),
        enable_date: device.enabled_at.and_then(rfc3339),
    });
    Some(told.collect())
}

fn access_keys(user: &User, with_last_use: bool) -> Option<Vec<AccessKey<'_>>> {
    let keys = canonical::access_keys(user.access_keys.value()?);
    let told = keys.into_iter().map(|key| {
        let used = key.last_used.as_ref().filter(|_| with_last_use);
        AccessKey {
            id: key.id.as_deref(),
            status: if key.active { "Active" } else { "Inactive" },
            last_rotated: key.rotated_at.and_then(rfc3339),
            last_used_date: used.and_then(|used| rfc3339(used.at)),
            last_used_service: used.and_then(|used| used.service.as_deref()),
            last_used_region: used.and_then(|used| used.region.as_deref()),
        }
    });
    Some(told.collect())
}

fn unknown(user: &User) -> Vec<Unknown<'_>> {
    let unknown = user.unknown_facts().into_iter();
    unknown
        .map(|(fact, why)| Unknown {
            fact,
            reason: why.reason.as_str(),
            detail: &why.detail,
        })
        .collect()
}

/// RFC 3339 in UTC, however the source wrote its offset; `None` for a year that it cannot write,
/// which AWS never sends.
fn rfc3339(at: OffsetDateTime) -> Option<String> {
    let utc = at.checked_to_offset(UtcOffset::UTC)?;
    utc.format(&Rfc3339).ok()
}
