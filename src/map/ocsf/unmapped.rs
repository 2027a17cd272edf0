//! `unmapped.aws_iam`: the IAM facts that OCSF 1.6.0 has no attribute for, in AWS's terms.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::credentials::{Credential, others};
use super::marks::{self, Former, Stale, TagsCut, Unknown, rfc3339};
use crate::analyze::{AdminProof, AdminVerdict, Privilege};
use crate::map::user_type::{effective_tier, privilege};
use crate::map::{Dialect, EventInput, canonical, meaning};
use crate::model::{self, AttachedPolicy, FieldChange, Mfa, User};

#[derive(Serialize)]
pub(super) struct Unmapped<'a> {
    aws_iam: AwsIam<'a>,
}

#[derive(Serialize)]
struct AwsIam<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    former_names: Vec<Former<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<Tag<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags_cut: Option<TagsCut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attached_policies: Option<Vec<Policy<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inline_policies: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    admin_because: Vec<AdminBecause<'a>>,
    privilege: &'a Privilege,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<Vec<Credential<'a>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stale: Vec<Stale<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<Unknown<'a>>,
}

/// What changed, always in text: a column of a typed store has one type for all fields.
#[derive(Serialize)]
struct Change<'a> {
    field: &'a str,
    before: Option<Cow<'a, str>>,
    after: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<String>,
}

impl<'a> Change<'a> {
    fn of(change: &'a FieldChange) -> Self {
        Self {
            field: &change.field,
            before: in_text(&change.before),
            after: in_text(&change.after),
            meaning: meaning(change),
        }
    }
}

/// A text as it is, and anything else as the text of its JSON.
fn in_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.into()),
        value => Some(value.to_string().into()),
    }
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

/// The facts about `input`'s user, with last-used times where those are content.
pub(super) fn unmapped<'a>(input: &EventInput<'a>) -> Unmapped<'a> {
    let user = input.user;
    let console = user.console.value();
    let with_last_use = input.rules.is_last_use_content;
    Unmapped {
        aws_iam: AwsIam {
            path: &user.path,
            former_names: marks::former_names(input.former_names),
            create_date: rfc3339(user.created_at),
            tags: user.tags.value().map(|all| tags(all)),
            tags_cut: None,
            attached_policies: user
                .attached_policies
                .value()
                .map(|all| canonical::policies(all).into_iter().map(policy).collect()),
            inline_policies: user
                .inline_policies
                .value()
                .map(|all| canonical::names(all)),
            permissions_boundary: user.permissions_boundary.value().and_then(Option::as_deref),
            // Names prove nothing where documents do.
            admin_because: match effective_tier(Dialect::Ocsf, input) {
                Some(_) if !user.is_root() => Vec::new(),
                _ => admin_because(input.admin),
            },
            privilege: privilege(input),
            mfa_devices: user.mfa.value().map(|mfa| mfa_devices(mfa, false)),
            mfa_devices_complete: None,
            console_access: console.map(|console| console.enabled),
            password_last_changed: console
                .and_then(|console| console.password_last_changed)
                .and_then(rfc3339),
            password_last_used: password_last_used(user).filter(|_| with_last_use),
            access_keys: access_keys(user, with_last_use),
            credentials: others(user),
            changes: Vec::new(),
            stale: Vec::new(),
            unknown: Vec::new(),
        },
    }
}

impl<'a> Unmapped<'a> {
    /// Adds what moves without being content: changes, last-used times, how complete and how old
    /// facts are, and why some are unknown.
    pub(super) fn stamp(&mut self, input: &EventInput<'a>) {
        let user = input.user;
        let mfa = user.mfa.value();
        let aws_iam = &mut self.aws_iam;
        aws_iam.mfa_devices = mfa.map(|mfa| mfa_devices(mfa, true));
        aws_iam.mfa_devices_complete = mfa.map(is_whole);
        aws_iam.password_last_used = password_last_used(user);
        aws_iam.access_keys = access_keys(user, true);
        aws_iam.changes = input.changes.iter().map(Change::of).collect();
        aws_iam.stale = marks::stale(input.stale);
        aws_iam.unknown = marks::unknown(user);
    }

    /// Leaves out what changed about tags, then one tag after the other; `false` if none is left.
    pub(super) fn cut_tags(&mut self) -> bool {
        let aws_iam = &mut self.aws_iam;
        let Some(tags) = &mut aws_iam.tags else {
            return false;
        };
        let of = aws_iam.tags_cut.map_or(tags.len(), |cut| cut.of);
        let is_about_tags = |change: &Change<'_>| change.field == "tags";
        if aws_iam.changes.iter().any(is_about_tags) {
            aws_iam.changes.retain(|change| !is_about_tags(change));
        } else if tags.pop().is_none() {
            return false;
        }
        let kept = tags.len();
        aws_iam.tags_cut = Some(TagsCut { kept, of });
        true
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

/// The devices as far as they are known, with the time since when where `with_dates`.
fn mfa_devices(mfa: &Mfa, with_dates: bool) -> Vec<MfaDevice<'_>> {
    let devices = match mfa {
        Mfa::Devices(devices) | Mfa::AtLeast(devices) => devices.as_slice(),
        Mfa::Active(_) => &[],
    };
    let listed = canonical::mfa_devices(devices).into_iter();
    let listed = listed.map(|device| MfaDevice {
        serial_number: &device.serial_number,
        kind: device.kind().as_str(),
        enable_date: device.enabled_at.filter(|_| with_dates).and_then(rfc3339),
    });
    listed.collect()
}

/// Whether there are no other devices than those known.
fn is_whole(mfa: &Mfa) -> bool {
    match mfa {
        Mfa::Devices(_) => true,
        Mfa::AtLeast(_) => false,
        Mfa::Active(active) => !active,
    }
}

fn access_keys(user: &User, with_last_use: bool) -> Option<Vec<AccessKey<'_>>> {
    let keys = canonical::access_keys(user.access_keys.value()?);
    let listed = keys.into_iter().map(|key| {
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
    Some(listed.collect())
}
