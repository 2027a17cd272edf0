//! `explain`: the verdict on a user of saved files, and answers to single questions.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::agent::Agent;

const ME: &str = "arn:aws:iam::123456789012:user/alice";

/// Saved details of an account: alice may put policies on herself, but not from outside; bob is an
/// administrator by a group, carol by a policy of her own, and dave is one within a network.
fn details(directory: &Path) -> String {
    let inline = |statement: Value| {
        json!([{"PolicyName": "own", "PolicyDocument":
            {"Version": "2012-10-17", "Statement": [statement]}}])
    };
    let user = |name: &str| {
        json!({
            "Path": "/", "UserName": name, "UserId": format!("AIDA{}", name.to_uppercase()),
            "Arn": format!("arn:aws:iam::123456789012:user/{name}"),
            "CreateDate": "2024-01-01T00:00:00+00:00", "GroupList": [],
            "AttachedManagedPolicies": [], "Tags": [],
        })
    };
    let administrator = json!([{"PolicyName": "AdministratorAccess",
        "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}]);
    let mut alice = user("alice");
    alice["UserPolicyList"] = inline(
        json!({"Sid": "Own", "Effect": "Allow", "Action": "iam:PutUserPolicy", "Resource": ME}),
    );
    let mut bob = user("bob");
    bob["GroupList"] = json!(["ops"]);
    let mut carol = user("carol");
    carol["AttachedManagedPolicies"] = administrator.clone();
    let mut dave = user("dave");
    dave["UserPolicyList"] = inline(json!({"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}));
    let ops = json!({
        "Path": "/", "GroupName": "ops", "GroupId": "AGPAOPS", "GroupPolicyList": [],
        "Arn": "arn:aws:iam::123456789012:group/ops", "CreateDate": "2024-01-01T00:00:00+00:00",
        "AttachedManagedPolicies": administrator,
    });
    let details = json!({"UserDetailList": [alice, bob, carol, dave], "GroupDetailList": [ops],
        "RoleDetailList": [], "Policies": []});
    let file = directory.join("details.json");
    std::fs::write(&file, details.to_string()).unwrap();
    file.display().to_string()
}

fn explain(args: &[&str]) -> (String, i32) {
    let directory = tempfile::tempdir().unwrap();
    let file = details(directory.path());
    let mut agent = Agent::new().arg("explain");
    for arg in args {
        agent = agent.arg(arg);
    }
    let output = agent.args(["--from", &file]).run();
    (output.stdout.clone(), output.code.unwrap())
}

fn json_of(args: &[&str]) -> Value {
    let (stdout, code) = explain(args);
    assert_eq!(code, 0);
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn a_verdict_is_a_tree_of_80_columns_with_its_steps() {
    let (tree, code) = explain(&["alice"]);
    assert_eq!(code, 0);
    assert!(tree.starts_with("alice is can_escalate: "), "{tree}");
    assert!(
        tree.contains(&format!(
            "iam-007 (proven)\n    iam:PutUserPolicy on {ME}\n"
        )),
        "{tree}"
    );
    assert!(
        tree.lines().all(|line| line.chars().count() <= 80),
        "{tree}"
    );
    let (tree, _) = explain(&["bob"]);
    assert!(tree.contains("remove user/bob from group/ops"), "{tree}");
}

#[test]
fn a_verdict_in_json_has_the_shape_of_the_contract() {
    let bob = json_of(&["bob", "--output", "json"]);
    assert_eq!(bob["privilege"]["tier"], "admin");
    assert_eq!(
        bob["privilege"]["counterfactual"],
        json!([{"remove": "membership", "from": "user/bob", "group": "ops"}])
    );
    let carol = json_of(&["AIDACAROL", "--output", "json"]);
    assert_eq!(
        carol["privilege"]["proof"],
        json!([{"policy": "arn:aws:iam::aws:policy/AdministratorAccess", "from": "user/carol",
            "statement": "0"}])
    );
}

#[test]
fn a_question_is_answered_by_the_evaluator() {
    let can = |user: &str, action: &str, on: &str, more: &[&str]| {
        let mut args = vec![user, "--can", action, "--on", on, "--output", "json"];
        args.extend(more);
        json_of(&args)
    };
    let allowed = can("alice", "iam:PutUserPolicy", ME, &[]);
    assert_eq!(
        allowed,
        json!({"decision": "allow", "because":
            [{"allow": {"policy": "inline policy own of user/alice", "statement": "Own"}}]})
    );
    assert_eq!(
        can("alice", "s3:GetObject", "*", &[])["decision"],
        "implicit_deny"
    );
    for (context, expected) in [
        (&[][..], "unknown"),
        (&["--context", "aws:SourceIp=10.1.2.3"], "allow"),
        (&["--context", "aws:SourceIp=8.8.8.8"], "implicit_deny"),
    ] {
        assert_eq!(
            can("dave", "s3:GetObject", "*", context)["decision"],
            expected
        );
    }
    let open = can("dave", "s3:GetObject", "*", &[]);
    let condition = json!({"condition": "IpAddress aws:SourceIp 10.0.0.0/8"});
    assert!(
        open["because"].as_array().unwrap().contains(&condition),
        "{open:#}"
    );
}

#[test]
fn a_summary_counts_tiers_and_what_makes_administrators() {
    let summary = json_of(&["--summary", "--output", "json"]);
    assert_eq!(
        summary["accounts"][0]["tiers"],
        json!([{"name": "admin", "users": 2}, {"name": "can_escalate", "users": 1},
            {"name": "conditional", "users": 1}])
    );
    assert_eq!(
        summary["accounts"][0]["paths"],
        json!([{"name": "iam-007", "users": 1}])
    );
}

#[test]
fn a_summary_fits_80_columns_and_says_that_an_account_has_no_users() {
    let (summary, code) = explain(&["--summary"]);
    assert_eq!(code, 0);
    assert!(
        summary.contains("AdministratorAccess of user/carol"),
        "{summary}"
    );
    let widest = summary.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{summary}");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("empty.json");
    let empty = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [],
        "RoleDetailList": [{"Path": "/", "RoleName": "r", "RoleId": "AROAR",
            "Arn": "arn:aws:iam::123456789012:role/r", "CreateDate": "2024-01-01T00:00:00+00:00",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "RolePolicyList": [], "AttachedManagedPolicies": [], "InstanceProfileList": []}]});
    std::fs::write(&file, empty.to_string()).unwrap();
    let file = file.display().to_string();
    let output = Agent::new()
        .args(["explain", "--summary", "--from", &file])
        .run();
    assert!(output.stdout.contains("No users"), "{}", output.stdout);
}

/// The answer about `carol`, in an account of hers alone that has `more` too.
fn of_carol(more: Value, args: &[&str]) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("details.json");
    let everything = json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    let mut saved = json!({"GroupDetailList": [], "Policies": [], "UserDetailList": [{
        "Path": "/", "UserName": "carol", "UserId": "AIDACAROL", "GroupList": [],
        "Arn": "arn:aws:iam::123456789012:user/carol", "AttachedManagedPolicies": [],
        "CreateDate": "2024-01-01T00:00:00+00:00",
        "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": everything}]}]});
    for (key, value) in more.as_object().unwrap() {
        saved[key] = value.clone();
    }
    std::fs::write(&file, saved.to_string()).unwrap();
    let file = file.display().to_string();
    let agent = Agent::new().args(["explain", "carol", "--from", &file]);
    let agent = args.iter().fold(agent, |agent, arg| agent.arg(arg));
    let output = agent.args(["--output", "json"]).run();
    serde_json::from_str(&output.expect_code(0).stdout).unwrap()
}

#[test]
fn service_control_policies_in_the_file_of_the_details_are_read_too() {
    let levels = |content: &str| {
        json!({"RoleDetailList": [], "ServiceControlPolicies": [{"TargetId": "123456789012",
            "Policies": [{"Name": "only", "Content": content}]}]})
    };
    let tier = |content: &str| of_carol(levels(content), &[])["privilege"]["tier"].clone();
    let allow = |action: &str| {
        format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#)
    };
    assert_eq!(tier(&allow("*")), "admin");
    assert_eq!(tier(&allow("s3:*")), "capped");
}

#[test]
fn the_tags_of_a_role_decide_a_question_on_it_and_those_that_are_given_win() {
    let (ops, other) = (
        "arn:aws:iam::123456789012:role/ops",
        "arn:aws:iam::123456789012:role/gone",
    );
    let role = json!({"Path": "/", "RoleName": "ops", "RoleId": "AROAOPS", "Arn": ops,
        "CreateDate": "2024-01-01T00:00:00+00:00", "RolePolicyList": [], "InstanceProfileList": [],
        "AssumeRolePolicyDocument": {"Statement": []}, "AttachedManagedPolicies": [],
        "Tags": [{"Key": "team", "Value": "ops"}]});
    let tagged = json!({"Statement": {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:ResourceTag/team": "ops"}}}});
    let more = json!({"RoleDetailList": [role], "UserDetailList": [{
        "Path": "/", "UserName": "carol", "UserId": "AIDACAROL", "GroupList": [],
        "Arn": "arn:aws:iam::123456789012:user/carol", "AttachedManagedPolicies": [],
        "CreateDate": "2024-01-01T00:00:00+00:00",
        "UserPolicyList": [{"PolicyName": "tagged", "PolicyDocument": tagged}]}]});
    for (on, context, expected) in [
        (ops, None, "allow"),
        (ops, Some("aws:ResourceTag/team=dev"), "implicit_deny"),
        (other, None, "unknown"),
        (other, Some("aws:ResourceTag/Team=ops"), "allow"),
    ] {
        let mut args = vec!["--can", "iam:GetRole", "--on", on];
        args.extend(context.iter().flat_map(|it| ["--context", it]));
        let answer = of_carol(more.clone(), &args);
        assert_eq!(answer["decision"], expected, "{on} {context:?}");
    }
}

#[test]
fn a_role_that_trusts_somebody_else_is_refused_by_its_trust_policy() {
    let role = "arn:aws:iam::123456789012:role/r";
    let trust = json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::123456789012:user/other"}}});
    let roles = json!({"RoleDetailList": [{"Path": "/", "RoleName": "r", "RoleId": "AROAR",
        "Arn": role, "CreateDate": "2024-01-01T00:00:00+00:00", "RolePolicyList": [],
        "AssumeRolePolicyDocument": trust, "AttachedManagedPolicies": [],
        "InstanceProfileList": []}]});
    let answer = of_carol(roles, &["--can", "sts:AssumeRole", "--on", role]);
    let because = json!([{"not_allowed_by": "trust policy of role/r"}]);
    assert_eq!(
        answer,
        json!({"decision": "implicit_deny", "because": because})
    );
}

#[test]
fn a_question_is_on_one_arn_or_everything() {
    for on in ["", "bucket", "arn:aws:s3"] {
        let (stdout, code) = explain(&["alice", "--can", "s3:GetObject", "--on", on]);
        assert_eq!((stdout.as_str(), code), ("", 2), "{on}");
    }
}

#[test]
fn a_question_has_one_action_and_no_pattern() {
    for action in ["iam", "iam:", "iam:Put*", "iam: PutUserPolicy", "*"] {
        let (stdout, code) = explain(&["alice", "--can", action, "--on", "*"]);
        assert_eq!((stdout.as_str(), code), ("", 2), "{action}");
    }
}

#[test]
fn a_user_who_is_not_there_has_exit_code_7() {
    let (stdout, code) = explain(&["nobody"]);
    assert_eq!((stdout.as_str(), code), ("", 7));
}

#[test]
fn events_of_saved_details_carry_the_verdict() {
    let directory = tempfile::tempdir().unwrap();
    let file = details(directory.path());
    let output = Agent::new().args(["map", &file]).run().expect_code(0);
    let events: Vec<Value> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |name: &str| {
        events
            .iter()
            .find(|event| event["user"]["name"] == name)
            .unwrap()
    };
    let told = |name: &str| {
        let event = of(name);
        (
            event["user"]["type_id"].clone(),
            event["unmapped"]["aws_iam"]["privilege"]["tier"].clone(),
        )
    };
    assert_eq!(told("alice"), (json!(1), json!("can_escalate")));
    // The documented rule looks at groups alone, and would not know carol.
    assert_eq!(told("carol"), (json!(2), json!("admin")));
}

#[test]
fn admin_by_decides_whether_names_or_documents_give_the_type() {
    let directory = tempfile::tempdir().unwrap();
    let file = details(directory.path());
    // Carol's administrator policy is her own, and the rule of names looks at groups alone.
    for (admin_by, dialect, expected) in [
        ("auto", "ocsf", 2),
        ("auto", "sekoia", 1),
        ("names", "ocsf", 1),
        ("effective", "sekoia", 2),
    ] {
        let config = format!("[mapping]\nadmin_by = \"{admin_by}\"\n");
        let agent = Agent::new().config(&config);
        let output = agent
            .args(["map", "--dialect", dialect, &file])
            .run()
            .expect_code(0);
        let events = output
            .stdout
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let carol = events
            .into_iter()
            .find(|event| event["user"]["name"] == "carol")
            .unwrap();
        assert_eq!(carol["user"]["type_id"], expected, "{admin_by} {dialect}");
    }
}

#[test]
fn each_field_is_told_with_its_call_and_time_and_an_unknown_one_with_its_reason() {
    let rows = json_of(&["bob", "--fields", "--output", "json"]);
    let row = |field: &str| {
        let rows = rows.as_array().unwrap();
        rows.iter()
            .find(|row| row["field"] == field)
            .unwrap()
            .clone()
    };
    assert_eq!(row("user.type")["value"], "Admin");
    let groups = row("user.groups[].name");
    assert_eq!(groups["value"], json!(["ops"]));
    assert_eq!(
        groups["from"][0]["source"],
        "get-account-authorization-details"
    );
    assert!(groups["from"][0]["as_of"].is_string(), "{groups}");
    let mfa = row("user.has_mfa");
    assert_eq!(mfa.get("value"), None);
    let why = mfa["from"][0]["unknown"].as_str().unwrap();
    assert!(why.starts_with("not_in_input: "), "{why}");

    let (text, code) = explain(&["bob", "--fields"]);
    assert_eq!(code, 0);
    let below_its_call = text
        .split("\n\n")
        .find(|part| part.contains("    user.groups[].name"))
        .unwrap();
    assert!(
        below_its_call.starts_with("get-account-authorization-details at "),
        "{text}"
    );
}

#[test]
fn saved_service_control_policies_cap_an_administrator_and_malformed_ones_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let details = details(directory.path());
    let levels = directory.path().join("levels.json");
    let level = |target: &str, statement: Value| {
        json!({"TargetId": target, "Policies": [{"Name": "scp", "Content":
            {"Version": "2012-10-17", "Statement": [statement]}}]})
    };
    let explain = |saved: Value| {
        std::fs::write(&levels, saved.to_string()).unwrap();
        let levels = levels.display().to_string();
        let agent = Agent::new().args(["explain", "carol", "--output", "json"]);
        agent.args(["--from", &details, &levels]).run()
    };
    let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let only_s3 = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let root = level("r-ab12", everything);
    let bound = explain(json!({"ServiceControlPolicies":
        [root, level("123456789012", only_s3.clone())]}));
    let bound: Value = serde_json::from_str(&bound.expect_code(0).stdout).unwrap();
    assert_eq!(bound["privilege"]["tier"], "capped");
    assert_eq!(
        bound["privilege"]["not_considered"],
        json!(["resource policies"])
    );
    let other = explain(json!({"ServiceControlPolicies": [level("210987654321", only_s3)]}));
    let other: Value = serde_json::from_str(&other.expect_code(0).stdout).unwrap();
    assert_eq!(
        other["privilege"]["tier"], "admin",
        "those of another account"
    );

    for (saved, said) in [
        (
            json!({"ServiceControlPolicies": [root]}),
            "TargetId of an account",
        ),
        (
            json!({"ServiceControlPolicies": [{"TargetId": "123456789012", "Policies": []}]}),
            "deny everything",
        ),
    ] {
        let stderr = explain(saved).expect_code(2).stderr;
        assert!(
            stderr.contains("levels.json") && stderr.contains(said),
            "{stderr}"
        );
    }
}

#[test]
fn a_user_without_tags_in_the_details_has_none_and_one_with_null_is_not_known() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("details.json");
    for (tags, tier) in [(None, "admin"), (Some(Value::Null), "conditional")] {
        let mut user = json!({
            "Path": "/", "UserName": "al", "UserId": "AIDAAL", "GroupList": [],
            "Arn": "arn:aws:iam::123456789012:user/al",
            "CreateDate": "2024-01-01T00:00:00+00:00", "AttachedManagedPolicies": [],
            "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition":
                    {"StringNotEquals": {"aws:PrincipalTag/team": "guests"}}}]}}],
        });
        if let Some(tags) = tags {
            user["Tags"] = tags;
        }
        let details = json!({"UserDetailList": [user], "GroupDetailList": [],
            "RoleDetailList": [], "Policies": []});
        std::fs::write(&file, details.to_string()).unwrap();
        let file = file.display().to_string();
        let agent = Agent::new().args(["explain", "al", "--output", "json"]);
        let output = agent.args(["--from", &file]).run().expect_code(0);
        let explained: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(explained["privilege"]["tier"], tier);
    }
}
