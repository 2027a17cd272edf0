//! `plan`: what a pass will cost and miss, for two calls and without a trace.

use std::collections::BTreeMap;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::accounts::TINY;
use super::common::{API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::intake::Intake;
use crate::support::sim_aws::{SimAccount, SimAws, SimReport};

type Calls = BTreeMap<String, u64>;

/// A simulated account of so many users, with a credential report that is an hour old.
fn simulated(users: usize) -> SimAws {
    let mut account = SimAccount::generate(51, users);
    let hour_ago = OffsetDateTime::now_utc() - Duration::HOUR;
    account.report = Some(SimReport::of(&account, hour_ago));
    SimAws::start([account])
}

fn agent(sim: &SimAws, settings: &str) -> Agent {
    let sink = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let aws = format!("[aws]\nrequests_per_second = 100000\n{settings}\n");
    Agent::new()
        .config(&format!("{aws}\n{sink}"))
        .aws(&sim.url())
}

fn planned(agent: &Agent) -> Value {
    let output = agent
        .args(["plan", "--output", "json"])
        .run()
        .expect_code(0);
    serde_json::from_str(&output.stdout).expect("one JSON object")
}

/// The calls that `plan` predicts, and those that the following `collect` makes.
fn predicted_and_made(sim: &SimAws, agent: &Agent) -> (Calls, Calls) {
    let plan = planned(agent);
    let predicted = plan["calls"].as_object().expect("calls").iter();
    let predicted = predicted.map(|(action, calls)| {
        let name = action.split(':').nth(1).expect("a service and an action");
        (name.to_owned(), calls.as_u64().expect("a number"))
    });
    let before = sim.calls();
    agent.arg("collect").run().expect_code(0);
    let made = sim.calls().into_iter().map(|(action, calls)| {
        let planning = before.get(&action).copied().unwrap_or_default();
        (action, calls - planning)
    });
    (predicted.collect(), made.collect())
}

#[test]
fn plan_makes_two_calls_for_five_thousand_users_and_writes_nothing() {
    let sim = simulated(5_000);
    let agent = agent(&sim, "");
    let plan = planned(&agent);
    let summed = plan["calls"].as_object().expect("calls").values();
    let sum: u64 = summed.map(|calls| calls.as_u64().expect("a number")).sum();
    assert_eq!(
        (&plan["users"], &plan["groups"]),
        (&json!(5_000), &json!(200))
    );
    assert!(sum <= 20, "{plan:#}");
    assert_eq!(
        plan["missing"],
        Value::Null,
        "nothing is known before a pass"
    );
    let two = [("GetAccountSummary", 1), ("GetCallerIdentity", 1)];
    assert_eq!(
        sim.calls(),
        two.map(|(action, calls)| (action.to_owned(), calls)).into()
    );
    let state = std::fs::read_dir(agent.state_home()).expect("the state home");
    assert_eq!(state.count(), 0);
    assert!(!agent.home().join("events.ndjson").exists());
}

/// The summary does not tell virtual devices from others: their pages are the most there can be.
/// Who has MFA that is not virtual is asked for on top, as `plan` says.
#[test]
fn calls_predicted_in_bulk_are_those_made() {
    let sim = simulated(5_000);
    let (mut predicted, mut made) = predicted_and_made(&sim, &agent(&sim, ""));
    let account = sim.account();
    let devices = |user: &crate::support::sim_aws::SimUser| {
        let serials = user.mfa.keys();
        let (of_app, other): (Vec<_>, Vec<_>) =
            serials.partition(|serial| serial.contains(":mfa/"));
        (of_app.len(), other.len())
    };
    let devices = account.users.values().map(devices);
    let open = devices
        .filter(|(of_app, other)| *of_app == 0 && *other > 0)
        .count();
    assert_eq!(made.remove("ListMFADevices"), u64::try_from(open).ok());
    let action = "ListVirtualMFADevices";
    let (most, were) = (predicted.remove(action), made.remove(action));
    assert!(were > Some(1) && were <= most, "{were:?} of {most:?}");
    assert_eq!(predicted, made);
}

#[test]
fn calls_predicted_per_user_are_those_made() {
    let sim = simulated(400);
    let (predicted, made) = predicted_and_made(&sim, &agent(&sim, "strategy = \"per-user\""));
    assert_eq!(predicted["ListGroupsForUser"], 400);
    assert_eq!(predicted, made);
}

#[test]
fn key_ids_are_predicted_but_for_a_call_for_each_key() {
    let sim = simulated(60);
    let agent = agent(&sim, "access_keys = \"ids\"\nmfa = \"live\"");
    let told = agent.arg("plan").run().expect_code(0).stdout;
    assert!(told.contains("one for each access key"), "{told}");
    let (predicted, mut made) = predicted_and_made(&sim, &agent);
    let keys: usize = sim
        .account()
        .users
        .values()
        .map(|user| user.keys.len())
        .sum();
    assert_eq!(
        made.remove("GetAccessKeyLastUsed"),
        u64::try_from(keys).ok()
    );
    assert_eq!(predicted, made);
}

#[test]
fn plan_on_moto_makes_two_calls_and_names_what_the_last_pass_was_denied() {
    let proxy = AwsProxy::start(&TINY.account, |call| {
        let denied = ["GetAccountAuthorizationDetails", "ListGroupsForUser"];
        denied
            .contains(&call.action())
            .then(|| aws_error(403, "AccessDenied"))
    });
    let intake = Intake::start();
    let agent = Agent::new()
        .config(&sekoia_config(&intake, "").replace("per-user", "auto"))
        .account(&TINY.account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY);
    let first = agent.arg("plan").run().expect_code(0).stdout;
    assert!(
        first.contains("not known before the first complete pass"),
        "{first}"
    );
    let actions: Vec<_> = proxy
        .calls()
        .iter()
        .map(|call| call.action().to_owned())
        .collect();
    assert_eq!(actions, ["GetCallerIdentity", "GetAccountSummary"]);
    agent.arg("collect").run().expect_code(4);
    let plan = planned(&agent);
    let missing = json!([
        { "fact": "policies and tags of users", "permission": "iam:GetAccountAuthorizationDetails" },
        { "fact": "groups", "permission": "iam:ListGroupsForUser" },
    ]);
    assert_eq!(plan["missing"], missing);
    assert_eq!(plan["calls"]["iam:ListGroupsForUser"], 1);
    assert_eq!(plan["calls"]["iam:ListAttachedGroupPolicies"], Value::Null);
    let table = agent.arg("plan").run().expect_code(0).stdout;
    let row = "groups: iam:ListGroupsForUser was denied in the last pass";
    assert!(table.lines().any(|line| line.ends_with(row)), "{table}");
}

#[test]
fn plan_beside_a_daemon_says_that_it_cannot_know_what_will_be_missing() {
    let agent = Agent::new().account(&TINY.account);
    let mut daemon = agent.arg("run").spawn();
    daemon.wait_for(
        "waiting for the next pass",
        std::time::Duration::from_secs(20),
    );
    let output = agent.arg("plan").run().expect_code(0);
    daemon.signal(Signal::SIGTERM);
    daemon
        .wait(std::time::Duration::from_secs(10))
        .expect_code(0);
    let told = "missing   not known: the state could not be read";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(
        output.stderr.contains("in use by another rollcall"),
        "{}",
        output.stderr
    );
}
