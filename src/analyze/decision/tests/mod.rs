//! Decisions on single requests, one fact of AWS's documentation each.

use std::sync::Arc;

use time::macros::datetime;

use super::*;
use crate::analyze::document::{Policy, Use};
use crate::model::{Arn, Tag};

mod conditions;

const ALICE: &str = "arn:aws:iam::123456789012:user/div/alice";

fn applied(text: &str) -> AppliedPolicy {
    AppliedPolicy {
        source: PolicySource::Inline {
            holder: Holder::User("alice".to_owned()),
            name: "p".to_owned(),
        },
        document: Policy::parse(text, Use::Identity).ok().map(Arc::new),
    }
}

fn statements(statements: &str) -> AppliedPolicy {
    applied(&format!(
        r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#
    ))
}

fn alice(policies: Vec<AppliedPolicy>) -> Principal {
    Principal {
        kind: PrincipalKind::User,
        arn: Arn::parse(ALICE).unwrap(),
        name: "alice".to_owned(),
        id: "AIDAALICE".to_owned(),
        tags: Some(vec![Tag {
            key: "Team".to_owned(),
            value: "red".to_owned(),
        }]),
        policies,
        boundary: Boundary::None,
    }
}

fn context(session: Session) -> Context {
    Context::new(datetime!(2026-06-01 12:00 UTC), session)
}

fn decide(policies: Vec<AppliedPolicy>, action: &str, resource: &str) -> Decision {
    decide_in(policies, action, resource, &context(Session::AccessKey))
}

fn decide_in(
    policies: Vec<AppliedPolicy>,
    action: &str,
    resource: &str,
    context: &Context,
) -> Decision {
    let request = Request {
        principal: &alice(policies),
        action,
        resource,
        context,
    };
    Authorizer::default().decide(&request, None).decision()
}

/// The decision on `s3:getobject` where a condition stands on an Allow of everything.
fn allowed_if(condition: &str, context: &Context) -> Decision {
    let policy = statements(&format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}"#
    ));
    decide_in(vec![policy], "s3:getobject", "arn:aws:s3:::b/k", context)
}

use Decision::{Allow, ExplicitDeny, ImplicitDeny, Unknown};

#[test]
fn an_explicit_deny_wins_and_silence_denies() {
    let allow = || statements(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    let deny = || statements(r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#);
    let bucket = "arn:aws:s3:::b/k";
    assert_eq!(decide(vec![allow()], "s3:getobject", bucket), Allow);
    assert_eq!(
        decide(vec![allow(), deny()], "s3:getobject", bucket),
        ExplicitDeny
    );
    assert_eq!(decide(vec![allow(), deny()], "s3:putobject", bucket), Allow);
    assert_eq!(decide(vec![allow()], "ec2:runinstances", "*"), ImplicitDeny);
}

#[test]
fn a_missing_document_may_allow_and_may_deny() {
    let missing = || applied("nonsense");
    let allow = || statements(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let deny = || statements(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
    assert_eq!(decide(vec![missing()], "s3:getobject", "*"), Unknown);
    assert_eq!(
        decide(vec![allow(), missing()], "s3:getobject", "*"),
        Unknown
    );
    assert_eq!(
        decide(vec![missing(), deny()], "s3:getobject", "*"),
        ExplicitDeny
    );
}

#[test]
fn boundaries_and_service_control_policies_have_to_allow_too() {
    let allow = || statements(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let s3 = || statements(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
    let deny = || statements(r#"{"Effect":"Deny","Action":"iam:*","Resource":"*"}"#);
    let bounded = Principal {
        boundary: Boundary::Policy {
            arn: "arn:aws:iam::123456789012:policy/b".to_owned(),
            document: s3().document,
        },
        ..alice(vec![allow()])
    };
    let free = alice(vec![allow()]);
    let session = context(Session::AccessKey);
    let decide = |principal: &Principal, levels: Option<&[Vec<AppliedPolicy>]>, action: &str| {
        let request = Request {
            principal,
            action,
            resource: "*",
            context: &session,
        };
        let authorizer = Authorizer {
            service_control_policies: levels,
        };
        authorizer.decide(&request, None).decision()
    };
    assert_eq!(decide(&bounded, None, "s3:getobject"), Allow);
    assert_eq!(decide(&bounded, None, "iam:createuser"), ImplicitDeny);
    let levels = [vec![allow()], vec![s3(), allow()]];
    assert_eq!(decide(&free, Some(&levels), "iam:createuser"), Allow);
    let one_level_short = [vec![allow()], vec![s3()]];
    assert_eq!(
        decide(&free, Some(&one_level_short), "iam:createuser"),
        ImplicitDeny
    );
    let denied = [vec![allow(), deny()], vec![allow()]];
    assert_eq!(decide(&free, Some(&denied), "iam:createuser"), ExplicitDeny);
    assert_eq!(
        decide(&free, Some(&[vec![allow()], vec![]]), "s3:getobject"),
        ImplicitDeny
    );
}

#[test]
fn a_trust_policy_that_names_the_user_or_everybody_grants_alone_and_one_of_the_account_delegates() {
    let trust = |principal: &str| {
        let text = format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}}}]}}"#
        );
        Policy::parse(&text, Use::Trust).unwrap()
    };
    let session = context(Session::AccessKey);
    let assume = |user: &Principal, trust: &Policy| {
        let request = Request {
            principal: user,
            action: "sts:assumerole",
            resource: "arn:aws:iam::123456789012:role/r",
            context: &session,
        };
        Authorizer::default()
            .decide(&request, Some(trust))
            .decision()
    };
    let allowed = alice(vec![statements(
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}"#,
    )]);
    let denied = alice(vec![statements(
        r#"{"Effect":"Deny","Action":"sts:*","Resource":"*"}"#,
    )]);
    let plain = alice(vec![]);
    let bounded = Principal {
        boundary: Boundary::Policy {
            arn: "b".to_owned(),
            document: statements(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#).document,
        },
        ..allowed.clone()
    };
    let named = trust(&format!(r#"{{"AWS":"{ALICE}"}}"#));
    let everybody = trust(r#""*""#);
    for (user, expected) in [(&plain, Allow), (&denied, ExplicitDeny), (&bounded, Allow)] {
        assert_eq!(assume(user, &named), expected);
        assert_eq!(assume(user, &everybody), expected);
    }
    for account in [
        r#"{"AWS":"123456789012"}"#,
        r#"{"AWS":"arn:aws:iam::123456789012:root"}"#,
    ] {
        let delegated = trust(account);
        assert_eq!(assume(&plain, &delegated), ImplicitDeny, "{account}");
        assert_eq!(assume(&allowed, &delegated), Allow, "{account}");
        assert_eq!(assume(&bounded, &delegated), ImplicitDeny, "{account}");
    }
    for other in [
        r#"{"AWS":"999999999999"}"#,
        r#"{"Service":"ec2.amazonaws.com"}"#,
    ] {
        assert_eq!(assume(&allowed, &trust(other)), ImplicitDeny, "{other}");
    }
}
