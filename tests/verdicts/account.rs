//! From a case to saved details and a credential report, as the AWS CLI prints them.

use std::collections::BTreeMap;

use rollcall::analyze::{Privilege, judge};
use rollcall::collect::FromFiles;
use rollcall::model::Snapshot;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::case::{Case, Holder};
use super::statement::{ACCOUNT, arn, document, trust};

const CREATED: &str = "2024-01-01T00:00:00+00:00";
pub(super) const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

/// The saved details of the account of `case`.
pub(super) fn details(case: &Case) -> Value {
    let mut users = vec![user("alice", &case.alice)];
    users.extend(case.users.iter().map(|(name, it)| user(name, it)));
    let groups: Vec<Value> = case
        .groups
        .iter()
        .map(|(name, it)| group(name, it))
        .collect();
    let roles: Vec<Value> = case.roles.iter().map(|(name, it)| role(name, it)).collect();
    let policies = case.policies.iter().map(|(name, statements)| {
        let older = case.older.get(name).map(|older| {
            json!({"VersionId": "v1", "IsDefaultVersion": false, "Document": document(older)})
        });
        let mut versions: Vec<Value> = [
            json!({"VersionId": "v2", "IsDefaultVersion": true, "Document": document(statements)}),
        ]
        .into_iter()
        .chain(older)
        .collect();
        let count = case.versions.get(name).copied().unwrap_or_default();
        for index in versions.len()..count {
            versions.push(json!({
                "VersionId": format!("v{}", index + 2), "IsDefaultVersion": false,
                "Document": document(&["Allow s3:ListAllMyBuckets on *".to_owned()]),
            }));
        }
        json!({
            "PolicyName": name, "Arn": policy_arn(name), "DefaultVersionId": "v2",
            "PolicyVersionList": versions,
        })
    });
    let mut details = json!({
        "UserDetailList": users,
        "GroupDetailList": groups,
        "Policies": policies.collect::<Vec<_>>(),
    });
    if !case.without_roles {
        details["RoleDetailList"] = json!(roles);
    }
    details
}

/// The verdict on alice.
pub(super) fn verdict(case: &Case) -> Privilege {
    verdict_on(&details(case), case)
}

/// The verdict on alice in an account of these details, the rest as in `case`.
pub(super) fn verdict_on(details: &Value, case: &Case) -> Privilege {
    let snapshot = snapshot(details, case);
    let mut verdicts: BTreeMap<String, Privilege> = judge(&snapshot, NOW);
    verdicts.remove("AIDAALICE").unwrap()
}

pub(super) fn snapshot(details: &Value, case: &Case) -> Snapshot {
    let details = details.to_string();
    let report = report(case);
    let mut documents: Vec<(&str, &[u8])> = vec![("details.json", details.as_bytes())];
    if let Some(report) = &report {
        documents.push(("report.csv", report.as_bytes()));
    }
    let levels = case.scps.as_ref().map(|levels| service_control(levels));
    if let Some(levels) = &levels {
        documents.push(("levels.json", levels.as_bytes()));
    }
    let files = FromFiles::from_documents(&documents, NOW).unwrap();
    files.snapshots()[0].clone()
}

/// The service control policies as a saved file has them.
fn service_control(levels: &[Vec<String>]) -> String {
    let count = levels.len();
    let levels = levels.iter().enumerate().map(|(index, statements)| {
        let target = match index + 1 == count {
            true => ACCOUNT.to_owned(),
            false => format!("level-{index}"),
        };
        json!({"TargetId": target,
            "Policies": [{"Name": "scp", "Content": document(statements).to_string()}]})
    });
    json!({"ServiceControlPolicies": levels.collect::<Vec<_>>()}).to_string()
}

