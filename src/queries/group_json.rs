//! A group, and its members, as JSON.

use serde_json::{Map, Value, json};

use super::group_answer::FoundGroup;
use super::times::rfc3339;
use super::user_json::arns;
use crate::model::Member;

/// The group with its policies and the names of its members.
pub fn group_json(found: &FoundGroup) -> Value {
    let group = &found.entry.group;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    put("account", Some(found.account.id.as_str().into()));
    put("name", Some(group.name.as_str().into()));
    put("id", group.id.as_deref().map(Value::from));
    put("arn", group.arn.as_deref().map(Value::from));
    put("path", group.path().map(Value::from));
    let created = found.entry.created_at.value();
    put("created_at", created.map(|at| rfc3339(*at).into()));
    let attached = group.attached_policies.value();
    put("attached_policies", attached.map(|it| arns(it)));
    put(
        "inline_policies",
        group.inline_policies.value().map(|it| json!(it)),
    );
    let members = found.entry.members.value();
    put(
        "members",
        members.map(|it| it.iter().map(|it| it.name.as_str()).collect()),
    );
    let unknown = found.unknown_facts().into_iter();
    let unknown = unknown.map(|(fact, why)| (fact.to_owned(), why.to_string().into()));
    put("unknown", Some(Value::Object(unknown.collect())));
    Value::Object(fields)
}

/// A member of a group of `account`.
pub fn member_json(account: &str, member: &Member) -> Value {
    let mut value = json!({
        "account": account,
        "name": member.name,
        "id": member.id,
        "arn": member.arn.as_str(),
        "path": member.path,
        "created_at": rfc3339(member.created_at),
        "unknown": {},
    });
    match (
        member.password_last_used.value(),
        member.password_last_used.why_unknown(),
    ) {
        (Some(at), _) => value["password_last_used"] = json!(at.map(rfc3339)),
        (None, Some(why)) => value["unknown"] = json!({"password_last_used": why.to_string()}),
        (None, None) => {}
    }
    value
}
