//! `rollcall lifecycle run` on schedule.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use serde_json::json;

use super::people::{names, of_file, of_table, put, stream};
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `is_so`.
#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_run_follows_the_other_and_sees_who_is_desired_by_then() {
    let account = Account::strict();
    let agent = of_file(&account, "name\nanna\n", "every = \"1s\"\n");
    let mut running = agent.args(["lifecycle", "run"]).spawn();
    running.wait_for("waiting for the next run", PATIENCE);
    assert_eq!(names(&account), ["anna"]);
    // What is wrong costs a run, and not the schedule.
    agent.file("people.csv", "name\nb b\n");
    running.wait_for("the run has failed", PATIENCE);
    agent.file("people.csv", "name\nanna\nbob\n");
    until(|| names(&account) == ["anna", "bob"]);
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

#[test]
fn a_change_of_the_table_begins_a_run_and_the_lease_of_a_run_begins_none() {
    let account = Account::strict();
    let agent = of_table(&account, &["rollcall:sentinel", "anna"], "");
    stream(&account);
    let mut running = agent.args(["lifecycle", "run"]).spawn();
    running.wait_for("waiting for the next run", PATIENCE);
    assert_eq!(names(&account), ["anna"]);
    // Three looks at what the run itself wrote.
    std::thread::sleep(Duration::from_secs(16));
    assert_eq!(running.log().matches("the run has ended").count(), 1);
    put(&account, &json!({ "UserName": { "S": "bob" } }));
    until(|| names(&account) == ["anna", "bob"]);
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

#[test]
fn a_table_without_a_stream_is_read_by_the_clock_and_that_is_said() {
    let account = Account::strict();
    let agent = of_table(&account, &["rollcall:sentinel", "anna"], "");
    let mut running = agent.args(["lifecycle", "run"]).spawn();
    running.wait_for("the table has no stream", PATIENCE);
    running.wait_for("waiting for the next run", PATIENCE);
    running.signal(Signal::SIGTERM);
    running.wait(PATIENCE).expect_code(0);
}

#[test]
fn a_run_by_the_clock_waits_for_its_time_in_its_zone_and_calls_nobody() {
    let account = Account::strict();
    let more = "cron = \"30 3 * * *\"\n[schedule]\ntime_zone = \"Asia/Tokyo\"\non_start = false\n";
    let proxy = AwsProxy::transparent(&account);
    let agent = of_file(&account, "name\nanna\n", more).env("AWS_ENDPOINT_URL", &proxy.url());
    let mut running = agent.args(["lifecycle", "run"]).spawn();
    running.wait_for("waiting for the next run", PATIENCE);
    running.signal(Signal::SIGTERM);
    let log = running.wait(PATIENCE).expect_code(0).stderr;
    assert!(log.contains("T03:30:00+09:00[Asia/Tokyo]"), "{log}");
    assert!(proxy.calls().is_empty());
}

#[test]
fn a_signal_ends_a_run_between_two_users() {
    for (args, code) in [(&["--once"][..], 130), (&[], 0)] {
        let account = Account::strict();
        block_on(account.iam().create_group().group_name("ops").send()).unwrap();
        let proxy = AwsProxy::start(&account, |call| {
            if call.action() == "AddUserToGroup" {
                std::thread::sleep(Duration::from_secs(1));
            }
            None
        });
        let agent = of_file(&account, "name,groups\nanna,ops\nbob,ops\n", "");
        let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
        let run = args
            .iter()
            .fold(agent.args(["lifecycle", "run"]), |agent, it| agent.arg(it));
        let running = run.spawn();
        until(|| proxy.count("CreateUser") == 1);
        running.signal(Signal::SIGTERM);
        let output = running.wait(PATIENCE).expect_code(code);
        assert!(
            output.stderr.contains("ended between users"),
            "{}",
            output.stderr
        );
        assert!(
            output.stdout.contains("anna: add to group ops"),
            "{}",
            output.stdout
        );
        assert_eq!(names(&account), ["anna"]);
    }
}
