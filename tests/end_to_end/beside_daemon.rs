//! Commands that ask the state while `run` holds it: the daemon answers on its control socket.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::accounts::{Planted, TINY, plant};
use super::common::{names, sekoia_agent, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Running;

const SOON: Duration = Duration::from_secs(20);

fn with_args(agent: &Agent, args: &str) -> Agent {
    let args = args.split(' ');
    args.fold(agent.clone(), |agent, arg| agent.arg(arg))
}

/// A daemon that has ended its first pass.
fn waiting(agent: &Agent) -> Running {
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    running
}

fn end(running: Running) {
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

fn socket(agent: &Agent) -> PathBuf {
    agent.state_home().join("rollcall/control.sock")
}

/// An account whose user `newcomer` was created after a first pass, and whose event about another
/// user the sink rejects for good.
fn with_history_and_a_dead_letter() -> (Planted, Intake, Agent, String) {
    let planted = plant(4);
    let rejected = planted.users.keys().next().expect("a user").clone();
    let intake = Intake::start();
    intake.reject(&rejected);
    let agent = sekoia_agent(&planted.account, &intake);
    agent.arg("collect").run().expect_code(5);
    let create = planted.account.iam().create_user().user_name("newcomer");
    block_on(create.send()).expect("a user");
    agent.arg("collect").run();
    (planted, intake, agent, rejected)
}

#[test]
fn every_question_is_answered_alike_by_the_daemon_and_without_it() {
    let (_planted, _intake, agent, _) = with_history_and_a_dead_letter();
    let running = waiting(&agent);
    let questions = [
        ("history", 0, "no MFA"),
        ("history --output json", 0, "\"users\":5"),
        ("history newcomer", 0, "newcomer appeared"),
        ("history nobody", 7, ""),
        ("diff", 0, "nothing changed"),
        ("diff --output json", 0, "\"users\":[]"),
        ("dead-letters list", 0, "sekoia-asset"),
        (
            "dead-letters list --output json",
            0,
            "\"sink\":\"sekoia-asset\"",
        ),
        ("dead-letters export", 0, "\"metadata\""),
        ("dead-letters show 0000000", 7, ""),
        ("state info", 0, "format"),
        ("state verify", 0, "all whole"),
        ("state forget --sink sekoia-asset", 2, ""),
        ("state forget --sink unheard-of", 7, ""),
    ];
    let ask = |(question, code, says): (&str, i32, &str)| {
        let output = with_args(&agent, question).run().expect_code(code);
        assert!(
            output.stdout.contains(says),
            "{question}: {}",
            output.stdout
        );
        (question.to_owned(), output.stdout, message(&output.stderr))
    };
    let beside: Vec<_> = questions.into_iter().map(ask).collect();
    end(running);
    let alone: Vec<_> = questions.into_iter().map(ask).collect();
    assert_eq!(beside, alone);
}

/// A log without its times.
fn message(stderr: &str) -> Vec<String> {
    let lines = stderr.lines();
    let after_time = |line: &str| line.split_once(' ').map(|(_, rest)| rest.to_owned());
    lines.filter_map(after_time).collect()
}

#[test]
fn status_shows_the_daemon_and_its_troubles_without_an_address() {
    let planted = plant(3);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    intake.otherwise(Some(Reply::status(503)));
    let running = waiting(&agent);
    let status = || {
        let output = agent.args(["status", "--output", "json"]).run();
        let text = output.expect_code(0).stdout;
        serde_json::from_str::<Value>(&text).expect("a JSON document")
    };
    until(SOON, || status()["sinks"][0]["trouble"] != Value::Null);
    let status = status();
    assert_eq!(status["daemon"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["accounts"][0]["last_complete"]["users"], 3);
    assert_eq!(status["sinks"][0]["waiting"], 3);
    let table = agent.arg("status").run().expect_code(0).stdout;
    assert!(table.contains("NOT DELIVERING"), "{table}");
    end(running);
}

#[test]
fn a_dead_letter_that_is_retried_beside_the_daemon_is_sent_without_another_pass() {
    let (_planted, intake, agent, rejected) = with_history_and_a_dead_letter();
    let running = waiting(&agent);
    intake.reject("nobody");
    let output = agent.args(["dead-letters", "retry", "--all"]).run();
    let output = output.expect_code(0).stdout;
    assert!(output.starts_with("1 put back into the outbox"), "{output}");
    until(SOON, || names(&intake.events()).contains_key(&rejected));
    until(SOON, || {
        let list = agent.args(["dead-letters", "list"]).run().expect_code(0);
        list.stdout == "no dead letters\n"
    });
    end(running);
}

#[test]
fn plan_beside_the_daemon_knows_what_was_denied_in_its_last_pass() {
    let agent = Agent::new().account(&TINY.account);
    let running = waiting(&agent);
    let plan = agent.arg("plan").run().expect_code(0);
    assert!(plan.stdout.contains("missing   nothing"), "{}", plan.stdout);
    assert_eq!(plan.stderr, "");
    end(running);
}

#[test]
fn what_needs_the_state_for_itself_says_that_the_daemon_holds_it() {
    let agent = Agent::new().account(&TINY.account);
    let running = waiting(&agent);
    for command in ["collect", "state compact"] {
        let output = with_args(&agent, command).run().expect_code(6);
        let says = "a running rollcall holds the state directory";
        assert!(output.stderr.contains(says), "{}", output.stderr);
        assert!(output.stderr.contains("or stop it"), "{}", output.stderr);
    }
    end(running);
}

#[test]
fn events_of_a_sink_that_is_configured_no_more_can_be_forgotten_beside_the_daemon() {
    let planted = plant(5);
    let intake = Intake::start();
    let agent = sekoia_agent(&planted.account, &intake);
    intake.otherwise(Some(Reply::status(503)));
    let collect = ["collect", "--drain-timeout", "1s"];
    agent.args(collect).run().expect_code(5);
    intake.calm();
    let config = sekoia_config(&intake, "").replace("type =", "name = \"renamed\"\ntype =");
    let agent = agent.config(&config);
    let running = waiting(&agent);
    let forget = ["state", "forget", "--sink", "sekoia-asset"];
    let output = agent.args(forget).run().expect_code(0).stdout;
    assert_eq!(
        output,
        "sink sekoia-asset: 5 waiting events dropped, with all else that was kept for 1 former \
                 destinations\n"
    );
    let status = agent.args(["status", "--output", "json"]).run();
    let status: Value = serde_json::from_str(&status.expect_code(0).stdout).unwrap();
    assert_eq!(status["sinks"].as_array().unwrap().len(), 1, "{status}");
    agent.args(forget).run().expect_code(7);
    end(running);
}

#[test]
fn the_socket_is_private_and_removed_with_its_daemon() {
    let agent = Agent::new().account(&TINY.account);
    let socket = socket(&agent);
    let running = waiting(&agent);
    let metadata = fs::metadata(&socket).expect("the socket");
    assert!(metadata.file_type().is_socket());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    running.signal(Signal::SIGKILL);
    running.wait(SOON);
    assert!(socket.exists(), "a killed daemon removes nothing");
    let verify = ["state", "verify"];
    agent.args(verify).run().expect_code(0);

    let running = waiting(&agent);
    agent.args(verify).run().expect_code(0);
    end(running);
    assert!(!socket.exists());
}

#[test]
fn a_state_directory_with_a_long_name_has_its_socket_too() {
    let agent = Agent::new().account(&TINY.account);
    let dir = agent.home().join("d".repeat(120));
    let config = format!("[agent]\nstate_dir = {:?}\n", dir.display().to_string());
    let agent = agent.config(&config);
    let running = waiting(&agent);
    assert!(dir.join("control.sock").exists());
    agent.args(["state", "verify"]).run().expect_code(0);
    end(running);
    assert!(!dir.join("control.sock").exists());
}

/// What the daemon at `socket` answers to `request`.
fn answer(socket: &Path, request: &[u8]) -> Value {
    let mut stream = UnixStream::connect(socket).expect("the daemon listens");
    // It need not read all of what it refuses.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    serde_json::from_slice(&answer).expect("an answer")
}

#[test]
fn a_request_that_is_foreign_or_too_long_is_refused_with_the_reason() {
    let agent = Agent::new().account(&TINY.account);
    let running = waiting(&agent);
    let socket = socket(&agent);
    let version = env!("CARGO_PKG_VERSION");
    let line = |version: &str| {
        let request = json!({"version": version, "request": {"query": "Dance"}});
        format!("{request}\n").into_bytes()
    };
    for (request, says) in [
        (
            line("0.0.9"),
            format!("the daemon is rollcall {version}, and this command is rollcall 0.0.9"),
        ),
        (line(version), "cannot read the request".to_owned()),
        (
            b"GET / HTTP/1.1\r\n\r\n".to_vec(),
            "no line of JSON".to_owned(),
        ),
        (Vec::new(), "no line of JSON".to_owned()),
        (vec![b' '; 100_000], "longer than 65536 bytes".to_owned()),
    ] {
        let answer = answer(&socket, &request);
        let error = answer["error"].as_str().expect("a reason");
        assert!(error.contains(&says), "{error}");
        assert_eq!(answer["stdout"], "");
    }
    agent.args(["state", "verify"]).run().expect_code(0);
    end(running);
}

#[test]
fn clients_that_say_nothing_leave_room_for_others() {
    let agent = Agent::new().account(&TINY.account);
    let running = waiting(&agent);
    let silent: Vec<_> = (0..7)
        .map(|_| UnixStream::connect(socket(&agent)).expect("the daemon listens"))
        .collect();
    agent.args(["state", "verify"]).run().expect_code(0);
    drop(silent);
    end(running);
}
