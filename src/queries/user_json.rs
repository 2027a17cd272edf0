//! A user as JSON: a fact that is unknown is absent, and named in `unknown` with its reason.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::answer::FoundUser;
use super::times::rfc3339;
use crate::analyze::{AdminProof, AdminVerdict};
use crate::model::{AccessKey, AttachedPolicy, Group, Mfa, MfaDevice, Tag, Unknown, User};

/// The user, with its verdict. A known date that never was is null.
pub fn user_json(found: &FoundUser) -> Value {
    let user = found.user.as_ref();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("account", Some(found.account.id.as_str().into()));
    put("name", Some(user.name.as_str().into()));
    put("id", Some(user.id.as_str().into()));
    put("arn", Some(user.arn.as_str().into()));
    put("path", Some(user.path.as_str().into()));
    put("created_at", Some(rfc3339(user.created_at).into()));
    put("deleted_at", found.deleted_at.map(|at| rfc3339(at).into()));
    let used = user.password_last_used.value();
    put("password_last_used", used.map(|at| json!(at.map(rfc3339))));
    let console = user.console.value();
    put("console_access", console.map(|it| it.enabled.into()));
    let mfa = user.mfa.value();
    put("mfa", mfa.map(|it| it.is_active().into()));
    put("mfa_devices", mfa.and_then(devices));
    let keys = user.access_keys.value();
    put(
        "access_keys",
        keys.map(|keys| keys.iter().map(key).collect()),
    );
    let groups = user.groups.value();
    put(
        "groups",
        groups.map(|groups| groups.iter().map(|it| group(it)).collect()),
    );
    let attached = user.attached_policies.value();
    put("attached_policies", attached.map(|it| arns(it)));
    put(
        "inline_policies",
        user.inline_policies.value().map(|it| json!(it)),
    );
    let boundary = user.permissions_boundary.value();
    put("permissions_boundary", boundary.map(|it| json!(it)));
    put("tags", user.tags.value().map(|it| tags(it)));
    put("privilege", found.privilege.value().map(|it| json!(it)));
    put("admin_by_names", by_names(&found.by_names));
    put("stale", stale(found));
    put("unknown", Some(unknown(found)));
    Value::Object(fields)
}

/// The fields of a user, but for `unknown` and `stale`, which are always there if anything is.
const FIELDS: [&str; 19] = [
    "account",
    "name",
    "id",
    "arn",
    "path",
    "created_at",
    "deleted_at",
    "password_last_used",
    "console_access",
    "mfa",
    "mfa_devices",
    "access_keys",
    "groups",
    "attached_policies",
    "inline_policies",
    "permissions_boundary",
    "tags",
    "privilege",
    "admin_by_names",
];

/// Why one of `names` is no field of a user, if so.
pub fn no_such_field(names: &[String]) -> Option<String> {
    let unknown = names.iter().find(|it| !FIELDS.contains(&it.as_str()))?;
    let all = FIELDS.join(", ");
    Some(format!(
        "--fields: there is no field {unknown:?}; the fields are {all}"
    ))
}

/// The user with these fields alone, and what is not known, or is as last known, of them.
pub fn user_json_of(found: &FoundUser, names: &[String]) -> Value {
    let mut user = user_json(found);
    let is_wanted = |name: &str| names.iter().any(|it| it == name);
    let Value::Object(fields) = &mut user else {
        return user;
    };
    fields.retain(|name, _| is_wanted(name) || ["unknown", "stale"].contains(&name.as_str()));
    if let Some(Value::Object(unknown)) = fields.get_mut("unknown") {
        unknown.retain(|name, _| is_wanted(name));
    }
    if let Some(Value::Array(stale)) = fields.get_mut("stale") {
        stale.retain(|it| it["fact"].as_str().is_some_and(is_wanted));
        if stale.is_empty() {
            fields.remove("stale");
        }
    }
    user
}

/// Why facts are unknown, by their names.
fn unknown(found: &FoundUser) -> Value {
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (fact, why) in unknown_facts(found) {
        reasons.entry(fact).or_default().push(why.to_string());
    }
    let reasons = reasons.into_iter();
    let reasons = reasons.map(|(fact, why)| (fact.to_owned(), why.join("; ").into()));
    Value::Object(reasons.collect())
}

