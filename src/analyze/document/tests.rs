//! Documents as AWS, its tools and people write them.

use super::{Effect, Policy, PrincipalName, Use};
use proptest::prelude::*;

fn identity(text: &str) -> Result<Policy, super::DocumentError> {
    Policy::parse(text, Use::Identity)
}

#[test]
fn single_values_and_lists_are_the_same() {
    let single = identity(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    );
    let list = identity(
        r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"]}]}"#,
    );
    assert_eq!(single, list);
    assert_eq!(single.unwrap().statements[0].effect, Effect::Allow);
}

#[test]
fn the_api_s_url_encoding_is_decoded() {
    let plain = r#"{"Statement":[{"Effect":"Deny","NotAction":"iam:*","NotResource":"a+b%"}]}"#;
    let encoded: String =
        percent_encoding::utf8_percent_encode(plain, percent_encoding::NON_ALPHANUMERIC).collect();
    assert_eq!(identity(&encoded), identity(plain));
    assert!(identity(plain).is_ok());
}

#[test]
fn whatever_is_outside_the_grammar_is_refused() {
    for wrong in [
        "",
        "[]",
        "nonsense",
        "%7B",
        r#"{"Version":"2012-10-17"}"#,
        r#"{"Version":"2020-01-01","Statement":[]}"#,
        r#"{"Statement":[],"Extra":1}"#,
        r#"{"Statement":["x"]}"#,
        r#"{"Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*"}]}"#,
        r#"{"Statement":[{"Action":"*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"s3:*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","NotResource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"everything","Resource":"*"}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Equals":{"a":"b"}}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a":{}}}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Conditions":{}}]}"#,
        r#"{"Statement":[{"Effect":"Allow","Action":null,"Resource":"*"}]}"#,
    ] {
        assert!(identity(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn condition_values_may_be_strings_numbers_and_booleans() {
    let policy = identity(
        r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
            "Bool":{"aws:MultiFactorAuthPresent":true},
            "NumericLessThan":{"aws:MultiFactorAuthAge":[3600,"7200"]}}}]}"#,
    )
    .unwrap();
    let written: Vec<&str> = policy.statements[0]
        .conditions
        .iter()
        .map(|condition| condition.written.as_str())
        .collect();
    assert_eq!(
        written,
        [
            "Bool aws:MultiFactorAuthPresent true",
            "NumericLessThan aws:MultiFactorAuthAge 3600, 7200"
        ]
    );
}

#[test]
fn trust_policies_have_principals_and_no_resource() {
    let text = r#"{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":["123456789012","*"],"Service":"ec2.amazonaws.com"}}]}"#;
    let policy = Policy::parse(text, Use::Trust).unwrap();
    let principal = policy.statements[0].principal.as_ref().unwrap();
    assert_eq!(
        principal.principals,
        [
            PrincipalName::Aws("123456789012".to_owned()),
            PrincipalName::Anyone,
            PrincipalName::Service("ec2.amazonaws.com".to_owned())
        ]
    );
    assert!(identity(text).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _ = identity(&text);
        let _ = Policy::parse(&text, Use::Trust);
    }
}
