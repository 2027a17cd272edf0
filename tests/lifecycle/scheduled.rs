//! `rollcall lifecycle run` on schedule.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::people::{names, of_file};
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
