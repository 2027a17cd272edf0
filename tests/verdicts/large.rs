//! Large accounts: whoever may write to others costs nothing to those that are out of reach.

use std::time::Duration;

use rollcall::analyze::judge;
use rollcall::collect::FromFiles;
use rollcall::model::Snapshot;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use super::account::NOW;
use super::statement::{ACCOUNT, document};

const USERS: usize = 400;
const WRITERS: usize = 100;

fn user(name: &str, statements: &[String], boundary: Option<&str>) -> Value {
    let mut user = json!({
        "Path": "/", "UserName": name, "UserId": format!("AIDA{}", name.to_uppercase()),
        "Arn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        "CreateDate": "2024-01-01T00:00:00+00:00", "GroupList": [], "AttachedManagedPolicies": [],
        "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": document(statements)}],
    });
    if let Some(arn) = boundary {
        user["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
    }
    user
}

/// 400 users who may read, and those of `writers`.
fn account(writers: impl Iterator<Item = Value>) -> Snapshot {
    let read = |it: usize| format!("Allow s3:Get*, s3:Put* on arn:aws:s3:::team-{it}/*");
    let users = (0..USERS).map(|it| user(&format!("user{it}"), &[read(it % 20)], None));
    let users: Vec<Value> = users.chain(writers).collect();
    let details = json!({
        "UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [],
        "Policies": [{
            "PolicyName": "boundary", "Arn": boundary(), "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true,
                "Document": document(&["Allow s3:Get* on *".to_owned()])}],
        }],
    });
    let details = details.to_string();
    let files = FromFiles::from_documents(&[("details.json", details.as_bytes())], NOW).unwrap();
    files.snapshots()[0].clone()
}

fn boundary() -> String {
    format!("arn:aws:iam::{ACCOUNT}:policy/boundary")
}

/// The processor time that the verdicts on `account` take: others may be waited for, too.
fn cpu(account: &Snapshot) -> Duration {
    let now = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let start = now();
    assert!(judge(account, NOW).len() >= USERS);
    now() - start
}

#[test]
fn writers_who_reach_nobody_take_no_time_of_others() {
    let alone = cpu(&account(std::iter::empty()));
    let capped = (0..WRITERS).map(|it| {
        let all = ["Allow * on *".to_owned()];
        user(&format!("capped{it}"), &all, Some(&boundary()))
    });
    let far = (0..WRITERS).map(|it| {
        let on = format!("Allow iam:PutUserPolicy on arn:aws:iam::{ACCOUNT}:user/far/{it}/*");
        user(&format!("far{it}"), &[on], None)
    });
    for account in [account(capped), account(far)] {
        let took = cpu(&account);
        assert!(
            took < alone * 4 + Duration::from_millis(500),
            "{took:?}, {alone:?} without"
        );
    }
}
