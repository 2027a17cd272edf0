//! Questions before the first pass: a list is empty, and says so; what is asked for by name is not
//! there. A state that cannot be read is never an empty one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::accounts::TINY;
use crate::support::agent::Agent;
use crate::support::http::Server;
use crate::support::reply::Reply;

const SOON: Duration = Duration::from_secs(20);
const NOTHING: &str = "nothing collected yet; run rollcall collect";

/// Questions, the exit code, and what the answer begins with where that is a list.
const QUESTIONS: [(&str, i32, &str); 12] = [
    ("history", 0, NOTHING),
    ("history --output json", 0, "[]\n"),
    ("history anna", 7, NOTHING),
    ("history --account 111122223333", 7, NOTHING),
    ("diff", 7, NOTHING),
    ("diff --output json", 7, NOTHING),
    ("diff --from 01 --to 02", 7, NOTHING),
    ("dead-letters show 01", 7, ""),
    ("dead-letters retry 01", 7, ""),
    ("dead-letters export", 0, ""),
    ("state forget --sink siem", 7, ""),
    ("state verify", 0, ""),
];

fn asked(agent: &Agent, question: &str) -> Agent {
    let args = question.split(' ');
    args.fold(agent.clone(), |agent, arg| agent.arg(arg))
}

#[track_caller]
fn assert_answers(agent: &Agent) {
    for (question, code, says) in QUESTIONS {
        let output = asked(agent, question).run().expect_code(code);
        let said = match code {
            0 => output.stdout.starts_with(says),
            _ => output.stdout.is_empty() && output.stderr.contains(says),
        };
        assert!(said, "{question}: {output:?}");
        assert_eq!(
            code == 0,
            output.stderr.is_empty(),
            "{question}: {output:?}"
        );
    }
}

#[test]
fn without_a_state_lists_are_empty_and_nothing_is_made() {
    let agent = Agent::new();
    assert_answers(&agent);
    for (question, says) in [
        ("dead-letters list", NOTHING),
        ("dead-letters retry --all", NOTHING),
        ("dead-letters drop --all", NOTHING),
        ("state info", NOTHING),
        ("state info --output json", "{\"bytes\":0,"),
        ("state verify", NOTHING),
        ("state compact", NOTHING),
        (
            "status",
            "Nothing has been collected yet: run rollcall collect.",
        ),
    ] {
        let output = asked(&agent, question).run().expect_code(0);
        assert!(output.stdout.starts_with(says), "{question}: {output:?}");
    }
    let state = std::fs::read_dir(agent.state_home()).expect("the state home");
    assert_eq!(state.count(), 0, "a question makes no state");
}

#[test]
fn a_daemon_that_has_collected_nothing_gives_the_same_answers() {
    let aws = Server::start(|_| std::future::ready(Reply::cut()));
    let agent = Agent::new().aws(&aws.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    assert_answers(&agent);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
    assert_answers(&agent);
}

#[test]
fn a_state_that_may_not_be_read_is_an_error_and_not_an_empty_one() {
    let agent = Agent::new().account(&TINY.account);
    agent.arg("collect").run().expect_code(0);
    let dir = agent.state_home().join("rollcall");
    std::fs::set_permissions(&dir, Permissions::from_mode(0o000)).expect("a closed directory");
    for question in [
        "history",
        "status",
        "state info",
        "dead-letters retry --all",
    ] {
        let output = asked(&agent, question).unprivileged().run().expect_code(6);
        assert!(output.stderr.contains("Permission denied"), "{output:?}");
        assert_eq!(output.stdout, "");
    }
    std::fs::set_permissions(&dir, Permissions::from_mode(0o700)).expect("an open directory");
}
