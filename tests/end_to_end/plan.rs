//! `plan`: what a pass will cost, before anything is collected.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::accounts::TINY;
use crate::support::agent::Agent;

#[test]
fn plan_predicts_the_calls_of_a_pass_and_leaves_nothing_behind() {
    let agent = Agent::new().account(&TINY.account);
    let plan = plan(&agent);
    assert_eq!(plan["plan"], "auto");
    assert_eq!(plan["users"], TINY.users.len());
    assert_eq!(plan["calls"]["iam:ListUsers"], 1);
    assert_eq!(plan["missing"], Value::Null, "not known before a pass");
    let left = std::fs::read_dir(agent.state_home())
        .expect("the state home")
        .count();
    assert_eq!(left, 0);
    agent.arg("collect").run().expect_code(0);
    assert_eq!(self::plan(&agent)["missing"], json!([]));
}

#[test]
fn plan_beside_a_daemon_says_that_it_cannot_know_what_will_be_missing() {
    let agent = Agent::new().account(&TINY.account);
    let mut daemon = agent.arg("run").spawn();
    daemon.wait_for("waiting for the next pass", Duration::from_secs(20));
    let output = agent.arg("plan").run().expect_code(0);
    daemon.signal(Signal::SIGTERM);
    daemon.wait(Duration::from_secs(10)).expect_code(0);
    let told = "missing   not known: the state could not be read";
    assert!(output.stdout.contains(told), "{}", output.stdout);
    assert!(
        output.stderr.contains("in use by another rollcall"),
        "{}",
        output.stderr
    );
}

#[track_caller]
fn plan(agent: &Agent) -> Value {
    let output = agent.args(["plan", "--output", "json"]).run();
    serde_json::from_str(&output.expect_code(0).stdout).expect("a JSON object")
}
