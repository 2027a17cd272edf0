//! What conditions of a statement ask, of the caller and of the call.

use super::*;

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
