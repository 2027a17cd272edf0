//! Runs, timeouts and signals.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::support::agent::Agent;

const SOON: Duration = Duration::from_secs(10);

#[test]
fn agent_runs_the_real_binary() {
    let output = Agent::new()
        .aws("http://127.0.0.1:9")
        .arg("--version")
        .run();
    output.expect_code(0);
}

#[test]
fn agent_sees_only_what_the_test_set() {
    let agent = Agent::of("env").aws("http://127.0.0.1:9").env("MARK", "1");
    let output = agent.run().expect_code(0);
    let mut names: Vec<_> = output
        .stdout
        .lines()
        .map(|line| line.split('=').next())
        .collect();
    names.sort();
    let expected = [
        "AWS_ACCESS_KEY_ID",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "HOME",
        "MARK",
        "PATH",
        "XDG_STATE_HOME",
    ];
    assert_eq!(names, expected.map(Some));
}

#[test]
fn agent_copies_share_one_home() {
    let agent = Agent::of("sh").config("[agent]\n");
    agent
        .args(["-c", "pwd > \"$XDG_STATE_HOME/left\""])
        .run()
        .expect_code(0);
    let output = agent.args(["-c", "cat config.toml state/left >&2"]).run();
    assert_eq!(
        output.stderr,
        format!("[agent]\n{}\n", agent.home().display())
    );
    assert!(agent.state_home().join("left").exists());
}

#[test]
fn agent_that_hangs_is_ended_and_its_outputs_are_shown() {
    let script = "echo out; echo err >&2; sleep 600 & echo $! > pid; wait";
    let agent = Agent::of("sh")
        .args(["-c", script])
        .timeout(Duration::from_secs(2));
    let panic = catch_unwind(AssertUnwindSafe(|| agent.run())).expect_err("a timeout");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("--- stdout\nout") && message.contains("--- stderr\nerr"),
        "{message}"
    );
    let grandchild = std::fs::read_to_string(agent.home().join("pid")).unwrap();
    assert!(gone(grandchild.trim()), "process {grandchild} still runs");
}

#[test]
fn agent_gets_real_signals() {
    // A shell that was started with SIGINT ignored cannot trap it: the agent itself is sent one
    // elsewhere.
    for signal in [Signal::SIGTERM, Signal::SIGKILL] {
        let script = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done";
        let mut running = Agent::of("sh").args(["-c", script]).spawn();
        running.wait_for("ready", SOON);
        running.signal(signal);
        let code = match signal {
            Signal::SIGTERM => Some(7),
            _ => None,
        };
        assert_eq!(running.wait(SOON).code, code, "{signal}");
    }
}

#[test]
fn dropped_agent_is_ended() {
    let agent = Agent::of("sh").args(["-c", "echo $$ > pid; echo ready; sleep 600"]);
    let mut running = agent.spawn();
    running.wait_for("ready", SOON);
    drop(running);
    let pid = std::fs::read_to_string(agent.home().join("pid")).unwrap();
    assert!(gone(pid.trim()), "process {pid} still runs");
}

/// Killed processes stay visible until their parent, or init, has taken note.
fn gone(pid: &str) -> bool {
    (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(10));
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"));
        !status.is_ok_and(|status| !status.contains("State:\tZ"))
    })
}
