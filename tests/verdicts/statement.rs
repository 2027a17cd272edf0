//! Statements in the words of the tables: `Deny not iam:Get*, iam:List* on * if {...}`.
//!
//! `@user/alice` is an ARN of IAM in the account of the tables.

use serde_json::{Value, json};

pub(super) const ACCOUNT: &str = "123456789012";

/// The ARN that `@...` stands for.
pub(super) fn arn(text: &str) -> String {
    match text.strip_prefix('@') {
        Some(resource) => format!("arn:aws:iam::{ACCOUNT}:{resource}"),
        None => text.to_owned(),
    }
}

/// A document of these statements; a single text that begins with `{` or `!` is the document
/// itself, `!` for one that no policy can be.
pub(super) fn document(statements: &[String]) -> Value {
    match statements {
        [whole] if whole.starts_with('{') => serde_json::from_str(whole).unwrap(),
        [broken] if broken.starts_with('!') => json!({"Statement": [{"Effect": broken}]}),
        _ => json!({
            "Version": "2012-10-17",
            "Statement": statements.iter().map(|it| statement(it)).collect::<Vec<_>>(),
        }),
    }
}

/// One statement of an identity policy.
pub(super) fn statement(text: &str) -> Value {
    let (effect, rest) = text.split_once(' ').unwrap();
    assert!(["Allow", "Deny"].contains(&effect), "{text}");
    let (rest, condition) = match rest.split_once(" if ") {
        Some((rest, condition)) => (
            rest,
            Some(serde_json::from_str::<Value>(condition).unwrap()),
        ),
        None => (rest, None),
    };
    let (actions, resources) = rest.split_once(" on ").unwrap_or((rest, "*"));
    let mut statement = json!({"Effect": effect});
    let element = |name: &str, text: &str| match text.strip_prefix("not ") {
        Some(list) => (format!("Not{name}"), values(list)),
        None => (name.to_owned(), values(text)),
    };
    for (name, value) in [element("Action", actions), element("Resource", resources)] {
        statement[name] = value;
    }
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

/// The trust policy of these statements: `Allow AWS @user/alice`, `Allow Service ec2.amazonaws.com`,
/// `Allow *`, with `if {...}` behind.
pub(super) fn trust(statements: &[String]) -> Value {
    if let [whole] = statements
        && whole.starts_with('{')
    {
        return serde_json::from_str(whole).unwrap();
    }
    let statements: Vec<Value> = statements.iter().map(|it| trust_statement(it)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn trust_statement(text: &str) -> Value {
    let (rest, condition) = match text.split_once(" if ") {
        Some((rest, condition)) => (
            rest,
            Some(serde_json::from_str::<Value>(condition).unwrap()),
        ),
        None => (text, None),
    };
    let (effect, who) = rest.split_once(' ').unwrap();
    let (element, who) = match who.strip_prefix("not ") {
        Some(who) => ("NotPrincipal", who),
        None => ("Principal", who),
    };
    let principal = match who.split_once(' ') {
        None => json!(who),
        Some((kind, name)) => json!({kind: arn(name)}),
    };
    let action = match who.split_once(' ') {
        Some(("Federated", name)) if name.contains("saml") => "sts:AssumeRoleWithSAML",
        Some(("Federated", _)) => "sts:AssumeRoleWithWebIdentity",
        _ => "sts:AssumeRole",
    };
    let mut statement = json!({"Effect": effect, "Action": action});
    statement[element] = principal;
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}

fn values(list: &str) -> Value {
    let values: Vec<String> = list.split(',').map(|it| arn(it.trim())).collect();
    match values.as_slice() {
        [single] => json!(single),
        many => json!(many),
    }
}
