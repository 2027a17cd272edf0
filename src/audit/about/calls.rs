//! Every other call: what it does in one word, and what it was done to.

use serde_json::Value;

use super::About;
use crate::audit::ocsf::{Account, OTHER, Resource, User};
use crate::audit::record::{Record, fields};

/// The verbs of names, by `activity_id` of class 6003. Reads are told by `readOnly`; the verb counts
/// where that is missing.
const VERBS: [(u8, &[&str]); 4] = [
    (1, &["Create", "Upload", "Register", "Import", "Run"]),
    (
        2,
        &["Get", "List", "Describe", "Search", "BatchGet", "Lookup"],
    ),
    (
        3,
        &[
            "Update",
            "Put",
            "Set",
            "Attach",
            "Detach",
            "Tag",
            "Untag",
            "Add",
            "Remove",
            "Enable",
            "Disable",
            "Modify",
            "Change",
            "Deactivate",
            "Reset",
            "Resync",
            "Provision",
        ],
    ),
    (4, &["Delete", "Deregister", "Terminate"]),
];
/// Where requests name what is acted upon, and what that is. A policy is rather what is given to it.
const NAMED: [(&str, &str); 8] = [
    ("roleName", "AWS::IAM::Role"),
    ("userName", "AWS::IAM::User"),
    ("groupName", "AWS::IAM::Group"),
    ("instanceProfileName", "AWS::IAM::InstanceProfile"),
    ("policyArn", "AWS::IAM::Policy"),
    ("sAMLProviderArn", "AWS::IAM::SAMLProvider"),
    ("openIDConnectProviderArn", "AWS::IAM::OIDCProvider"),
    ("serialNumber", "AWS::IAM::VirtualMFADevice"),
];
/// What the message of a refused call has before what it was refused on.
const REFUSED_ON: &str = " on resource: ";

/// `activity_id` of the call.
pub(super) fn activity(record: &Record) -> u8 {
    if record.read_only == Some(true) {
        return 2;
    }
    let name = record.event_name.as_str();
    let by_verb = VERBS.iter().find(|(_, verbs)| {
        let is_verb = |verb: &&str| {
            let rest = name.strip_prefix(verb);
            rest.is_some_and(|rest| !rest.starts_with(|it: char| it.is_ascii_lowercase()))
        };
        verbs.iter().any(is_verb)
    });
    match by_verb {
        // Not a read, whatever its name.
        Some((2, _)) if record.read_only == Some(false) => OTHER,
        Some((id, _)) => *id,
        None => OTHER,
    }
}

/// What the call was made on: as the record lists it, or as a refusal or the request names it.
pub(super) fn call(record: &Record) -> About<'_> {
    let listed = record.rest.get("resources").and_then(Value::as_array);
    let mut resources: Vec<_> = listed.into_iter().flatten().filter_map(resource).collect();
    if resources.is_empty() {
        resources.extend(refused_on(record).or_else(|| named(record)));
    }
    About {
        resources,
        ..About::default()
    }
}

fn resource(listed: &Value) -> Option<Resource<'_>> {
    let owner = User {
        account: fields::at(Some(listed), &["accountId"]).map(Account::of),
        ..User::default()
    };
    Some(Resource {
        uid: Some(fields::at(Some(listed), &["ARN"])?),
        r#type: fields::at(Some(listed), &["type"]),
        owner: owner.known(),
        ..Resource::default()
    })
}

fn refused_on(record: &Record) -> Option<Resource<'_>> {
    let (_, after) = record.error_message.as_deref()?.split_once(REFUSED_ON)?;
    let arn = after.split_whitespace().next()?;
    arn.starts_with("arn:").then(|| Resource {
        uid: Some(arn),
        ..Resource::default()
    })
}

fn named(record: &Record) -> Option<Resource<'_>> {
    if record.event_source != "iam.amazonaws.com" {
        return None;
    }
    NAMED.iter().find_map(|(field, kind)| {
        let text = record.requested(&[field])?;
        let is_id = text.starts_with("arn:");
        Some(Resource {
            uid: is_id.then_some(text),
            name: (!is_id).then_some(text),
            r#type: Some(kind),
            owner: None,
        })
    })
}
