//! Signals end the work soon, with a documented code, and lose nothing.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::accounts::SMALL;
use super::common::{self, sekoia_agent, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::reply::Reply;

const SOON: Duration = Duration::from_secs(20);
const LIMIT: Duration = Duration::from_secs(10);
const ENDS_DAEMON: [Signal; 2] = [Signal::SIGTERM, Signal::SIGINT];

#[test]
fn waiting_daemon_ends_at_once() {
    for signal in ENDS_DAEMON {
        let intake = Intake::start();
        let agent = sekoia_agent(&SMALL.account, &intake);
        let mut running = agent.arg("run").spawn();
        running.wait_for("waiting for the next pass", SOON);
        until(SOON, || intake.users().len() == 30);
        running.signal(signal);
        running.wait(Duration::from_secs(2)).expect_code(0);
        assert_rest_is_delivered(&agent, &intake);
    }
}

#[test]
fn daemon_that_ends_sends_what_waits_for_its_batch() {
    let intake = Intake::start();
    let agent = sekoia_agent(&SMALL.account, &intake);
    let config = sekoia_config(&intake, "") + "flush_after = \"1h\"\n";
    let mut running = agent.config(&config).arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    assert_eq!(intake.users().len(), 0, "they wait for more of them");
    running.signal(Signal::SIGTERM);
    running.wait(Duration::from_secs(2)).expect_code(0);
    assert_eq!(intake.users().len(), 30);
}

#[test]
fn daemon_in_a_pass_ends_in_time_and_the_next_collect_delivers_the_rest() {
    both(ENDS_DAEMON.map(|signal| move || ends_in_a_pass("run", signal, 0)));
}

#[test]
fn daemon_with_an_intake_that_hangs_ends_in_time_and_nothing_is_lost() {
    both(ENDS_DAEMON.map(|signal| move || ends_with_hanging_intake("run", signal, 0)));
}

#[test]
fn interrupted_collect_ends_with_130_and_the_next_one_delivers_the_rest() {
    both(
        [
            ends_in_a_pass as fn(&str, Signal, i32),
            ends_with_hanging_intake,
        ]
        .map(|ends| move || ends("collect", Signal::SIGINT, 130)),
    );
}

#[test]
fn a_second_signal_ends_it_at_once_and_nothing_is_lost() {
    both(["run", "collect"].map(|command| {
        move || {
            let intake = Intake::start();
            intake.otherwise(Some(Reply::silence()));
            let agent = sekoia_agent(&SMALL.account, &intake);
            let mut running = agent.arg(command).spawn();
            until(SOON, || intake.posts().len() == 1);
            running.signal(Signal::SIGTERM);
            running.wait_for("SIGTERM", SOON);
            assert!(!running.has_ended(), "it waits for the post");
            running.signal(Signal::SIGTERM);
            let start = Instant::now();
            let output = running.wait(LIMIT).expect_code(130);
            let took = start.elapsed();
            assert!(took < Duration::from_millis(700), "took {took:?}");
            assert!(output.stderr.contains("ended at once"), "{}", output.stderr);
            assert_eq!(intake.events().len(), 0);
            intake.otherwise(None);
            assert_rest_is_delivered(&agent, &intake);
        }
    }));
}

#[test]
fn a_pipe_without_a_reader_keeps_no_process() {
    both(["collect", "run"].map(|command| {
        move || {
            let agent = Agent::new()
                .account(&SMALL.account)
                .config("[[sinks]]\ntype = \"ndjson\"\npath = \"pipe\"\n");
            let pipe = agent.home().join("pipe");
            let made = Command::new("mkfifo").arg(pipe).status();
            assert!(made.expect("mkfifo").success());
            let mut running = agent.arg(command).spawn();
            running.wait_for("pass complete", SOON);
            running.signal(Signal::SIGTERM);
            let code = if command == "run" { 0 } else { 130 };
            running.wait(LIMIT).expect_code(code);
        }
    }));
}

#[track_caller]
fn ends_in_a_pass(command: &str, signal: Signal, code: i32) {
    let intake = Intake::start();
    let agent = sekoia_agent(&SMALL.account, &intake);
    let config = sekoia_config(&intake, "");
    let slow = agent.config(&config.replace("= 1000", "= 5"));
    let mut running = slow.arg(command).spawn();
    running.wait_for("collecting users", SOON);
    std::thread::sleep(Duration::from_millis(1_500));
    running.signal(signal);
    let start = Instant::now();
    let output = running.wait(LIMIT).expect_code(code);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
    assert!(
        !output.stderr.contains("pass complete"),
        "{}",
        output.stderr
    );
    agent.config(&config);
    assert_rest_is_delivered(&agent, &intake);
}

#[track_caller]
fn ends_with_hanging_intake(command: &str, signal: Signal, code: i32) {
    let intake = Intake::start();
    intake.otherwise(Some(Reply::silence()));
    let agent = sekoia_agent(&SMALL.account, &intake);
    let running = agent.arg(command).spawn();
    until(SOON, || intake.posts().len() == 1);
    running.signal(signal);
    running.wait(LIMIT).expect_code(code);
    assert_eq!(intake.events().len(), 0);
    intake.otherwise(None);
    assert_rest_is_delivered(&agent, &intake);
}

#[track_caller]
fn assert_rest_is_delivered(agent: &Agent, intake: &Intake) {
    agent.arg("collect").run().expect_code(0);
    common::assert_each_once(&SMALL.users, &intake.events());
}

/// Runs both at the same time.
fn both<F: FnOnce() + Send>(cases: [F; 2]) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(case);
        }
    });
}
