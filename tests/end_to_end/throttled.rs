//! Throttling: the rate falls, is logged, and is where the next pass starts.

use rollcall::store::Store;

use super::common;
use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws};

const CONFIGURED: f64 = 80.0;
const SETTINGS: &str = "[aws]\nstrategy = \"per-user\"\nrequests_per_second = 80\n\
                        max_in_flight = 32\n\
                        [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
const ACTION: &str = "ListGroupsForUser";

#[test]
fn throttling_lowers_the_rate_which_is_logged_and_remembered_for_the_next_pass() {
    let account = SimAccount::generate(81, 60);
    let id = account.id.clone();
    let sim = SimAws::start([account]);
    sim.throttle(ACTION, 20.0, 5.0);
    let agent = Agent::new().config(SETTINGS).aws(&sim.url());
    let agent = agent.args(["--log-format", "json", "collect"]);
    let (first_rate, first_repeats) = collect(&agent, &sim);
    assert!(
        first_rate < CONFIGURED && first_repeats > 5,
        "{first_rate} {first_repeats}"
    );
    let events = agent.home().join("events.ndjson");
    let events = common::valid_file(rollcall::map::Dialect::Ocsf, &events);
    assert_eq!(common::names(&events).len(), 60);
    let remembered = remembered(&agent, &id);
    assert!(
        (remembered - first_rate).abs() < 1e-9,
        "{remembered} {first_rate}"
    );

    let (second_rate, second_repeats) = collect(&agent, &sim);
    assert!(second_rate < CONFIGURED, "{second_rate}");
    assert!(
        second_repeats < first_repeats,
        "{second_repeats} of {first_repeats}"
    );
}

/// The rate of the throttled action in the log, and its calls beyond one for each user.
fn collect(agent: &Agent, sim: &SimAws) -> (f64, u64) {
    let calls = || sim.calls().get(ACTION).copied().unwrap_or_default();
    let before = calls();
    let output = agent.run().expect_code(0);
    let lines = output
        .stderr
        .lines()
        .map(serde_json::from_str::<serde_json::Value>);
    let learnt = lines.filter_map(Result::ok).find_map(|line| {
        let is_about = line["action"] == "iam:ListGroupsForUser";
        line["requests_per_second"].as_f64().filter(|_| is_about)
    });
    let rate = learnt.unwrap_or_else(|| panic!("no learnt rate in {}", output.stderr));
    (rate, calls() - before - 60)
}

/// The rate that the store keeps.
fn remembered(agent: &Agent, account_id: &str) -> f64 {
    let store = Store::open(&agent.state_home().join("rollcall")).expect("the agent's store");
    let memory = store.account(account_id).expect("an account");
    memory.rates_per_second["iam:ListGroupsForUser"]
}
