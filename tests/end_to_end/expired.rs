//! Credentials that expire in the middle of a pass.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use futures_util::future::join_all;
use rollcall::aws::{Action, AwsClient, AwsErrorClass};

use super::common;
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::running::Output;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

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
    assert_eq!(names.len(), events.len(), "somebody is sent twice");
    events.len()
}

#[track_caller]
fn assert_says(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{}", output.stderr);
}

#[test]
fn credentials_that_expire_are_loaded_again_and_nothing_is_missing() {
    let sim = sim();
    let (agent, file) = agent(&sim);
    sim.after("ListMFADevices", 5, move |_| {
        std::fs::write(file, credentials(NEW)).expect("new credentials");
    });
    let output = agent.arg("collect").run().expect_code(0);
    assert_says(&output, "the credentials expired; loading them again");
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

/// The id of the second account, and a key of it.
const OTHER_ID: &str = "210000000099";
const OTHER: &str = "ASIA210000000099SIMA";

#[test]
fn credentials_that_became_another_accounts_end_the_pass_and_no_user_of_that_account_is_sent() {
    let (mine, other) = (SimAccount::generate(71, 40), SimAccount::generate(72, 40));
    let my_id = mine.id.clone();
    let other = SimAccount {
        id: OTHER_ID.to_owned(),
        ..other
    };
    let sim = SimAws::start([mine, other]);
    sim.inject(Fault::ExpiredToken.of_all().signed_with(OLD).sparing(41));
    let (agent, file) = agent(&sim);
    sim.after("ListMFADevices", 5, move |_| {
        std::fs::write(file, credentials(OTHER)).expect("other credentials");
    });
    let output = agent.arg("collect").run().expect_code(4);
    assert_says(
        &output,
        "sts:GetCallerIdentity: credentials of another account",
    );
    let message = format!(
        "in the middle of a pass over account {my_id}, and now belong to account {OTHER_ID}"
    );
    assert_says(&output, &message);
    let file = agent.home().join("events.ndjson");
    for event in common::valid_file(rollcall::map::Dialect::Ocsf, &file) {
        assert_eq!(event["cloud"]["account"]["uid"], my_id.as_str());
    }
    assert!(events(&agent) < 20);
}

/// The old key at first, and then another; counts how often it is asked.
#[derive(Debug, Clone)]
struct Keys {
    asked: Arc<AtomicUsize>,
    then: &'static str,
}

impl Keys {
    fn then(then: &'static str) -> Self {
        let asked = Arc::default();
        Self { asked, then }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 => OLD,
            _ => self.then,
        };
        let credentials = Credentials::new(key, "s3cr3t", None, None, "tests");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

/// Lists users once, and then the devices of eight of them at the same time.
async fn eight_calls(client: &AwsClient) -> Vec<Result<(), AwsErrorClass>> {
    let calls = (0..8).map(|_| async {
        let devices = || client.iam().list_mfa_devices().user_name("ann").send();
        let answer = client.call(Action::ListMfaDevices, devices).await;
        answer.map(drop).map_err(|error| error.class)
    });
    join_all(calls).await
}

/// One user; the old key expires once it has been used to ask whose it is and for its user's devices.
fn small_sim() -> SimAws {
    let account = SimAccount::new("210000000001").user(SimUser::new("ann"));
    let other = SimAccount::new(OTHER_ID).user(SimUser::new("ann"));
    let sim = SimAws::start([account, other]);
    sim.inject(Fault::ExpiredToken.of_all().signed_with(OLD).sparing(2));
    sim
}

#[test]
fn eight_calls_that_see_one_key_expire_renew_it_once() {
    let (sim, keys) = (small_sim(), Keys::then(NEW));
    let answers = block_on(async {
        let client = AwsClient::connect_as(&sim.settings(), keys.clone()).await;
        client.account().await.expect("an account");
        let devices = || client.iam().list_mfa_devices().user_name("ann").send();
        let first = client.call(Action::ListMfaDevices, devices).await;
        first.expect("devices");
        eight_calls(&client).await
    });
    assert_eq!(answers, [Ok(()); 8]);
    assert_eq!(keys.asked(), 2);
    assert_eq!(
        sim.calls()["GetCallerIdentity"],
        2,
        "of each key, whose it is"
    );
}

#[test]
fn no_call_is_signed_with_a_key_of_another_account() {
    let (sim, keys) = (small_sim(), Keys::then(OTHER));
    let answers = block_on(async {
        let client = AwsClient::connect_as(&sim.settings(), keys.clone()).await;
        client.account().await.expect("an account");
        let devices = || client.iam().list_mfa_devices().user_name("ann").send();
        let first = client.call(Action::ListMfaDevices, devices).await;
        first.expect("devices");
        eight_calls(&client).await
    });
    assert_eq!(answers, [Err(AwsErrorClass::OtherAccount); 8]);
    let devices = sim.calls()["ListMFADevices"];
    assert!(devices <= 9, "{devices} calls: one too many went out");
}
