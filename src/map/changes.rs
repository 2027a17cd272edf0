//! What changed about a user between two passes, field by field.

use serde::Deserialize as _;
use serde_json::{Value, json};

use super::canonical;
use crate::analyze::{AdminVerdict, Privilege, Tier};
use crate::model::{Fact, FieldChange, Mfa, User};

const TIER: &str = "privilege.tier";
const PATHS: &str = "privilege.paths";

/// A user with the verdict on it.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The user.
    pub user: &'a User,
    /// Whether it is an administrator.
    pub admin: &'a AdminVerdict,
    /// How much it can do, where that was judged.
    pub privilege: Option<&'a Privilege>,
}

/// What changed from `before` to `after`, of the same user, in a fixed order. A field that was or
/// is unknown never has.
pub fn changes(before: Judged<'_>, after: Judged<'_>) -> Vec<FieldChange> {
    let (told_before, told_after) = (fields(before), fields(after));
    let pairs = told_before.into_iter().zip(told_after);
    pairs
        .filter_map(|((field, before), (_, after))| {
            let (before, after) = (before?, after?);
            (before != after).then_some(FieldChange {
                field: field.to_owned(),
                before,
                after,
            })
        })
        .collect()
}

/// What a `change` of how much a user can do means, in words: `admin gained`, `admin lost`,
/// `path opened: iam-008`, `path closed: iam-008`. `None` of any other field.
pub fn meaning(change: &FieldChange) -> Option<String> {
    match change.field.as_str() {
        TIER => match (is_admin(&change.before), is_admin(&change.after)) {
            (false, true) => Some("admin gained".to_owned()),
            (true, false) => Some("admin lost".to_owned()),
            _ => None,
        },
        PATHS => {
            let opened = only_in(&change.after, &change.before);
            let closed = only_in(&change.before, &change.after);
            let said = [("path opened: ", opened), ("path closed: ", closed)].into_iter();
            let said = said.filter(|(_, ids)| !ids.is_empty());
            let said: Vec<String> = said.map(|(what, ids)| what.to_owned() + &ids).collect();
            (!said.is_empty()).then(|| said.join("; "))
        }
        _ => None,
    }
}

fn is_admin(tier: &Value) -> bool {
    let tier = Tier::deserialize(tier);
    tier.is_ok_and(|it| matches!(it, Tier::Admin | Tier::AdminWithMfa))
}

/// The ids that `these` has and `those` lacks.
fn only_in(these: &Value, those: &Value) -> String {
    let ids = |value: &Value| -> Vec<String> {
        let ids = value.as_array().into_iter().flatten();
        ids.filter_map(|id| id.as_str().map(str::to_owned))
            .collect()
    };
    let (these, those) = (ids(these), ids(those));
    let only = these.into_iter().filter(|id| !those.contains(id));
    only.collect::<Vec<_>>().join(", ")
}

/// The fields that are compared; `None` where one is unknown.
fn fields(judged: Judged<'_>) -> [(&'static str, Option<Value>); 16] {
    let user = judged.user;
    let privilege = judged.privilege.filter(|it| it.tier != Tier::Unknown);
    [
        ("user.name", Some(json!(user.name))),
        ("user.uid", Some(json!(user.arn.as_str()))),
        ("user.type", admin(judged.admin)),
        (TIER, privilege.map(|it| json!(it.tier))),
        (PATHS, privilege.and_then(path_ids)),
        (
            "user.has_mfa",
            user.mfa.value().map(Mfa::is_active).map(Value::from),
        ),
        ("user.groups", groups(user)),
        ("attached_policies", attached_policies(user)),
        ("inline_policies", names(&user.inline_policies)),
        (
            "permissions_boundary",
            user.permissions_boundary.value().map(|arn| json!(arn)),
        ),
        ("tags", tags(user)),
        (
            "console_access",
            user.console.value().map(|console| json!(console.enabled)),
        ),
        ("access_keys", access_keys(user)),
        (
            "service_specific_credentials",
            user.service_specific_credentials
                .value()
                .map(|all| statuses(all.iter().map(|it| (&it.id, &it.status)))),
        ),
        ("signing_certificates", certificates(user)),
        (
            "ssh_public_keys",
            user.ssh_public_keys
                .value()
                .map(|all| statuses(all.iter().map(|it| (&it.id, &it.status)))),
        ),
    ]
}

fn admin(verdict: &AdminVerdict) -> Option<Value> {
    match verdict {
        AdminVerdict::Admin(_) => Some(json!("Admin")),
        AdminVerdict::NotAdmin => Some(json!("User")),
        AdminVerdict::Unknown => None,
    }
}

/// The ids of the open paths, each once. An administrator needs none: its own are no news.
fn path_ids(privilege: &Privilege) -> Option<Value> {
    if matches!(privilege.tier, Tier::Admin | Tier::AdminWithMfa) {
        return None;
    }
    let mut ids: Vec<&str> = privilege.paths.iter().map(|it| it.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    Some(json!(ids))
}

fn groups(user: &User) -> Option<Value> {
    let groups = canonical::groups(user)?;
    Some(groups.iter().map(|group| json!(group.name)).collect())
}

fn attached_policies(user: &User) -> Option<Value> {
    let policies = canonical::policies(user.attached_policies.value()?);
    Some(policies.iter().map(|policy| json!(policy.arn)).collect())
}

fn names(names: &Fact<Vec<String>>) -> Option<Value> {
    Some(json!(canonical::names(names.value()?)))
}

fn tags(user: &User) -> Option<Value> {
    let tags = canonical::tags(user.tags.value()?).into_iter();
    Some(
        tags.map(|tag| (tag.key.clone(), json!(tag.value)))
            .collect(),
    )
}

/// How many keys there are, and how many of them are active.
fn access_keys(user: &User) -> Option<Value> {
    let keys = user.access_keys.value()?;
    Some(counts(keys.iter().map(|key| key.active)))
}

/// The same of signing certificates.
fn certificates(user: &User) -> Option<Value> {
    let all = user.signing_certificates.value()?;
    Some(counts(all.iter().map(|it| it.active)))
}

fn counts(are_active: impl Iterator<Item = bool>) -> Value {
    let (active, inactive): (Vec<bool>, Vec<bool>) = are_active.partition(|it| *it);
    json!({"active": active.len(), "inactive": inactive.len()})
}

/// The status of each credential by its id.
fn statuses<'a>(all: impl Iterator<Item = (&'a String, &'a String)>) -> Value {
    all.map(|(id, status)| (id.clone(), json!(status)))
        .collect()
}
