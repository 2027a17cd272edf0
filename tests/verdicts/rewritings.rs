//! What means the same has the same verdict, and counterfactuals do what they say.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rollcall::analyze::{Change, Privilege, Tier};
use serde_json::{Value, json};

use super::account::{details, verdict, verdict_on};
use super::case::{Case, cases};

/// A rewriting of saved details.
type Rewriting = fn(&mut Value);

const REWRITINGS: [(&str, Rewriting); 6] = [
    ("reordered", |details| each_document(details, &reorder)),
    ("split", |details| each_document(details, &split)),
    ("as lists", |details| each_document(details, &listed)),
    ("encoded", |details| each_document(details, &encode)),
    ("with an irrelevant policy", irrelevant),
    ("shuffled", shuffle),
];

#[test]
fn what_means_the_same_has_the_same_verdict() {
    for case in by_hand() {
        let expected = summary(&verdict(&case));
        for (name, rewrite) in REWRITINGS {
            let mut details = details(&case);
            rewrite(&mut details);
            let found = summary(&verdict_on(&details, &case));
            assert_eq!(found, expected, "{} {name}", case.name);
        }
    }
}

#[test]
fn another_name_has_the_same_verdict() {
    for case in by_hand() {
        let text = details(&case).to_string();
        // Patterns of names are about that name.
        if ["al*", "alic?", "alice?", "Alice"]
            .iter()
            .any(|pattern| text.contains(pattern))
        {
            continue;
        }
        let renamed = text.replace("bob", "robert").replace("\"ops\"", "\"team\"");
        let renamed = renamed.replace("group/ops", "group/team");
        let renamed: Value = serde_json::from_str(&renamed).unwrap();
        let expected = summary(&verdict(&case));
        let mut case = case.clone();
        if let Some(bob) = case.users.remove("bob") {
            case.users.insert("robert".to_owned(), bob);
        }
        assert_eq!(
            summary(&verdict_on(&renamed, &case)),
            expected,
            "{}",
            case.name
        );
    }
}

#[test]
fn deny_of_everything_makes_everybody_a_user() {
    for case in cases() {
        let mut details = details(&case);
        let alice = &mut details["UserDetailList"][0];
        let deny = json!({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
        let policy = json!({"PolicyName": "deny", "PolicyDocument": deny});
        match alice["UserPolicyList"].as_array_mut() {
            Some(policies) => policies.push(policy),
            None => alice["UserPolicyList"] = json!([policy]),
        }
        let found = verdict_on(&details, &case);
        assert_eq!(found.tier, Tier::User, "{}", case.name);
    }
}

#[test]
fn counterfactuals_remove_the_administrator_and_none_of_their_changes_is_needless() {
    let mut administrators = 0;
    for case in cases() {
        let before = verdict(&case);
        if !is_admin(&before) {
            assert!(before.counterfactual.is_empty(), "{}", case.name);
            continue;
        }
        administrators += 1;
        let changes = &before.counterfactual;
        assert!(!changes.is_empty(), "{}", case.name);
        let after = |left_out: Option<usize>| {
            let mut details = details(&case);
            for (index, change) in changes.iter().enumerate() {
                if left_out != Some(index) {
                    carry_out(&mut details, change);
                }
            }
            is_admin(&verdict_on(&details, &case))
        };
        assert!(!after(None), "{}: {changes:?}", case.name);
        for (index, change) in changes.iter().enumerate() {
            assert!(
                after(Some(index)),
                "{}: {:?} is needless",
                case.name,
                change
            );
        }
    }
    assert!(administrators >= 40, "{administrators}");
}

fn by_hand() -> impl Iterator<Item = Case> {
    cases()
        .into_iter()
        .filter(|case| !case.source.starts_with("https://pathfinding"))
}

fn is_admin(privilege: &Privilege) -> bool {
    matches!(privilege.tier, Tier::Admin | Tier::AdminWithMfa)
}

fn summary(privilege: &Privilege) -> (Tier, BTreeSet<String>) {
    (
        privilege.tier,
        privilege.paths.iter().map(|path| path.id.clone()).collect(),
    )
}

/// Applies `rewrite` to every policy document.
fn each_document(value: &mut Value, rewrite: &dyn Fn(&mut Value)) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| each_document(item, rewrite)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match key.as_str() {
                    "PolicyDocument" | "Document" | "AssumeRolePolicyDocument" => rewrite(value),
                    _ => each_document(value, rewrite),
                }
            }
        }
        _ => {}
    }
}

