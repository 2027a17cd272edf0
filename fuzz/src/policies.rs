//! Policy documents, from their text to decisions.

use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rollcall::analyze::decision::{
    AppliedPolicy, Authorizer, Boundary, Context, Decision, Holder, PolicySource, Principal,
    PrincipalKind, Request, Session,
};
use rollcall::analyze::document::{Pattern, Policy, Use, witness};
use rollcall::model::{Arn, Tag};
use serde_json::Value;
use time::OffsetDateTime;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);
const SESSIONS: [Session; 4] = [
    Session::AccessKey,
    Session::Console,
    Session::Mfa,
    Session::Unknown,
];
const ASKED: [(&str, &str); 5] = [
    ("iam:putuserpolicy", "arn:aws:iam::123456789012:user/alice"),
    ("iam:passrole", "arn:aws:iam::123456789012:role/deploy"),
    ("s3:getobject", "arn:aws:s3:::bucket/key"),
    ("sts:assumerole", "arn:aws:iam::123456789012:role/deploy"),
    ("ec2:runinstances", "*"),
];
/// So many patterns are compared with each other.
const PATTERNS_MAX: usize = 8;

/// Panics if `text`, written in another way, means something else, or if a Deny of everything
/// leaves anything allowed.
pub fn check(text: &str) {
    for usage in [Use::Identity, Use::Trust] {
        let Ok(policy) = Policy::parse(text, usage) else {
            continue;
        };
        let decided = decisions(&policy, usage);
        if !text.trim_start_matches('\u{feff}').trim().starts_with('%') {
            let trimmed = text.trim_start_matches('\u{feff}').trim();
            let encoded = utf8_percent_encode(trimmed, NON_ALPHANUMERIC).to_string();
            assert_eq!(Policy::parse(&encoded, usage).as_ref(), Ok(&policy));
            // Other spaces, and keys in another order.
            let value: Value = serde_json::from_str(trimmed).expect("JSON");
            if !has_fraction(&value) {
                for other in [value.to_string(), format!("\u{feff} {value:#}\n")] {
                    let other = Policy::parse(&other, usage).expect("the same policy");
                    assert_eq!(decisions(&other, usage), decided, "{text}");
                }
            }
        }
        if let Use::Identity = usage {
            assert_denied(&policy);
            assert_witnesses(&policy);
        }
    }
}

fn assert_denied(policy: &Policy) {
    let deny = r#"{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
    let deny = Policy::parse(deny, Use::Identity).expect("a policy");
    let mut both = policy.clone();
    both.statements.extend(deny.statements);
    let decided = decisions(&both, Use::Identity);
    assert!(
        decided.iter().all(|it| *it == Decision::ExplicitDeny),
        "{decided:?}"
    );
}

/// What two patterns are said to have in common, both have.
fn assert_witnesses(policy: &Policy) {
    let actions = policy.statements.iter().flat_map(|it| &it.action.patterns);
    let resources = policy
        .statements
        .iter()
        .filter_map(|it| it.resource.as_ref());
    let resources = resources.flat_map(|it| it.texts.iter().filter_map(|text| text.fixed()));
    let patterns: Vec<&Pattern> = actions.chain(resources).take(PATTERNS_MAX).collect();
    for one in &patterns {
        for other in &patterns {
            let found = witness(one, other);
            assert_eq!(found.is_some(), witness(other, one).is_some());
            if let Some(text) = found {
                assert!(one.matches(&text) && other.matches(&text), "{text:?}");
            }
        }
    }
}

fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_fraction),
        Value::Object(entries) => entries.values().any(has_fraction),
        _ => false,
    }
}

/// What `policy` says to each request with each session.
fn decisions(policy: &Policy, usage: Use) -> Vec<Decision> {
    let mut principal = Principal {
        kind: PrincipalKind::User,
        arn: Arn::of_iam("aws", "123456789012", "user/alice"),
        name: "alice".to_owned(),
        id: "AIDAALICE".to_owned(),
        tags: Some(vec![Tag {
            key: "team".to_owned(),
            value: "red".to_owned(),
        }]),
        policies: Vec::new(),
        boundary: Boundary::None,
    };
    if let Use::Identity = usage {
        principal.policies.push(AppliedPolicy {
            source: PolicySource::Inline {
                holder: Holder::User("alice".to_owned()),
                name: "policy".to_owned(),
            },
            document: Some(Arc::new(policy.clone())),
        });
    }
    let trust = matches!(usage, Use::Trust).then_some(policy);
    let mut decided = Vec::new();
    for session in SESSIONS {
        let context = Context::new(NOW, session);
        for (action, resource) in ASKED {
            let request = Request {
                principal: &principal,
                action,
                resource,
                context: &context,
            };
            decided.push(Authorizer::default().decide(&request, trust).decision());
        }
    }
    decided
}
