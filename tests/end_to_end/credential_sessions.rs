//! Sessions that are had over the network: from STS, from a container's agent, from an instance.
//! What fails once is asked for again.

use std::future::ready;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::credential_places::{SINK, agent, ends, sim, with_profiles};
use crate::support::agent::Agent;
use crate::support::aws_proxy::aws_error;
use crate::support::http::Server;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Denial, Fault, SimAws};

const ROLE: &str = "arn:aws:iam::210000000001:role/reader";
const WEB_IDENTITY: &str = "AssumeRoleWithWebIdentity";
/// The key of a session in the simulated account.
const SESSION_KEY: &str = "ASIA210000000001SIMA";

fn with_token(sim: &SimAws) -> Agent {
    let agent = agent(sim).file("token", "t0k3n\n");
    let token = agent.home().join("token");
    agent
        .env(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            token.to_str().expect("a path"),
        )
        .env("AWS_ROLE_ARN", ROLE)
}

/// A profile that assumes a role with the key of another one.
fn with_role(sim: &SimAws, more: &str) -> Agent {
    let profiles = format!(
        "[profile base]\naws_access_key_id = AKIABASEBASEBASEBASE\n\
         aws_secret_access_key = secret\n\
         [profile p]\nrole_arn = {ROLE}\nsource_profile = base\n{more}"
    );
    with_profiles(&agent(sim), &profiles).env("AWS_PROFILE", "p")
}

#[test]
fn one_failure_of_sts_is_asked_again_for_a_web_identity_and_for_the_role_of_a_profile() {
    for fault in [
        Fault::ServiceUnavailable,
        Fault::Throttling,
        Fault::CutBefore,
    ] {
        let sim = sim();
        sim.inject(fault.of(WEB_IDENTITY).times(1));
        ends(&with_token(&sim), 0, &[]);
        assert_eq!(sim.calls()[WEB_IDENTITY], 2, "{fault:?}");
        sim.inject(fault.of("AssumeRole").times(1));
        ends(&with_role(&sim, ""), 0, &[]);
        assert_eq!(sim.calls()["AssumeRole"], 2, "{fault:?}");
    }
}

#[test]
fn the_inner_cause_decides_the_class() {
    let sim = sim();
    sim.inject(Fault::ServiceUnavailable.of(WEB_IDENTITY));
    let says = "sts:AssumeRoleWithWebIdentity: AWS server error";
    ends(&with_token(&sim), 4, &[says]);
    sim.calm();
    sim.inject(Fault::Denied(Denial::NothingAllows).of(WEB_IDENTITY));
    let says = "sts:AssumeRoleWithWebIdentity: role not granted";
    ends(&with_token(&sim), 3, &[says]);
}

#[test]
fn the_configured_endpoint_is_that_of_calls_for_sessions_too() {
    let sim = sim();
    let config = format!("[aws]\nendpoint_url = \"{}\"\n{SINK}", sim.url());
    for agent in [with_token(&sim), with_role(&sim, "")] {
        ends(&agent.config(&config).env("AWS_ENDPOINT_URL", ""), 0, &[]);
    }
    let calls = sim.calls();
    assert_eq!((calls[WEB_IDENTITY], calls["AssumeRole"]), (1, 1));
}

#[test]
fn a_role_that_is_refused_to_a_profile_with_a_device_says_that_nobody_types_a_code() {
    let sim = sim();
    sim.inject(Fault::Denied(Denial::NothingAllows).of("AssumeRole"));
    let agent = with_role(&sim, "mfa_serial = arn:aws:iam::210000000001:mfa/ann\n");
    let says = "profile p has an mfa_serial, and nobody is there to type a code";
    ends(&agent, 3, &["sts:AssumeRole: role not granted", says]);
}

#[test]
fn a_session_that_aws_does_not_know_yet_is_used_again() {
    let sim = sim();
    let unknown = Fault::InvalidClientTokenId.of_all();
    sim.inject(unknown.signed_with(SESSION_KEY).times(2));
    ends(&with_token(&sim), 0, &[]);
    assert_eq!(sim.calls()["GetCallerIdentity"], 3);
}

/// Two answers that take longer together than one call may.
#[test]
fn the_time_that_a_session_takes_is_not_that_of_the_call_that_needs_it() {
    let sim = sim();
    sim.inject(Fault::Throttling.of("AssumeRole").times(1));
    sim.delay(Some("AssumeRole"), Duration::from_secs(16));
    ends(&with_role(&sim, ""), 0, &[]);
    assert_eq!(sim.calls()["AssumeRole"], 2);
}

fn session() -> Reply {
    let session = json!({
        "Code": "Success", "AccessKeyId": SESSION_KEY, "SecretAccessKey": "secret",
        "Token": "cmVhZGVyL3JvbGxjYWxs", "Expiration": "2099-01-01T00:00:00Z",
    });
    Reply::json(200, &session)
}

#[test]
fn the_agent_of_a_container_is_asked_again_with_the_token_of_its_file() {
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    let server = Server::start(move |request| {
        assert_eq!(request.headers()["authorization"], "pod-t0k3n");
        ready(match counted.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::status(503),
            1 => Reply::cut(),
            _ => session(),
        })
    });
    let sim = sim();
    let agent = agent(&sim).file("pod-token", "pod-t0k3n\n");
    let token = agent.home().join("pod-token");
    let url = format!("{}/v1/credentials", server.url());
    let agent = agent.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url).env(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        token.to_str().expect("a path"),
    );
    ends(&agent, 0, &[]);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