fn user(name: &str, holder: &Holder) -> Value {
    let path = holder.path.as_deref().unwrap_or("/");
    let mut user = json!({
        "Path": path, "UserName": name, "UserId": format!("AIDA{}", name.to_uppercase()),
        "Arn": format!("arn:aws:iam::{ACCOUNT}:user{path}{name}"), "CreateDate": CREATED,
        "GroupList": holder.groups, "AttachedManagedPolicies": attached(holder),
        "Tags": tags(holder),
    });
    if !inline(holder).is_empty() {
        user["UserPolicyList"] = json!(inline(holder));
    }
    add_boundary(&mut user, holder);
    user
}

fn group(name: &str, holder: &Holder) -> Value {
    json!({
        "Path": "/", "GroupName": name, "GroupId": format!("AGPA{}", name.to_uppercase()),
        "Arn": arn(&format!("@group/{name}")), "CreateDate": CREATED,
        "GroupPolicyList": inline(holder), "AttachedManagedPolicies": attached(holder),
    })
}

fn role(name: &str, holder: &Holder) -> Value {
    let path = holder.path.as_deref().unwrap_or("/");
    let profiles = match holder.profile {
        true => vec![json!({"InstanceProfileName": name})],
        false => Vec::new(),
    };
    let mut role = json!({
        "Path": path, "RoleName": name, "RoleId": format!("AROA{}", name.to_uppercase()),
        "Arn": format!("arn:aws:iam::{ACCOUNT}:role{path}{name}"), "CreateDate": CREATED,
        "AssumeRolePolicyDocument": trust(&holder.trust), "InstanceProfileList": profiles,
        "RolePolicyList": inline(holder), "AttachedManagedPolicies": attached(holder),
        "Tags": tags(holder),
    });
    add_boundary(&mut role, holder);
    role
}

fn inline(holder: &Holder) -> Vec<Value> {
    let policies = [("p", &holder.inline), ("q", &holder.inline2)];
    let policies = policies
        .iter()
        .filter(|(_, statements)| !statements.is_empty());
    policies
        .map(|(name, it)| json!({"PolicyName": name, "PolicyDocument": document(it)}))
        .collect()
}

fn attached(holder: &Holder) -> Vec<Value> {
    let policies = holder.attached.iter();
    policies
        .map(|name| json!({"PolicyName": name, "PolicyArn": policy_arn(name)}))
        .collect()
}

fn add_boundary(entity: &mut Value, holder: &Holder) {
    if let Some(name) = &holder.boundary {
        entity["PermissionsBoundary"] = json!({
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn(name),
        });
    }
}

fn tags(holder: &Holder) -> Vec<Value> {
    let tags = holder.tags.iter();
    tags.map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect()
}

fn policy_arn(name: &str) -> String {
    match name.strip_prefix("aws/") {
        Some(name) => format!("arn:aws:iam::aws:policy/{name}"),
        None => arn(&format!("@policy/{name}")),
    }
}

/// A credential report of the users whose credentials the case knows.
fn report(case: &Case) -> Option<String> {
    let mut report = "user,arn,user_creation_time,password_enabled,password_last_used,\
        password_last_changed,password_next_rotation,mfa_active,access_key_1_active,\
        access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,\
        access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
        access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,\
        cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n"
        .to_owned();
    let mut has_rows = false;
    let alice = [("alice", &case.alice)].into_iter();
    let users = case
        .users
        .iter()
        .map(|(name, holder)| (name.as_str(), holder));
    for (name, holder) in alice.chain(users) {
        let Some(keys) = holder.keys else {
            continue;
        };
        has_rows = true;
        let path = holder.path.as_deref().unwrap_or("/");
        let key = |slot: usize| match keys >= slot {
            true => "true,2024-01-02T00:00:00+00:00,N/A,N/A,N/A",
            false => "false,N/A,N/A,N/A,N/A",
        };
        report.push_str(&format!(
            "{name},arn:aws:iam::{ACCOUNT}:user{path}{name},{CREATED},{},N/A,N/A,N/A,{},{},{},\
             false,N/A,false,N/A\n",
            holder.password,
            holder.mfa,
            key(1),
            key(2),
        ));
    }
    has_rows.then_some(report)
}
