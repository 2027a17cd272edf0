//! A group as an OCSF event: class 3004 Entity Management, activity Read, which has a group.

use serde_json::{Value, json};
use uuid::Uuid;

use super::group_answer::FoundGroup;
use crate::model::PassStamp;

/// The event that tells the group, read at `stamp`. Its id is new.
pub fn group_event(found: &FoundGroup, stamp: PassStamp) -> Value {
    let group = &found.entry.group;
    let account = account(found);
    let mut shape = json!({"name": group.name});
    let mut entity = json!({"type_id": 3, "type": "Group", "name": group.name});
    if let Some(arn) = &group.arn {
        shape["uid"] = arn.as_str().into();
        entity["uid"] = arn.as_str().into();
    }
    if let Some(attached) = group.attached_policies.value() {
        let inline = group.inline_policies.value().into_iter().flatten();
        let arns = attached.iter().map(|policy| &policy.arn);
        shape["privileges"] = json!(arns.chain(inline).collect::<Vec<_>>());
    }
    entity["group"] = shape;
    entity["data"] = data(found);
    json!({
        "activity_id": 2,
        "activity_name": "Read",
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": 3004,
        "class_name": "Entity Management",
        "type_uid": 300_402,
        "type_name": "Entity Management: Read",
        "severity_id": 1,
        "severity": "Informational",
        "status_id": 1,
        "status": "Success",
        "time": stamp.unix_ms(),
        "message": format!("IAM group {} of AWS account {}", group.name, found.account.id),
        "metadata": {
            "version": "1.6.0",
            "profiles": ["cloud"],
            "uid": Uuid::new_v4().to_string(),
            "correlation_uid": stamp.id.to_string(),
            "product": {"name": "AWS IAM", "vendor_name": "AWS", "version": "2010-05-08"},
            "loggers": [{"name": "rollcall", "version": env!("CARGO_PKG_VERSION")}],
        },
        "cloud": {
            "provider": "AWS",
            "cloud_partition": found.account.partition,
            "account": account,
        },
        "entity": entity,
    })
}

fn account(found: &FoundGroup) -> Value {
    let account = &found.account;
    let mut value = json!({"uid": account.id, "type_id": 10, "type": "AWS Account"});
    if let Some(name) = &account.name {
        value["name"] = name.as_str().into();
    }
    value
}

/// What an OCSF group has no attributes for.
fn data(found: &FoundGroup) -> Value {
    let group = &found.entry.group;
    let mut data = json!({});
    if let Some(path) = group.path() {
        data["path"] = path.into();
    }
    if let Some(id) = &group.id {
        data["group_id"] = id.as_str().into();
    }
    if let Some(members) = found.entry.members.value() {
        data["members"] = members.iter().map(|it| it.name.as_str()).collect();
    }
    let unknown = found.unknown_facts().into_iter();
    let unknown: Vec<Value> = unknown
        .map(|(fact, why)| json!({"fact": fact, "reason": why.to_string()}))
        .collect();
    if !unknown.is_empty() {
        data["unknown"] = unknown.into();
    }
    data
}