fn statements(document: &mut Value) -> Vec<Value> {
    match document["Statement"].take() {
        Value::Array(statements) => statements,
        single => vec![single],
    }
}

fn reorder(document: &mut Value) {
    let mut statements = statements(document);
    statements.reverse();
    document["Statement"] = json!(statements);
}

/// One statement for each action.
fn split(document: &mut Value) {
    let mut split = Vec::new();
    for statement in statements(document) {
        let Some(actions) = statement["Action"].as_array().cloned() else {
            split.push(statement);
            continue;
        };
        for action in actions {
            let mut one = statement.clone();
            one["Action"] = action;
            split.push(one);
        }
    }
    document["Statement"] = json!(split);
}

fn listed(document: &mut Value) {
    let mut statements = statements(document);
    for statement in &mut statements {
        for element in ["Action", "NotAction", "Resource", "NotResource"] {
            if statement[element].is_string() {
                statement[element] = json!([statement[element].take()]);
            }
        }
        // An absent element must not become one that is null.
        if let Some(entries) = statement.as_object_mut() {
            entries.retain(|_, value| !value.is_null());
        }
    }
    document["Statement"] = json!(statements);
}

fn encode(document: &mut Value) {
    let text = utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string();
    *document = json!(text);
}

fn irrelevant(details: &mut Value) {
    // One of the account's own could be given another version.
    let policy = "arn:aws:iam::aws:policy/topics";
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sns:ListTopics", "Resource": "*"}
    ]});
    let version = json!({"VersionId": "v1", "IsDefaultVersion": true, "Document": document});
    let listed = json!({"PolicyName": "topics", "Arn": policy, "PolicyVersionList": [version]});
    details["Policies"].as_array_mut().unwrap().push(listed);
    let attached = json!({"PolicyName": "topics", "PolicyArn": policy});
    let alice = &mut details["UserDetailList"][0]["AttachedManagedPolicies"];
    alice.as_array_mut().unwrap().push(attached);
}

/// Every list of the details the other way round.
fn shuffle(details: &mut Value) {
    for list in [
        "UserDetailList",
        "GroupDetailList",
        "RoleDetailList",
        "Policies",
    ] {
        if let Some(items) = details[list].as_array_mut() {
            items.reverse();
        }
    }
    for list in ["AttachedManagedPolicies", "UserPolicyList", "GroupList"] {
        for user in details["UserDetailList"].as_array_mut().unwrap() {
            if let Some(items) = user.get_mut(list).and_then(Value::as_array_mut) {
                items.reverse();
            }
        }
    }
    if details["RoleDetailList"].is_null() {
        details.as_object_mut().unwrap().remove("RoleDetailList");
    }
}

fn carry_out(details: &mut Value, change: &Change) {
    let alice = &mut details["UserDetailList"][0];
    let (list, key, name) = match change {
        Change::Attached { policy, .. } => ("AttachedManagedPolicies", "PolicyArn", policy),
        Change::Inline { policy, .. } => ("UserPolicyList", "PolicyName", policy),
        Change::Membership { group, .. } => {
            alice["GroupList"]
                .as_array_mut()
                .unwrap()
                .retain(|it| it != group);
            return;
        }
    };
    alice[list]
        .as_array_mut()
        .unwrap()
        .retain(|it| it[key] != *name);
}
