//! Credentials as they are: variables, profiles, programs, proxies. Each text names what to correct.

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::agent::Agent;
use crate::support::aws_proxy::aws_error;
use crate::support::http::Server;
use crate::support::running::Output;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

const SECRET: &str = "wJalrXUtnFEMI/s3cr3t/bPxRfiCY";
pub(super) const SINK: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

pub(super) fn sim() -> SimAws {
    SimAws::start([SimAccount::new("210000000001").user(SimUser::new("ann"))])
}

/// An agent without credentials.
pub(super) fn agent(sim: &SimAws) -> Agent {
    Agent::new()
        .config(SINK)
        .env("AWS_ENDPOINT_URL", &sim.url())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
}

fn with_key(agent: &Agent) -> Agent {
    agent
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
}

/// An agent whose profiles are these.
pub(super) fn with_profiles(agent: &Agent, profiles: &str) -> Agent {
    let agent = agent.file("aws-config", profiles);
    let file = agent.home().join("aws-config");
    agent.env("AWS_CONFIG_FILE", file.to_str().expect("a path"))
}

/// A collection that ends so, says this, and repeats no secret.
#[track_caller]
pub(super) fn ends(agent: &Agent, code: i32, says: &[&str]) -> Output {
    let output = agent.arg("collect").run().expect_code(code);
    let said = &output.stderr;
    for text in says {
        assert!(said.contains(text), "{text:?} in {said}");
    }
    assert!(!said.contains("s3cr3t"), "{said}");
    output
}

#[test]
fn white_space_at_the_ends_of_a_key_is_not_part_of_it() {
    let sim = sim();
    let agent = agent(&sim)
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE\r\n")
        .env("AWS_SECRET_ACCESS_KEY", &format!(" {SECRET}\n"))
        .env("AWS_SESSION_TOKEN", "dDBrM24\n");
    ends(&agent, 0, &[]);
}

#[test]
fn a_line_end_within_a_key_or_token_is_refused_by_the_variables_name() {
    let sim = sim();
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
    ] {
        let agent = with_key(&agent(&sim)).env(name, "s3cr3t\ns3cr3t");
        let says = format!("{name}: holds a line end, a space or another character");
        ends(&agent, 2, &[&says]);
    }
}

#[test]
fn an_empty_variable_is_absent() {
    let sim = sim();
    let agent = with_key(&agent(&sim))
        .env("AWS_ENDPOINT_URL_STS", &sim.url())
        .env("AWS_ENDPOINT_URL_IAM", &sim.url());
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
    ] {
        ends(&agent.env(name, ""), 0, &[]);
    }
}

#[test]
fn an_endpoint_without_a_scheme_and_a_region_that_is_none_are_refused_at_once() {
    let sim = sim();
    let start = Instant::now();
    let agent = with_key(&agent(&sim));
    let says = "AWS_ENDPOINT_URL: is no URL that begins with https:// or http://";
    ends(&agent.env("AWS_ENDPOINT_URL", "127.0.0.1:1"), 2, &[says]);
    let says = "AWS_REGION: is no name of a region";
    ends(&agent.env("AWS_REGION", "Ireland"), 2, &[says]);
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_proxy_that_cannot_be_read_is_refused_and_no_call_goes_direct() {
    let sim = sim();
    let agent = with_key(&agent(&sim)).env("HTTP_PROXY", "http://us:s3cr3t@proxy:99999");
    ends(&agent, 2, &["HTTP_PROXY: is no URL of a proxy"]);
    assert!(sim.calls().is_empty());
}

#[test]
fn a_proxy_without_tls_gets_its_user_and_password() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let headers = Arc::clone(&seen);
    let proxy = Server::start(move |request| {
        let header = request.headers().get("proxy-authorization");
        let header = header.map_or("none", |it| it.to_str().expect("text"));
        headers.lock().unwrap().push(header.to_owned());
        ready(aws_error(403, "InvalidClientTokenId"))
    });
    let url = proxy.url().replace("http://", "http://us:pw@");
    let agent = with_key(&agent(&sim()))
        .env("HTTP_PROXY", &url)
        .env("AWS_ENDPOINT_URL", "http://sts.rollcall.invalid");
    ends(&agent, 3, &["InvalidClientTokenId"]);
    assert_eq!(*seen.lock().unwrap(), ["Basic dXM6cHc="]);
}

#[test]
fn no_proxy_with_an_asterisk_leaves_out_addresses_too() {
    let sim = sim();
    let agent = with_key(&agent(&sim)).env("HTTP_PROXY", "http://127.0.0.1:1");
    ends(&agent.env("NO_PROXY", "*"), 0, &[]);
}

