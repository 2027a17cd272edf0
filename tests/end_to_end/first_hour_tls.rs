//! A certificate authority of one's own, and a sink that does not let us in.

use serde_json::json;

use super::accounts::TINY;
use super::common::{API_KEY, assert_each_once, sekoia_config};
use super::first_hour::logged;
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Output;
use crate::support::tls::TlsFront;

/// An agent whose AWS and whose intake are behind the same authority.
fn behind(aws: &TlsFront, intake: &TlsFront, more: &str) -> Agent {
    let config = sekoia_config_at(&intake.url(), more);
    Agent::new()
        .config(&config)
        .account(&TINY.account)
        .file("ca.pem", &format!("{}{}", aws.ca_pem(), intake.ca_pem()))
        .file("aws.pem", aws.ca_pem())
        .env("AWS_ENDPOINT_URL", &aws.url())
        .env("SEKOIA_API_KEY", API_KEY)
        .arg("collect")
}

fn sekoia_config_at(url: &str, more: &str) -> String {
    let unused = Intake::start();
    sekoia_config(&unused, more).replace(&unused.url(), url)
}

fn port(front: &TlsFront) -> String {
    front.url().replace("https://127.0.0.1:", "")
}

#[test]
fn an_authority_in_ca_file_is_trusted_by_aws_and_sinks_and_unknown_without_it() {
    let intake = Intake::start();
    let fronts = (
        TlsFront::start(TINY.account.url()),
        TlsFront::start(&intake.url()),
    );
    let output = behind(&fronts.0, &fronts.1, "").run().expect_code(4);
    let masks = [(&*port(&fronts.0), "PORT"), (&*port(&fronts.1), "PORT")];
    insta::assert_snapshot!("unknown_issuer_of_aws", logged(&output, &masks));
    let agent = behind(&fronts.0, &fronts.1, "[agent]\nca_file = \"ca.pem\"\n");
    agent.run().expect_code(0);
    assert_each_once(&TINY.users, &intake.events());
}

#[test]
fn an_authority_in_aws_ca_bundle_is_trusted_by_aws_alone() {
    let intake = Intake::start();
    let aws = TlsFront::start(TINY.account.url());
    let front = TlsFront::start(&intake.url());
    let agent = behind(&aws, &front, "").env("AWS_CA_BUNDLE", "aws.pem");
    let output = agent.run().expect_code(5);
    let masks = [(&*port(&aws), "PORT"), (&*port(&front), "PORT")];
    insta::assert_snapshot!("unknown_issuer_of_a_sink", logged(&output, &masks));
    assert!(intake.requests().is_empty());
}

#[test]
fn a_ca_file_of_no_use_is_a_configuration_error_that_names_it() {
    let collect = |key: &str, path: &str, content: Option<&str>| {
        let agent = Agent::new().account(&TINY.account).arg("collect");
        let agent = match key {
            "AWS_CA_BUNDLE" => agent.env(key, path),
            _ => agent.config(&format!("[agent]\nca_file = {path:?}\n")),
        };
        let agent = content.map_or(agent.clone(), |content| agent.file(path, content));
        logged(&agent.run().expect_code(2), &[])
    };
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let texts = [
        collect("agent.ca_file", "nowhere.pem", None),
        collect("agent.ca_file", "empty.pem", Some("no PEM\n")),
        collect("agent.ca_file", "broken.pem", Some(broken)),
        collect("AWS_CA_BUNDLE", "nowhere.pem", None),
    ];
    insta::assert_snapshot!(texts.join("\n"));
}

/// What a collection logs that is answered so by the intake.
#[track_caller]
fn answered(reply: Reply) -> Output {
    let intake = Intake::start();
    intake.otherwise(Some(reply));
    let agent = Agent::new()
        .config(&sekoia_config(&intake, ""))
        .account(&TINY.account)
        .env("SEKOIA_API_KEY", API_KEY);
    let output = agent.arg("collect").run().expect_code(5);
    assert!(!output.stderr.contains(API_KEY), "{}", output.stderr);
    output
}

#[test]
fn a_wrong_key_of_a_sink_is_reported_with_the_keys_setting() {
    let reply = Reply::json(401, &json!({"code": "T300", "message": "invalid API key"}));
    insta::assert_snapshot!(logged(&answered(reply), &[]));
}

#[test]
fn an_unknown_connector_is_reported_with_its_settings() {
    let reply = Reply::json(
        404,
        &json!({"code": "NotFound", "message": "no such connector"}),
    );
    insta::assert_snapshot!(logged(&answered(reply), &[]));
}
