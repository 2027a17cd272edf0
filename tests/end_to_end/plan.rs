//! `plan`: what a pass will cost and miss, for a call of each action and without a trace.

use nix::sys::signal::Signal;
use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::accounts::TINY;
use super::common::{API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::intake::Intake;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimReport};

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
    let made = sim.calls().into_iter().filter_map(|(action, calls)| {
        let planning = before.get(&action).copied().unwrap_or_default();
        (calls > planning).then(|| (action, calls - planning))
    });
    (predicted.collect(), made.collect())
}

#[test]
fn plan_calls_each_action_of_the_plan_once_and_writes_nothing() {
    let sim = simulated(5_000);
    let agent = agent(&sim, "");
    let plan = planned(&agent);
    let summed = plan["calls"].as_object().expect("calls").values();
    let sum: u64 = summed.map(|calls| calls.as_u64().expect("a number")).sum();
    assert_eq!(
        (&plan["users"], &plan["groups"]),
        (&json!(5_000), &json!(200))
    );
    assert!(sum <= 21, "{plan:#}");
    assert_eq!(plan["missing"], json!([]));
    let once = [
        "GenerateCredentialReport",
        "GetAccountAuthorizationDetails",
        "GetAccountSummary",
        "GetCallerIdentity",
        "GetCredentialReport",
        "ListAttachedGroupPolicies",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListServiceSpecificCredentials",
        "ListUsers",
        "ListVirtualMFADevices",
    ];
    assert_eq!(
        sim.calls(),
        once.map(|action| (action.to_owned(), 1)).into()
    );
    let state = std::fs::read_dir(agent.state_home()).expect("the state home");
    assert_eq!(state.count(), 0);
    assert!(!agent.home().join("events.ndjson").exists());
}

#[test]
fn plan_without_the_accounts_size_names_it_as_missing_and_goes_on() {
    let sim = simulated(20);
    sim.inject(Fault::Denied(Denial::NothingAllows).of("GetAccountSummary"));
    let agent = agent(&sim, "");
    let plan = planned(&agent);
    assert_eq!(
        plan["missing"],
        json!([{
            "fact": "the proof that nobody is missing",
            "permission": "iam:GetAccountSummary",
        }])
    );
    assert_eq!(
        (&plan["users"], &plan["groups"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(plan["duration_ms"], json!(null));
    let calls = &plan["calls"];
    assert_eq!(calls["iam:GetCredentialReport"], 1);
    assert_eq!(calls.get("iam:ListUsers"), Some(&json!(null)));
    let table = agent.arg("plan").run().expect_code(0).stdout;
    assert!(table.contains("users     not known"), "{table}");
    assert!(table.contains("?  iam:ListUsers\n"), "{table}");
}

#[test]
fn plan_says_that_nothing_will_be_collected_where_no_call_says_who_there_is() {
    let both = ["ListUsers", "GetAccountAuthorizationDetails"];
    for (settings, denied) in [
        ("", &both[..]),
        ("strategy = \"bulk\"", &both[..]),
        ("strategy = \"per-user\"", &both[..1]),
    ] {
        let sim = simulated(20);
        for action in denied {
            sim.inject(Fault::Denied(Denial::NothingAllows).of(action));
        }
        let agent = agent(&sim, settings);
        let output = agent.args(["plan", "--output", "json"]).run();
        let plan: Value = serde_json::from_str(&output.stdout).expect("one JSON object");
        assert_eq!(plan["collect_exit_code"], 3, "{settings}: {plan:#}");
        assert_eq!(plan["missing"][0]["fact"], "everything", "{plan:#}");
        let calls = plan["calls"].as_object().expect("calls");
        assert!(!calls.contains_key("iam:ListGroupsForUser"), "{plan:#}");
        assert_eq!(output.code, Some(3), "{settings}");
        let table = agent.arg("plan").run().expect_code(3).stdout;
        let line = "collect   will collect nothing and end with exit code 3";
        assert!(table.contains(line), "{table}");
        agent.arg("collect").run().expect_code(3);
    }
}

#[test]
fn plan_ends_well_whichever_call_is_denied() {
    let sim = simulated(4);
    let agent = agent(&sim, "access_keys = \"ids\"");
    for action in [
        "GenerateCredentialReport",
        "GetAccessKeyLastUsed",
        "GetAccountAuthorizationDetails",
        "GetAccountSummary",
        "GetCredentialReport",
        "ListAccessKeys",
        "ListAccountAliases",
        "ListAttachedGroupPolicies",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListUsers",
        "ListVirtualMFADevices",
    ] {
        sim.calm();
        sim.inject(Fault::Denied(Denial::NothingAllows).of(action));
        planned(&agent);
    }
}

/// The summary does not distinguish virtual devices from others: their pages are the most there can be.
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
    let printed = agent.arg("plan").run().expect_code(0).stdout;
    assert!(printed.contains("one for each access key"), "{printed}");
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
fn plan_says_what_will_be_missing_as_check_does_before_any_pass() {
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
    let checked = agent.arg("check").run().expect_code(3).stdout;
    assert!(checked.contains("missing  "), "{checked}");
    let missing = json!([
        { "fact": "policies and tags of users", "permission": "iam:GetAccountAuthorizationDetails" },
        { "fact": "groups", "permission": "iam:ListGroupsForUser" },
    ]);
    for _ in ["before a pass", "after it"] {
        let plan = planned(&agent);
        assert_eq!(plan["missing"], missing);
        assert_eq!(plan["calls"]["iam:ListGroupsForUser"], 1);
        assert_eq!(plan["calls"]["iam:ListAttachedGroupPolicies"], Value::Null);
        let table = agent.arg("plan").run().expect_code(0).stdout;
        let row = "missing   groups: iam:ListGroupsForUser is denied";
        assert!(table.lines().any(|line| line == row), "{table}");
        agent.arg("collect").run().expect_code(4);
    }
}

#[test]
fn plan_does_not_say_that_nothing_is_missing_where_a_call_failed() {
    let sim = simulated(10);
    sim.inject(Fault::InvalidClientTokenId.of("ListVirtualMFADevices"));
    let agent = agent(&sim, "");
    assert_eq!(planned(&agent)["missing"], Value::Null);
    let table = agent.arg("plan").run().expect_code(0).stdout;
    let printed = "missing   not known: iam:ListVirtualMFADevices: credentials not accepted";
    assert!(table.contains(printed), "{table}");
    assert!(!table.contains("missing   nothing"), "{table}");
}

#[test]
fn plan_beside_a_daemon_says_the_same() {
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
    let printed = "missing   nothing";
    assert!(output.stdout.contains(printed), "{}", output.stdout);
    assert_eq!(output.stderr, "");
}
