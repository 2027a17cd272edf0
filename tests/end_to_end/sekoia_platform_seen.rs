//! What Sekoia's platform sees of the container that it has started: its log, its health and its
//! metrics, and nothing else.

use std::time::Duration;

use hyper::Method;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::accounts::TINY;
use super::common::until;
use super::probes::Ask;
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::platform::{API_KEY, Platform, TOKEN};
use crate::support::reply::Reply;
use crate::support::running::Running;

const SOON: Duration = Duration::from_secs(30);
const SECRET: &str = "secret-of-the-module";

/// An agent that the platform starts; `spoil` changes what it wrote.
fn container(platform: &Platform, intake: &Intake, spoil: impl Fn(&Agent)) -> Agent {
    let agent = Agent::new().env("AWS_ENDPOINT_URL", TINY.account.url());
    let dir = agent.home().join("symphony");
    platform.write(&dir, TINY.account.access_key_id(), intake);
    spoil(&agent);
    let dir = dir.display().to_string();
    agent.args(["aws_users_asset_connector", "--sekoia-config", &dir])
}

fn waiting(agent: &Agent) -> Running {
    let mut running = agent.spawn();
    running.wait_for("waiting for the next pass", SOON);
    running
}

fn lines(platform: &Platform) -> Vec<Value> {
    platform.logs().into_iter().flatten().collect()
}

#[test]
fn the_platform_has_the_log_without_a_secret_and_to_its_end() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let running = waiting(&container(&platform, &intake, |_| ()));
    until(SOON, || !lines(&platform).is_empty());
    running.signal(Signal::SIGTERM);
    let output = running.wait(SOON).expect_code(0);
    let (lines, said) = (lines(&platform), format!("{:?}", platform.logs()));
    let bearer = format!("Bearer {TOKEN}");
    for (method, _, token, _) in platform.asked() {
        assert_eq!(token, bearer, "{method}");
    }
    for line in &lines {
        let date = line["date"].as_str().unwrap();
        assert_eq!((date.len(), &date[10..11]), (26, "T"), "{date}");
        assert!(!line["message"].as_str().unwrap().is_empty());
    }
    assert!(said.contains("waiting for the next pass"), "{said}");
    for secret in [SECRET, API_KEY, TOKEN] {
        assert!(!said.contains(secret), "{said}");
    }
    let last = output.stderr.lines().last().unwrap_or_default();
    let last_sent = lines.last().unwrap()["message"].as_str().unwrap();
    assert!(last.contains(last_sent), "{last_sent:?} is not {last:?}");
}

#[test]
fn the_platform_is_told_at_once_why_a_container_ends() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let wrong = |agent: &Agent| {
        agent.file("symphony/connector_configuration", "[]");
    };
    let output = container(&platform, &intake, wrong).run().expect_code(2);
    let lines = lines(&platform);
    let [line] = &lines[..] else {
        panic!("{lines:#?}");
    };
    let why = "connector_configuration: is no JSON object, nor base64 of one";
    assert_eq!(
        (&line["level"], &line["message"]),
        (&json!("critical"), &json!(why))
    );
    assert!(output.stderr.contains(why), "{}", output.stderr);
}

#[test]
fn a_log_api_that_is_dead_or_silent_holds_up_nothing() {
    for reply in [Reply::status(500), Reply::silence()] {
        let (platform, intake) = (Platform::start(SECRET), Intake::start());
        platform.answer_logs(reply.clone());
        let running = waiting(&container(&platform, &intake, |_| ()));
        until(SOON, || {
            !intake.events().is_empty() && !platform.logs().is_empty()
        });
        running.signal(Signal::SIGTERM);
        let output = running.wait(Duration::from_secs(10)).expect_code(0);
        let said = "the platform does not take the log";
        assert_eq!(
            output.stderr.matches(said).count(),
            usize::from(reply.is_whole())
        );
        assert!(
            !format!("{:?}", platform.logs()).contains(said),
            "it feeds itself"
        );
    }
}

#[test]
fn the_platforms_ports_answer_what_it_asks_and_open_no_status_page() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let running = waiting(&container(&platform, &intake, |_| ()));
    let (code, health) = Ask::of(platform.liveness(), "/health").answer();
    assert_eq!((code, health.as_str()), (200, "{\"status\":\"live\"}"));
    let (code, metrics) = Ask::of(platform.metrics(), "/metrics").answer();
    assert_eq!(code, 200);
    assert!(metrics.contains("rollcall_passes_total"), "{metrics}");
    for path in ["/", "/status", "/changes", "/page.js", "/livez", "/readyz"] {
        for port in [platform.liveness(), platform.metrics()] {
            let (code, text) = Ask::of(port, path).answer();
            assert_eq!(code, 404, "{path}");
            assert!(!text.contains(TINY.account.id()), "{text}");
        }
    }
    assert_eq!(Ask::of(platform.liveness(), "/metrics").answer().0, 404);
    assert_eq!(Ask::of(platform.metrics(), "/health").answer().0, 404);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_port_that_is_taken_is_named_and_a_reload_does_not_move_one() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    let agent = container(&platform, &intake, |_| ());
    let mut running = waiting(&agent);
    agent.file("symphony/liveness_port", "8001");
    running.signal(Signal::SIGHUP);
    running.wait_for("liveness_port or metrics_port is another one", SOON);
    assert_eq!(Ask::of(platform.liveness(), "/health").answer().0, 200);
    let other = container(&platform, &intake, |_| ());
    let output = other.run().expect_code(2);
    assert!(
        output
            .stderr
            .contains("liveness_port: cannot listen on 0.0.0.0:"),
        "{}",
        output.stderr
    );
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_key_that_the_platform_keeps_apart_from_the_connectors_file_is_used() {
    let (platform, intake) = (Platform::start(SECRET), Intake::start());
    platform.keep_of_connector(json!({"sekoia_api_key": "key-kept-apart", "batch_size": null}));
    let running = waiting(&container(&platform, &intake, |_| ()));
    until(SOON, || !intake.events().is_empty());
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
    for post in intake.posts() {
        assert_eq!(post.headers["authorization"], "Bearer key-kept-apart");
    }
    let asked = platform.asked().into_iter();
    assert_eq!(
        asked.filter(|(method, ..)| *method == Method::GET).count(),
        1
    );
}
