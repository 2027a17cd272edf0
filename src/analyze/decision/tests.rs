//! Decisions on single requests, one fact of AWS's documentation each.

use std::sync::Arc;

use time::macros::datetime;

use super::*;
use crate::analyze::document::{Policy, Use};
use crate::model::{Arn, Tag};

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
fn variables_are_values_of_the_principal() {
    let on = |resource: &str| {
        statements(&format!(
            r#"{{"Effect":"Allow","Action":"iam:PutUserPolicy","Resource":"{resource}"}}"#
        ))
    };
    for (resource, expected) in [
        ("arn:aws:iam::*:user/${aws:username}", ImplicitDeny),
        ("arn:aws:iam::*:user/*${aws:username}", Allow),
        ("arn:aws:iam::*:user/div/${aws:username}", Allow),
        (
            "arn:aws:iam::*:user/${aws:PrincipalTag/none, 'div'}/alice",
            Allow,
        ),
        (
            "arn:aws:iam::*:user/${aws:PrincipalTag/none}alice",
            ImplicitDeny,
        ),
        ("arn:aws:iam::*:user/${aws:SourceIp}", Unknown),
        ("arn:aws-cn:iam::*:user/div/alice", ImplicitDeny),
    ] {
        assert_eq!(
            decide(vec![on(resource)], "iam:putuserpolicy", ALICE),
            expected,
            "{resource}"
        );
    }
    let old = applied(
        r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:user/*${aws:username}"}}"#,
    );
    assert_eq!(decide(vec![old], "iam:putuserpolicy", ALICE), ImplicitDeny);
}

#[test]
fn facts_of_the_principal_decide_conditions() {
    for (condition, expected) in [
        (r#"{"StringEquals":{"aws:username":"alice"}}"#, Allow),
        (r#"{"StringEquals":{"AWS:UserName":"Alice"}}"#, ImplicitDeny),
        (
            r#"{"StringEqualsIgnoreCase":{"aws:username":"ALICE"}}"#,
            Allow,
        ),
        (r#"{"StringEquals":{"aws:username":"al*"}}"#, ImplicitDeny),
        (r#"{"StringLike":{"aws:username":["bob","al*"]}}"#, Allow),
        (
            r#"{"StringNotLike":{"aws:username":["bob","al*"]}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/div/*"}}"#,
            Allow,
        ),
        (
            r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}"#,
            Allow,
        ),
        (r#"{"StringEquals":{"aws:PrincipalType":"User"}}"#, Allow),
        (r#"{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#, Allow),
        (
            r#"{"StringEquals":{"aws:PrincipalTag/Team":"blue"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"StringEquals":{"aws:PrincipalTag/other":"red"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"StringNotEquals":{"aws:PrincipalTag/other":"red"}}"#,
            Allow,
        ),
        (
            r#"{"StringEqualsIfExists":{"aws:PrincipalTag/other":"red"}}"#,
            Allow,
        ),
        (r#"{"Null":{"aws:PrincipalTag/other":"true"}}"#, Allow),
        (r#"{"Null":{"aws:PrincipalTag/team":"true"}}"#, ImplicitDeny),
        (r#"{"Null":{"aws:PrincipalTag/team":false}}"#, Allow),
        (r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#, Allow),
        (
            r#"{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#,
            Allow,
        ),
        (
            r#"{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}}"#,
            Unknown,
        ),
        (r#"{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#, Unknown),
        (
            r#"{"StringEquals":{"aws:SourceVpc":"v","aws:username":"bob"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"StringEquals":{"aws:username":"${aws:PrincipalTag/none}"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"StringNotEquals":{"aws:username":"${aws:PrincipalTag/none}"}}"#,
            ImplicitDeny,
        ),
        (
            r#"{"StringEquals":{"aws:username":"${aws:username}"}}"#,
            Allow,
        ),
    ] {
        assert_eq!(
            allowed_if(condition, &context(Session::AccessKey)),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn mfa_keys_follow_the_session() {
    use Session::{AccessKey, Console, Mfa, Role};
    for (condition, of_each) in [
        (
            r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
            [ImplicitDeny, ImplicitDeny, Allow, Unknown],
        ),
        (
            r#"{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}"#,
            [Allow, ImplicitDeny, Allow, Unknown],
        ),
        (
            r#"{"Bool":{"aws:MultiFactorAuthPresent":"false"}}"#,
            [ImplicitDeny, Allow, ImplicitDeny, Unknown],
        ),
        (
            r#"{"Null":{"aws:MultiFactorAuthAge":"false"}}"#,
            [ImplicitDeny, ImplicitDeny, Allow, Unknown],
        ),
        (
            r#"{"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}}"#,
            [ImplicitDeny, ImplicitDeny, Allow, Unknown],
        ),
        (
            r#"{"DateLessThan":{"aws:TokenIssueTime":"2020-01-01T00:00:00Z"}}"#,
            [ImplicitDeny; 4],
        ),
        (
            r#"{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:00Z"}}"#,
            [ImplicitDeny, Allow, Allow, Allow],
        ),
    ] {
        for (session, expected) in [AccessKey, Console, Mfa, Role].into_iter().zip(of_each) {
            assert_eq!(
                allowed_if(condition, &context(session)),
                expected,
                "{condition} {session:?}"
            );
        }
    }
}

#[test]
fn keys_of_many_values_follow_their_quantifier() {
    let with = |values: &[&str]| {
        let mut context = context(Session::AccessKey);
        let values = values.iter().map(|&value| value.to_owned()).collect();
        context
            .keys
            .push(("aws:tagkeys".to_owned(), Given::Values(values)));
        context
    };
    let all = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]}}"#;
    let any = r#"{"ForAnyValue:StringEquals":{"aws:TagKeys":["a","b"]}}"#;
    let any_not = r#"{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["a","b"]}}"#;
    for (condition, values, expected) in [
        (all, &["a"][..], Allow),
        (all, &["a", "c"], ImplicitDeny),
        (all, &[], Allow),
        (any, &["a", "c"], Allow),
        (any, &["c"], ImplicitDeny),
        (any, &[], ImplicitDeny),
        (any_not, &["a", "c"], Allow),
        (any_not, &["a", "b"], ImplicitDeny),
        (any_not, &[], ImplicitDeny),
    ] {
        assert_eq!(
            allowed_if(condition, &with(values)),
            expected,
            "{condition} {values:?}"
        );
    }
    let absent = context(Session::AccessKey).without("aws:TagKeys");
    assert_eq!(allowed_if(all, &absent), Allow);
    assert_eq!(allowed_if(any_not, &absent), ImplicitDeny);
}

#[test]
fn iam_s_own_keys_are_absent_from_calls_that_do_not_carry_them() {
    let policy = || {
        statements(
            r#"{"Effect":"Allow","Action":"iam:*","Resource":"*",
                "Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}}"#,
        )
    };
    let passed = context(Session::AccessKey).with("iam:PassedToService", "ec2.amazonaws.com");
    let role = "arn:aws:iam::123456789012:role/r";
    assert_eq!(
        decide(vec![policy()], "iam:putuserpolicy", ALICE),
        ImplicitDeny
    );
    assert_eq!(
        decide_in(vec![policy()], "iam:passrole", role, &passed),
        Allow
    );
    assert_eq!(decide(vec![policy()], "iam:passrole", role), Unknown);
    let region = r#"{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}"#;
    let elsewhere = statements(&format!(
        r#"{{"Effect":"Deny","Action":"*","Resource":"*","Condition":{region}}}"#
    ));
    assert_eq!(
        decide(vec![elsewhere], "iam:putuserpolicy", ALICE),
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