#[test]
fn a_profile_that_is_nowhere_is_named_with_where_it_was_looked_for() {
    let sim = sim();
    let agent = with_profiles(&agent(&sim), "[profile production]\nregion = eu-west-3\n");
    let file = agent.home().join("aws-config");
    let places = format!("neither in {} nor in", file.display());
    let says = "AWS_PROFILE names the profile \"prodution\", which is ";
    ends(&agent.env("AWS_PROFILE", "prodution"), 3, &[says, &places]);
    let agent = agent.config(&format!("[aws]\nprofile = \"prodution\"\n{SINK}"));
    let says = "aws.profile names the profile \"prodution\", which is ";
    ends(&agent, 3, &[says, &places]);
}

#[cfg(not(feature = "sso"))]
#[test]
fn a_profile_of_a_person_who_signs_in_names_a_way_that_works() {
    let sim = sim();
    let of_sso = "[profile p]\nsso_start_url = https://d-1.awsapps.com/start\n\
                  sso_region = us-east-1\nsso_account_id = 210000000001\nsso_role_name = Reader\n";
    let of_login = "[profile p]\nlogin_session = arn:aws:iam::210000000001:user/ann\n";
    for (profile, how) in [(of_sso, "IAM Identity Center"), (of_login, "`aws login`")] {
        let agent = with_profiles(&agent(&sim), profile).env("AWS_PROFILE", "p");
        let says = format!("profile p signs in with {how}");
        let way = "credential_process = aws configure export-credentials --profile p";
        ends(&agent, 3, &[&says, way]);
    }
}

#[test]
fn a_missing_web_identity_token_is_named_by_its_path() {
    let sim = sim();
    let agent = agent(&sim)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/nowhere/token")
        .env("AWS_ROLE_ARN", "arn:aws:iam::210000000001:role/reader");
    let says = "the web identity token file /var/run/nowhere/token (AWS_WEB_IDENTITY_TOKEN_FILE) \
                cannot be read: No such file or directory";
    ends(&agent, 3, &[says]);
}

#[test]
fn a_device_or_a_directory_in_the_place_of_a_file_of_credentials_is_named_and_not_read_for_ever() {
    let sim = sim();
    let with_token = agent(&sim)
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/zero")
        .env("AWS_ROLE_ARN", "arn:aws:iam::210000000001:role/reader");
    let says = "the web identity token file /dev/zero (AWS_WEB_IDENTITY_TOKEN_FILE) cannot be read: \
                it is a pipe or a device";
    ends(&with_token, 3, &[says]);
    for (path, why) in [
        ("/dev/zero", "it is a pipe or a device"),
        ("/dev", "directory"),
    ] {
        let with_profiles = agent(&sim).env("AWS_CONFIG_FILE", path);
        let says = format!("the profiles in {path} cannot be read: ");
        ends(&with_profiles, 3, &[&says, why, "or AWS_CONFIG_FILE"]);
    }
}

#[test]
fn a_program_that_prints_credentials_is_run_and_one_that_fails_is_named() {
    let sim = sim();
    let printing = format!(
        "[profile p]\ncredential_process = echo '{{\"Version\":1,\"AccessKeyId\":\"AKIA\",\
         \"SecretAccessKey\":\"{SECRET}\"}}'\n"
    );
    let agent = agent(&sim).env("AWS_PROFILE", "p");
    ends(&with_profiles(&agent, &printing), 0, &[]);
    let failing = "[profile p]\ncredential_process = echo no session >&2; exit 7\n";
    let says = "the credential_process of profile p failed (exit status: 7): no session";
    ends(&with_profiles(&agent, failing), 3, &[says]);
}

#[test]
fn a_program_that_never_ends_is_ended_with_its_children_and_named() {
    let sim = sim();
    let profiles = "[profile p]\ncredential_process = sleep 600 & echo $! > child; wait\n";
    let agent = with_profiles(&agent(&sim), profiles).env("AWS_PROFILE", "p");
    let start = Instant::now();
    let says = "the credential_process of profile p did not end within 30 s, and was ended";
    ends(&agent, 4, &[says]);
    assert!(start.elapsed() < Duration::from_secs(50));
    let child = std::fs::read_to_string(agent.home().join("child")).expect("a process id");
    let state = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
    // Whoever is ended stays until somebody has asked how.
    let state = state.unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "{state}");
}

/// A message of this size once filled records until the state was taken for damaged.
#[test]
fn an_error_message_of_a_megabyte_harms_neither_the_state_nor_the_log() {
    let sim = sim();
    let agent = with_key(&agent(&sim));
    ends(&agent, 0, &[]);
    sim.inject(Fault::LongRefusal(1_200_000).of_all());
    for _ in 0..2 {
        let output = ends(&agent, 3, &["ValidationError"]);
        let length = output.stderr.len();
        assert!(length < 30_000, "{length} bytes");
    }
    sim.calm();
    let output = ends(&agent, 0, &[]);
    assert!(!output.stderr.contains("set aside"), "{}", output.stderr);
}