/// The facts about the user that are unknown, its verdict among them.
pub(super) fn unknown_facts(found: &FoundUser) -> Vec<(&'static str, &Unknown)> {
    let mut facts = found.user.unknown_facts();
    let why = found.privilege.why_unknown();
    facts.extend(
        why.filter(|_| !found.user.is_root())
            .map(|why| ("privilege", why)),
    );
    facts
}

impl FoundUser {
    /// The facts that were asked for and could not be read.
    pub fn shortfalls(&self) -> impl Iterator<Item = (&'static str, &Unknown)> {
        let facts = unknown_facts(self).into_iter();
        facts.filter(|(_, why)| why.reason.is_shortfall())
    }
}

fn stale(found: &FoundUser) -> Option<Value> {
    let stale = found.stale.iter().map(
        |it| json!({"fact": it.fact, "as_of": rfc3339(it.as_of), "reason": it.why.to_string()}),
    );
    (!found.stale.is_empty()).then(|| stale.collect())
}

/// By the names of policies of groups; nothing where that is not known.
fn by_names(verdict: &AdminVerdict) -> Option<Value> {
    let proofs = match verdict {
        AdminVerdict::Unknown => return None,
        AdminVerdict::NotAdmin => &[][..],
        AdminVerdict::Admin(proofs) => proofs.as_slice(),
    };
    let proof: Vec<Value> = proofs.iter().map(proof).collect();
    Some(json!({"is_admin": !proof.is_empty(), "proof": proof}))
}

fn proof(proof: &AdminProof) -> Value {
    match proof {
        AdminProof::RootUser => json!({"root_user": true}),
        AdminProof::GroupPolicy { group, policy } => json!({"group": group, "policy": policy.arn}),
    }
}

/// The devices, where they are told apart.
fn devices(mfa: &Mfa) -> Option<Value> {
    let device = |device: &MfaDevice| {
        let mut value = json!({
            "serial_number": device.serial_number,
            "kind": device.kind().as_str(),
        });
        if let Some(at) = device.enabled_at {
            value["enabled_at"] = rfc3339(at).into();
        }
        value
    };
    match mfa {
        Mfa::Devices(devices) | Mfa::AtLeast(devices) => Some(devices.iter().map(device).collect()),
        Mfa::Active(_) => None,
    }
}

fn key(key: &AccessKey) -> Value {
    let mut value = json!({"active": key.active, "last_used": null});
    if let Some(id) = &key.id {
        value["id"] = id.as_str().into();
    }
    if let Some(at) = key.rotated_at {
        value["rotated_at"] = rfc3339(at).into();
    }
    if let Some(used) = &key.last_used {
        value["last_used"] = json!({
            "at": rfc3339(used.at),
            "service": used.service,
            "region": used.region,
        });
    }
    value
}

fn group(group: &Group) -> Value {
    let mut value = json!({"name": group.name});
    if let Some(arn) = &group.arn {
        value["arn"] = arn.as_str().into();
    }
    if let Some(attached) = group.attached_policies.value() {
        value["attached_policies"] = arns(attached);
    }
    if let Some(inline) = group.inline_policies.value() {
        value["inline_policies"] = json!(inline);
    }
    value
}

pub(super) fn arns(policies: &[AttachedPolicy]) -> Value {
    policies
        .iter()
        .map(|policy| Value::from(policy.arn.as_str()))
        .collect()
}

fn tags(tags: &[Tag]) -> Value {
    let tags = tags
        .iter()
        .map(|tag| (tag.key.clone(), tag.value.as_str().into()));
    Value::Object(tags.collect())
}

/// The last time that the password or a key was used, if that is known: `None` within for never.
pub(super) fn last_seen(user: &User) -> Option<Option<time::OffsetDateTime>> {
    let keys = user.access_keys.value()?.iter();
    let keys = keys.filter_map(|key| key.last_used.as_ref().map(|it| it.at));
    let password = *user.password_last_used.value()?;
    Some(keys.chain(password).max())
}
