//! `explain` of ten kinds of users, as a person reads it.

use serde_json::{Value, json};

use crate::support::agent::Agent;

const ACCOUNT: &str = "arn:aws:iam::123456789012";

fn inline(statements: Value) -> Value {
    json!([{"PolicyName": "own", "PolicyDocument":
        {"Version": "2012-10-17", "Statement": statements}}])
}

fn user(name: &str, fields: Value) -> Value {
    let mut user = json!({
        "Path": "/", "UserName": name, "UserId": format!("AIDA{}", name.to_uppercase()),
        "Arn": format!("{ACCOUNT}:user/{name}"), "CreateDate": "2024-01-01T00:00:00+00:00",
        "GroupList": [], "AttachedManagedPolicies": [], "Tags": [],
    });
    let fields = fields.as_object().unwrap().clone();
    user.as_object_mut().unwrap().extend(fields);
    user
}

fn everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// Ten users, each of another kind, and what they hold.
fn details() -> Value {
    let administrator = json!([{"PolicyName": "AdministratorAccess",
        "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]);
    let with_mfa = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    let from_the_office = json!({"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}});
    let no_billing = json!({"Sid": "NoBilling", "Effect": "Deny", "Action": "billing:*",
        "Resource": "*"});
    let pass_and_run = json!({"Effect": "Allow", "Resource": "*",
        "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]});
    let new_version = json!({"Effect": "Allow", "Action": "iam:CreatePolicyVersion",
        "Resource": format!("{ACCOUNT}:policy/team")});
    let key_of_the_boss = json!({"Effect": "Allow", "Action": "iam:CreateAccessKey",
        "Resource": format!("{ACCOUNT}:user/by_group")});
    let boundary = json!({"PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": format!("{ACCOUNT}:policy/fence")});
    let users = [
        user(
            "by_policy",
            json!({"AttachedManagedPolicies": administrator}),
        ),
        user("by_group", json!({"GroupList": ["ops"]})),
        user(
            "limited",
            json!({"UserPolicyList": inline(json!([everything(), no_billing]))}),
        ),
        user(
            "with_mfa",
            json!({"UserPolicyList": inline(json!([with_mfa]))}),
        ),
        user(
            "by_lambda",
            json!({"UserPolicyList": inline(json!([pass_and_run]))}),
        ),
        user(
            "by_version",
            json!({"UserPolicyList": inline(json!([new_version])),
            "AttachedManagedPolicies":
                [{"PolicyName": "team", "PolicyArn": format!("{ACCOUNT}:policy/team")}]}),
        ),
        user(
            "by_key",
            json!({"UserPolicyList": inline(json!([key_of_the_boss]))}),
        ),
        user(
            "from_office",
            json!({"UserPolicyList": inline(json!([from_the_office]))}),
        ),
        user(
            "fenced",
            json!({"AttachedManagedPolicies": administrator,
            "PermissionsBoundary": boundary}),
        ),
        user(
            "plain",
            json!({"UserPolicyList": inline(json!([
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]))}),
        ),
        user(
            "broken",
            json!({"AttachedManagedPolicies":
            [{"PolicyName": "lost", "PolicyArn": format!("{ACCOUNT}:policy/lost")}]}),
        ),
    ];
    let policy = |name: &str, statement: Value| {
        json!({"PolicyName": name, "PolicyId": format!("ANPA{}", name.to_uppercase()),
            "Arn": format!("{ACCOUNT}:policy/{name}"), "Path": "/", "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document":
                {"Version": "2012-10-17", "Statement": [statement]}}]})
    };
    let storage = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let role = json!({"Path": "/", "RoleName": "deployer", "RoleId": "AROADEPLOYER",
        "Arn": format!("{ACCOUNT}:role/deployer"), "CreateDate": "2024-01-01T00:00:00+00:00",
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "RolePolicyList": [], "AttachedManagedPolicies": administrator,
        "InstanceProfileList": [], "Tags": []});
    let ops = json!({"Path": "/", "GroupName": "ops", "GroupId": "AGPAOPS", "GroupPolicyList": [],
        "Arn": format!("{ACCOUNT}:group/ops"), "CreateDate": "2024-01-01T00:00:00+00:00",
        "AttachedManagedPolicies": administrator});
    json!({"UserDetailList": users, "GroupDetailList": [ops], "RoleDetailList": [role],
        "Policies": [policy("team", storage.clone()), policy("fence", storage)]})
}

#[test]
fn ten_kinds_of_users_are_explained_as_reviewed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("details.json");
    let details = details();
    std::fs::write(&file, details.to_string()).unwrap();
    let file = file.display().to_string();
    let mut page = String::new();
    for user in details["UserDetailList"].as_array().unwrap() {
        let name = user["UserName"].as_str().unwrap();
        let output = Agent::new().args(["explain", name, "--from", &file]).run();
        let text = output.expect_code(0).stdout;
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
        page.push_str(&format!("$ rollcall explain {name}\n{text}\n"));
    }
    insta::assert_snapshot!("ten_kinds_explained", page);
}
