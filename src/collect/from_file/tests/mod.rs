//! Behaviour of the saved-file source, one file per kind of input.

mod errors;
mod mfa;
mod properties;
mod report;
mod sample_account;
mod saved;
mod service_credentials;
mod users;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{FileError, FromFiles};
use crate::model::User;

const HEADER: &str = "user,arn,password_enabled,password_last_used,password_last_changed,\
                      mfa_active,access_key_1_active,access_key_1_last_rotated,\
                      access_key_1_last_used_date,access_key_1_last_used_region,\
                      access_key_1_last_used_service";

fn read_at() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
}

fn at(text: &str) -> OffsetDateTime {
    crate::collect::timestamp::parse(text).unwrap()
}

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:user/{name}")
}

/// A user as `list-users` prints it.
fn listed(name: &str) -> Value {
    json!({
        "Path": "/",
        "UserName": name,
        "UserId": format!("AIDA{name}"),
        "Arn": arn(name),
        "CreateDate": "2023-02-14T09:26:05+00:00",
    })
}

/// A user as `get-account-authorization-details` prints it.
fn detailed(name: &str, groups: &[&str]) -> Value {
    let mut user = listed(name);
    user["GroupList"] = json!(groups);
    user["AttachedManagedPolicies"] = json!([]);
    user["Tags"] = json!([]);
    user
}

fn group(name: &str) -> Value {
    json!({
        "Path": "/",
        "GroupName": name,
        "GroupId": format!("AGPA{name}"),
        "Arn": format!("arn:aws:iam::111122223333:group/{name}"),
        "CreateDate": "2023-02-14T09:26:05+00:00",
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [
            {"PolicyName": "ViewOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ViewOnlyAccess"},
        ],
    })
}

fn details(users: &[Value], groups: &[Value]) -> Value {
    json!({
        "UserDetailList": users,
        "GroupDetailList": groups,
        "RoleDetailList": [],
        "Policies": [],
    })
}

fn list_users(users: &[Value]) -> Value {
    json!({ "Users": users })
}

/// Loads JSON documents named `0.json`, `1.json`, ...
fn load(documents: &[Value]) -> Result<FromFiles, FileError> {
    let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
    load_texts(&texts)
}

/// Loads documents named `0.json`, `1.json`, ... whatever they hold.
fn load_texts(texts: &[String]) -> Result<FromFiles, FileError> {
    let names: Vec<String> = (0..texts.len()).map(|n| format!("{n}.json")).collect();
    let documents: Vec<(&str, &[u8])> = names
        .iter()
        .zip(texts)
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    FromFiles::from_documents(&documents, read_at())
}

/// One user `anna` and a report with `rows` below [`HEADER`].
fn with_report(rows: &[&str]) -> FromFiles {
    let report = format!("{HEADER}\n{}\n", rows.join("\n"));
    load_texts(&[list_users(&[listed("anna")]).to_string(), report]).unwrap()
}

fn names(files: &FromFiles) -> Vec<&str> {
    files.users.iter().map(|user| user.name.as_str()).collect()
}

fn only(files: &FromFiles) -> &User {
    assert_eq!(files.users.len(), 1);
    &files.users[0]
}
