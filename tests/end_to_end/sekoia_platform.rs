//! The container of Sekoia's own connector: configured by its platform, and by nothing else.

use std::time::Duration;

use hyper::Method;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::accounts::TINY;
use super::common::until;
use crate::support::agent::Agent;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::platform::{API_KEY, Platform, TOKEN};

const SOON: Duration = Duration::from_secs(30);
const SECRET: &str = "secret-of-the-module";

/// An agent whose environment has the keys of the platform's own storage, which it must not use.
fn agent() -> Agent {
    Agent::new()
        .env("AWS_ENDPOINT_URL", TINY.account.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAPLATFORMSTORAGE1")
        .env("AWS_SECRET_ACCESS_KEY", "of-the-storage")
        .env("AWS_SESSION_TOKEN", "of-the-storage-as-well")
        .env("AWS_DEFAULT_REGION", "nowhere-1")
        .env("AWS_BUCKET_NAME", "storage")
        .env("ASSET_CONNECTOR_PRODUCTION_BASE_URL", "http://127.0.0.1:9")
}

#[test]
fn the_container_collects_by_the_modules_key_and_sends_to_its_connector() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let agent = agent();
    let dir = agent.home().join("symphony");
    platform.write(&dir, TINY.account.access_key_id(), &intake);
    platform.fail([500]);
    let dir = dir.display().to_string();
    let args = ["aws_users_asset_connector", "--sekoia-config", &dir];
    let mut running = agent.args(args).spawn();
    until(SOON, || !intake.events().is_empty());
    running.wait_for("waiting for the next pass", SOON);
    running.signal(Signal::SIGTERM);
    let output = running.wait(SOON).expect_code(0);

    let bearer = format!("Bearer {TOKEN}");
    let secrets = (
        Method::GET,
        "/runs/1/secrets".to_owned(),
        bearer,
        Value::Null,
    );
    let asked = platform.asked().into_iter();
    let questions = asked.filter(|(method, ..)| *method == Method::GET);
    let questions: Vec<_> = questions.collect();
    assert_eq!(questions, [secrets.clone(), secrets], "after a failure");
    for post in intake.posts() {
        assert!(post.path.ends_with(CONNECTOR_UUID), "{}", post.path);
        assert_eq!(post.headers["authorization"], format!("Bearer {API_KEY}"));
        assert!(post.items().len() <= 7, "batch_size");
    }
    for event in intake.events() {
        let arn = event["user"]["uid"].as_str().unwrap();
        assert!(arn.contains(TINY.account.id()), "{arn}");
    }
    for secret in [SECRET, API_KEY, TOKEN] {
        assert!(!output.stderr.contains(secret), "{}", output.stderr);
    }
}

#[test]
fn a_validation_tells_the_platform_how_it_ended() {
    let intake = Intake::start();
    let reports = |spoil: &dyn Fn(&Agent), code| {
        let platform = Platform::start(SECRET);
        let agent = agent();
        let dir = agent.home().join("symphony");
        platform.write(&dir, TINY.account.access_key_id(), &intake);
        spoil(&agent);
        let dir = dir.display().to_string();
        let args = ["validate_module_configuration", "--sekoia-config", &dir];
        agent.args(args).run().expect_code(code);
        let asked = platform.asked().into_iter();
        let patched = asked.filter(|(method, ..)| *method == Method::PATCH);
        patched.map(|(.., body)| body).collect::<Vec<_>>()
    };
    let well = reports(&|_| (), 0);
    let running = json!({"status": "running"});
    let finished = json!({"status": "finished", "results": {"success": true}});
    assert_eq!(well, [running.clone(), finished]);
    let spoiled = reports(
        &|agent| {
            agent.file(
                "symphony/module_configuration",
                r#"{"aws_access_key": "AKIA1"}"#,
            );
        },
        2,
    );
    assert_eq!(spoiled[0], running);
    assert_eq!(spoiled[1]["results"], json!({"success": false}));
    assert_eq!(
        spoiled[1]["error"],
        "module_configuration: has no text aws_region_name"
    );
}

#[test]
fn a_value_that_is_missing_or_wrong_is_an_error_of_configuration_that_repeats_no_secret() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let error = |name: &str, text: Option<&str>| {
        let agent = agent();
        let dir = agent.home().join("symphony");
        platform.write(&dir, TINY.account.access_key_id(), &intake);
        match text {
            Some(text) => std::fs::write(dir.join(name), text).unwrap(),
            None => std::fs::remove_file(dir.join(name)).unwrap(),
        }
        let dir = dir.display().to_string();
        let output = agent.args(["run", "--sekoia-config", &dir]).run();
        let stderr = output.expect_code(2).stderr;
        assert!(!stderr.contains(API_KEY), "{stderr}");
        stderr.replace(&dir, "DIR")
    };
    let shape = format!("{{\"sekoia_api_key\": \"{API_KEY}\", \"frequency\": \"{API_KEY}\"}}");
    let base_url = format!("{{\"sekoia_api_key\": \"{API_KEY}\", \"sekoia_base_url\": [1]}}");
    let errors = [
        error("module_configuration", None),
        error("connector_configuration", None),
        error("connector_configuration", Some(API_KEY)),
        error("connector_configuration", Some(&shape)),
        error("connector_configuration", Some(&base_url)),
        error("liveness_port", Some("80000")),
        error("metrics_port", Some("0")),
        error("connector_configuration_uuid", Some(API_KEY)),
    ];
    insta::assert_snapshot!("sekoia_platform_errors", errors.concat());
}
