//! `run` keeps its times: by the clock, by period, and for an account that fails, by itself.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::agent::Agent;
use crate::support::running::Running;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(30);
const SINK: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
const WELL: &str = "210000000000";
const DENIED: &str = "210000000001";
const EXTERNAL_ID: &str = "tenant-7";

fn sim() -> SimAws {
    let account = |id| SimAccount::new(id).user(SimUser::new("ann"));
    let mut denied = account(DENIED);
    denied.external_id = Some("another".to_owned());
    SimAws::start([account(WELL), denied])
}

fn agent(sim: &SimAws, config: &str) -> Agent {
    Agent::new()
        .config(&format!("{config}\n{SINK}"))
        .aws(&sim.url())
}

/// Ends the daemon; its log.
fn end(running: Running) -> String {
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0).stderr
}

#[test]
fn a_daemon_that_does_not_begin_with_a_pass_says_when_the_first_will_be_and_where() {
    let sim = sim();
    let schedule =
        "[schedule]\ncron = \"30 3 * * *\"\ntime_zone = \"Asia/Tokyo\"\non_start = false\n";
    let mut running = agent(&sim, schedule).arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    let log = end(running);
    assert!(log.contains("T03:30:00+09:00[Asia/Tokyo]"), "{log}");
    assert!(sim.calls().is_empty(), "{:?}", sim.calls());
}

#[test]
fn a_pass_that_was_missed_while_there_was_no_daemon_is_made_up_for_once() {
    let sim = sim();
    let agent = agent(&sim, "[schedule]\nevery = \"2s\"\non_start = false\n");
    agent.arg("collect").run().expect_code(0);
    std::thread::sleep(Duration::from_secs(2));
    agent.config(&format!(
        "[schedule]\nevery = \"1h\"\non_start = false\n{SINK}"
    ));
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    let log = end(running);
    assert!(!log.contains("collecting users"), "{log}");
    agent.config(&format!(
        "[schedule]\nevery = \"2s\"\non_start = false\n{SINK}"
    ));
    let mut running = agent.arg("run").spawn();
    running.wait_for("collecting users", SOON);
    let log = end(running);
    let first = log.lines().next().unwrap_or_default();
    assert!(first.contains("collecting users"), "{log}");
}

#[test]
fn an_account_that_fails_is_tried_again_alone_before_the_next_pass() {
    let sim = sim();
    let role = format!("arn:aws:iam::{DENIED}:role/rollcall-read");
    let accounts = format!(
        "[[aws.accounts]]\nid = \"{WELL}\"\n\n[[aws.accounts]]\nid = \"{DENIED}\"\n\
         role_arn = \"{role}\"\nexternal_id = \"{EXTERNAL_ID}\"\n"
    );
    let mut running = agent(&sim, &accounts).arg("run").spawn();
    running.wait_for("the account was not collected", SOON);
    running.wait_for("waiting for the next pass", SOON);
    sim.change(DENIED, |account| {
        account.external_id = Some(EXTERNAL_ID.to_owned());
    });
    running.wait_for(&format!("collecting users account=\"{DENIED}\""), SOON * 2);
    let log = end(running);
    let passes = |id: &str| {
        let of = |line: &&str| line.contains("collecting users") && line.contains(id);
        log.lines().filter(of).count()
    };
    assert_eq!((passes(WELL), passes(DENIED)), (1, 1), "{log}");
}