#[test]
fn the_token_of_a_container_is_not_sent_to_another_machine_in_the_clear() {
    let sim = sim();
    let url = "http://192.0.2.1/credentials";
    let agent = agent(&sim)
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "s3cr3t");
    let says = "AWS_CONTAINER_CREDENTIALS_FULL_URI leads to another machine without TLS";
    ends(&agent, 3, &[says]);
}

/// A metadata service that takes so long for its first answer, and whose last one is `last`.
fn metadata(slow_first: Duration, last: Reply) -> Server {
    metadata_of("reader", slow_first, last)
}

/// The same of an instance that has this role.
fn metadata_of(role: &'static str, slow_first: Duration, last: Reply) -> Server {
    let asked = AtomicU32::new(0);
    Server::start(move |request| {
        let delay = match asked.fetch_add(1, Ordering::SeqCst) {
            0 => slow_first,
            _ => Duration::ZERO,
        };
        let reply = match request.uri().path() {
            "/latest/api/token" => Reply::status(200).body("t0k3n"),
            "/latest/meta-data/placement/region" => Reply::status(200).body("eu-west-3"),
            "/latest/meta-data/iam/security-credentials/" => Reply::status(200).body(role),
            _ => last.clone(),
        };
        ready(reply.after(delay))
    })
}

fn on_instance(sim: &SimAws, server: &Server) -> Agent {
    agent(sim)
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &server.url())
}

#[test]
fn a_slow_metadata_service_is_asked_as_often_and_waited_for_as_long_as_variables_say() {
    let sim = sim();
    let collect = |attempts: Option<&str>, code: i32, says: &[&str]| {
        let server = metadata(Duration::from_secs(3), session());
        let mut agent = on_instance(&sim, &server);
        if let Some(attempts) = attempts {
            agent = agent
                .env("AWS_METADATA_SERVICE_TIMEOUT", "1")
                .env("AWS_METADATA_SERVICE_NUM_ATTEMPTS", attempts);
        }
        ends(&agent, code, says);
    };
    collect(None, 0, &[]);
    collect(Some("2"), 0, &[]);
    let says = "no answer: the metadata service http://127.0.0.1";
    collect(Some("1"), 4, &[says]);
    let says = "AWS_METADATA_SERVICE_NUM_ATTEMPTS is no whole number from 1 to 600";
    collect(Some("many"), 3, &[says]);
}

#[test]
fn the_region_is_that_of_the_instance_where_nothing_else_names_one() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let signed = Arc::clone(&seen);
    let sts = Server::start(move |request| {
        let header = request.headers()["authorization"].to_str().expect("text");
        signed.lock().unwrap().push(header.to_owned());
        ready(aws_error(403, "AccessDenied"))
    });
    let server = metadata(Duration::ZERO, session());
    let agent = on_instance(&sim(), &server).env("AWS_REGION", "");
    ends(
        &agent.env("AWS_ENDPOINT_URL", &sts.url()),
        3,
        &["AccessDenied"],
    );
    let seen = seen.lock().unwrap();
    assert!(
        !seen.is_empty() && seen.iter().all(|it| it.contains("/eu-west-3/sts/")),
        "{seen:?}"
    );
}

#[test]
fn what_a_metadata_service_answers_is_never_shown() {
    let sim = sim();
    for reply in [
        Reply::status(500).body("s3cr3t"),
        Reply::status(200).body("{\"AccessKeyId\":[\"s3cr3t\"]}"),
        Reply::status(200).body("{\"SecretAccessKey\":\"s3cr3t\"}"),
    ] {
        let server = metadata(Duration::ZERO, reply);
        let agent = on_instance(&sim, &server).env("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
        let output = ends(&agent, 4, &["the metadata service http://127.0.0.1"]);
        for internal in ["StatusCode(", "Response {", "SdkBody"] {
            assert!(!output.stderr.contains(internal), "{}", output.stderr);
        }
    }
}

#[test]
fn an_instance_without_a_role_is_told_to_get_one() {
    for role in ["", "\n"] {
        let server = metadata_of(role, Duration::ZERO, session());
        let agent = on_instance(&sim(), &server);
        let says = "instance metadata (the instance has no role: attach an instance profile to it)";
        ends(&agent, 3, &[says, "or give this machine a role"]);
    }
}

#[test]
fn a_line_end_within_the_keys_of_an_instance_is_named_without_them() {
    let broken = json!({
        "AccessKeyId": SESSION_KEY, "SecretAccessKey": "secret", "Token": "s3cr3t\ns3cr3t",
        "Expiration": "2099-01-01T00:00:00Z",
    });
    let server = metadata(Duration::ZERO, Reply::json(200, &broken));
    let agent = on_instance(&sim(), &server).env("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "1");
    let says = "its Token holds a line end, a space or another character that no key has";
    ends(&agent, 4, &["the metadata service http://127.0.0.1", says]);
}

#[test]
fn a_line_end_within_a_web_identity_token_is_named_by_its_file() {
    let sim = sim();
    let agent = with_token(&sim).file("token", "s3cr3t\ns3cr3t\n");
    let says = "(AWS_WEB_IDENTITY_TOKEN_FILE) holds a line end, a space or another character";
    ends(&agent, 3, &["the web identity token file", says]);
    assert!(sim.calls().is_empty());
}
