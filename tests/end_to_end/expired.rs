//! Credentials that expire in the middle of a pass.

use std::path::PathBuf;

use super::common;
use crate::support::agent::Agent;
use crate::support::running::Output;
use crate::support::sim_aws::{Fault, SimAccount, SimAws};

const OLD: &str = "AKIAOLDOLDOLDOLDOLD1";
const NEW: &str = "AKIANEWNEWNEWNEWNEW1";
const SETTINGS: &str = "[aws]\nstrategy = \"per-user\"\nrequests_per_second = 1000\n\
                        [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// Forty users; the old key expires after 41 calls.
fn sim() -> SimAws {
    let sim = SimAws::start([SimAccount::generate(71, 40)]);
    sim.inject(Fault::ExpiredToken.of_all().signed_with(OLD).sparing(41));
    sim
}

/// An agent whose credentials are those of a shared credentials file, and the file.
fn agent(sim: &SimAws) -> (Agent, PathBuf) {
    let agent = Agent::new()
        .config(SETTINGS)
        .file("credentials", &credentials(OLD));
    let file = agent.home().join("credentials");
    let agent = agent
        .env("AWS_ENDPOINT_URL", &sim.url())
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            file.to_str().expect("a path"),
        );
    (agent, file)
}

fn credentials(access_key_id: &str) -> String {
    format!("[default]\naws_access_key_id = {access_key_id}\naws_secret_access_key = s3cr3t\n")
}

fn events(agent: &Agent) -> usize {
    let file = agent.home().join("events.ndjson");
    let events = common::valid_file(rollcall::map::Dialect::Ocsf, &file);
    let names = common::names(&events);
    assert_eq!(names.len(), events.len(), "somebody is told twice");
    events.len()
}

#[track_caller]
fn assert_says(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{}", output.stderr);
}

#[test]
fn credentials_that_expire_are_loaded_anew_and_nothing_is_missing() {
    let sim = sim();
    let (agent, file) = agent(&sim);
    sim.after("ListMFADevices", 5, move |_| {
        std::fs::write(file, credentials(NEW)).expect("new credentials");
    });
    let output = agent.arg("collect").run().expect_code(0);
    assert_says(&output, "the credentials expired; loading them anew");
    assert_eq!(events(&agent), 40);
}

#[test]
fn credentials_that_expire_for_good_end_the_pass_and_what_was_collected_is_delivered() {
    let sim = sim();
    let (agent, _) = agent(&sim);
    let output = agent.arg("collect").run().expect_code(4);
    assert_says(&output, "incomplete: iam:");
    assert_says(&output, "renew the credentials and run again");
    assert!(!output.stderr.contains("checkpoint"), "{}", output.stderr);
    let delivered = events(&agent);
    assert!((5..20).contains(&delivered), "{delivered}");
}
