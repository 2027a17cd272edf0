//! The process among others: readers that leave or sleep, signals, limits, and who may look.

use std::io::{Read as _, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::runtime::Runtime;

use super::common::{API_KEY, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(30);
const LIMIT: Duration = Duration::from_secs(10);
const HASTY: &str = "[schedule]\nevery = \"10ms\"\n";

fn sim() -> SimAws {
    let account = SimAccount::new("210000000000");
    SimAws::start([account.user(SimUser::new("ann")).user(SimUser::new("ben"))])
}

fn agent(sim: &SimAws, intake: &Intake, more: &str) -> Agent {
    Agent::new()
        .config(&sekoia_config(intake, more))
        .aws(&sim.url())
        .env("SEKOIA_API_KEY", API_KEY)
}

#[test]
fn a_log_reader_that_goes_away_ends_nothing() {
    let (sim, intake) = (sim(), Intake::start());
    let script = "{ \"$0\" \"$@\"; echo $? > code; } 2>&1 | head -1; true";
    let agent = agent(&sim, &intake, "").args(["collect", "-vv"]);
    agent.in_shell(script.to_owned()).run().expect_code(0);
    let code = std::fs::read_to_string(agent.home().join("code"));
    assert_eq!(code.unwrap(), "0\n");
    assert_eq!(intake.users().len(), 2);
}

#[test]
fn a_log_that_nobody_reads_holds_up_neither_the_work_nor_its_end() {
    let (sim, intake) = (sim(), Intake::start());
    let script = "exec 2> >(sleep 600); head -c 65536 /dev/zero >&2; exec \"$0\" \"$@\"";
    let agent = agent(&sim, &intake, HASTY).args(["run", "-vv"]);
    let running = agent.in_shell(script.to_owned()).spawn();
    until(SOON, || intake.users().len() == 2);
    running.signal(Signal::SIGTERM);
    running.wait(LIMIT).expect_code(0);
}

#[test]
fn lines_that_nobody_read_are_counted_once_somebody_reads_again() {
    let (sim, intake) = (sim(), Intake::start());
    let script = "exec 2> >(sleep 4; cat >> log); head -c 65536 /dev/zero >&2; exec \"$0\" \"$@\"";
    let agent = agent(&sim, &intake, HASTY).args(["run", "-v", "--log-format", "json"]);
    let running = agent.in_shell(script.to_owned()).spawn();
    let log = agent.home().join("log");
    let lines = || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let lines = text.trim_start_matches('\0').lines().map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    until(SOON, || lines().len() > 20);
    running.signal(Signal::SIGTERM);
    running.wait(LIMIT).expect_code(0);
    let lines = lines();
    let parsed = lines.iter().map(|line| serde_json::from_str(line));
    let parsed: Vec<serde_json::Value> = parsed.collect::<Result<_, _>>().expect("whole lines");
    let lost = parsed.iter().find(|line| !line["lines"].is_null());
    assert!(lost.unwrap()["lines"].as_u64() > Some(0), "{lines:?}");
}

#[test]
fn sighup_is_logged_and_ends_nothing() {
    let (sim, intake) = (sim(), Intake::start());
    let mut running = agent(&sim, &intake, "").arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    running.signal(Signal::SIGHUP);
    running.wait_for("SIGHUP", SOON);
    assert!(!running.has_ended());
    running.signal(Signal::SIGTERM);
    running.wait(LIMIT).expect_code(0);
}

#[test]
fn a_limit_of_the_system_is_named_and_no_bug() {
    // What a test beside this one opened at that moment may have come along.
    let script = "exec 3>&-; ulimit -n 4; exec \"$0\" \"$@\"".to_owned();
    let output = Agent::new().arg("status").in_shell(script).run();
    assert_eq!(output.code, Some(6), "{output:?}");
    assert!(output.stderr.contains("raise the limit"), "{output:?}");
}

/// Some of the threads are given, and not all. Only a user that is not root has such a limit.
#[test]
fn however_few_threads_there_may_be_the_limit_is_named_and_nothing_hangs() {
    // Threads are counted by user: here by one that nobody else is.
    let user = 1_000_000 + std::process::id();
    for threads in 1..4 {
        let script = format!(
            "exec setpriv --reuid {user} --clear-groups prlimit --nproc={threads} \"$0\" \"$@\""
        );
        let agent = Agent::new().arg("status").config("");
        let output = agent.in_shell(script).spawn().wait(LIMIT);
        assert_eq!(output.code, Some(6), "{threads}: {output:?}");
        assert!(output.stderr.contains("raise the limit"), "{output:?}");
    }
}

/// The line of `/proc/<pid>/<file>` that begins with `name`.
fn of_process(pid: &str, file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(format!("/proc/{}/{file}", pid.trim())).unwrap();
    let line = text.lines().find(|line| line.starts_with(name));
    line.unwrap_or_else(|| panic!("no {name:?} in {text}"))
        .to_owned()
}

#[test]
fn a_process_leaves_no_core_closes_its_files_to_others_and_may_open_many() {
    let (sim, intake) = (sim(), Intake::start());
    let script = "echo $$ > pid; umask 0; ulimit -Sn 256; ulimit -Hn 3000; exec \"$0\" \"$@\"";
    let agent = agent(&sim, &intake, "").arg("run");
    let mut running = agent.in_shell(script.to_owned()).spawn();
    running.wait_for("waiting for the next pass", SOON);
    let pid = std::fs::read_to_string(agent.home().join("pid")).unwrap();
    let words = |file, name| {
        let line = of_process(&pid, file, name);
        line[name.len()..]
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(words("limits", "Max core file size")[..2], ["0", "0"]);
    assert_eq!(words("limits", "Max open files")[..2], ["3000", "3000"]);
    assert_eq!(words("status", "Umask:"), ["0077"]);
    running.signal(Signal::SIGTERM);
    running.wait(LIMIT).expect_code(0);
}

/// As a parent opens it that gives a null device to its children, such as Python's DEVNULL.
#[test]
fn dev_null_that_is_open_for_reading_and_writing_is_fine() {
    let sim = sim();
    let agent = Agent::new().aws(&sim.url()).arg("collect");
    let script = "exec \"$0\" \"$@\" 1<>/dev/null".to_owned();
    agent.in_shell(script).run().expect_code(0);
}

/// Whatever a command writes, a full standard output is one error, and is named.
#[test]
fn a_full_standard_output_is_exit_code_5_of_every_command() {
    let sim = sim();
    let agent = Agent::new().aws(&sim.url());
    for command in [
        "--help",
        "--version",
        "help check",
        "check",
        "demo",
        "status",
        "policy",
        "plan",
        "history",
        "collect --dry-run",
        "collect --drain-timeout 1s",
        "collect -q --drain-timeout 1s",
        "state info",
    ] {
        let mut full = agent.clone();
        for arg in command.split(' ') {
            full = full.arg(arg);
        }
        let output = full
            .in_shell("exec \"$0\" \"$@\" >/dev/full".to_owned())
            .run();
        assert_eq!(output.code, Some(5), "{command}: {output:?}");
        let last = output.stderr.lines().last().unwrap_or_default();
        let is_named = output.stderr.contains("standard output");
        assert!(is_named && !last.is_empty(), "{command}: {}", output.stderr);
    }
}

/// Quiet, but not without a word: why it did not end well is the last line.
#[test]
fn a_quiet_collect_that_leaves_events_behind_says_so() {
    let sim = sim();
    let sink = "[[sinks]]\ntype = \"http\"\nurl = \"http://127.0.0.1:9/in\"\n";
    let agent = Agent::new().config(sink).aws(&sim.url());
    let collect = agent.args(["collect", "-q", "--drain-timeout", "1s"]);
    let output = collect.run().expect_code(5);
    let last = output.stderr.lines().last().unwrap_or_default();
    for part in ["exit code 5", "sink http", "kept for the next time"] {
        assert!(last.contains(part), "{}", output.stderr);
    }
}

#[test]
fn a_closed_standard_output_is_not_delivered_or_warned_of_and_dev_null_is_fine() {
    let sim = sim();
    let agent = Agent::new()
        .aws(&sim.url())
        .args(["collect", "--full", "--drain-timeout", "1s"]);
    // A program cannot tell the second from a null device that it was given.
    for (redirect, code, is_told) in [
        ("1</dev/null", 5, true),
        (">&-", 0, true),
        (">/dev/null", 0, false),
    ] {
        let output = agent
            .in_shell(format!("exec \"$0\" \"$@\" {redirect}"))
            .run();
        assert_eq!(output.code, Some(code), "{redirect}: {output:?}");
        let says = output.stderr.contains("closed");
        assert_eq!(says, is_told, "{redirect}: {output:?}");
    }
}

fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

fn get(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let request = format!("GET /status HTTP/1.1\r\n{head}\r\n");
    Write::write_all(&mut stream, request.as_bytes()).expect("a request");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// 1,200 connections that begin to ask and go no further, as far as they are taken.
fn flood(address: SocketAddr) -> Runtime {
    let runtime = Runtime::new().unwrap();
    for _ in 0..1_200 {
        runtime.spawn(async move {
            if let Ok(mut stream) = tokio::net::TcpStream::connect(address).await {
                let _ = stream.write_all(b"GET /sta").await;
                std::future::pending::<()>().await;
            }
        });
    }
    runtime
}

#[test]
fn passes_finish_under_a_flood_of_connections_and_the_status_answers_after_it() {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    let (sim, intake) = (sim(), Intake::start());
    let address = free_port();
    let status = format!("[status]\nlisten = \"{address}\"\n{HASTY}");
    let script = "echo $$ > pid; ulimit -n 1024; exec \"$0\" \"$@\"".to_owned();
    let agent = agent(&sim, &intake, &status).arg("run");
    let mut running = agent.in_shell(script).spawn();
    running.wait_for("waiting for the next pass", SOON);
    let flood = flood(address);
    let pid = std::fs::read_to_string(agent.home().join("pid")).unwrap();
    let fds = Path::new("/proc").join(pid.trim()).join("fd");
    let open = || std::fs::read_dir(&fds).unwrap().count();
    until(SOON, || open() > 32);
    let calls = || sim.calls().values().sum::<u64>();
    let before = calls();
    until(SOON, || calls() > before + 20);
    assert!(!running.has_ended());
    assert!(open() < 100, "{} files are open", open());
    drop(flood);
    let answer = get(address, &format!("Host: {address}\r\n"));
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    for (head, status) in [
        ("Host: evil.example\r\n".to_owned(), "421"),
        (
            format!("Host: {address}\r\nOrigin: https://evil.example\r\n"),
            "403",
        ),
    ] {
        let answer = get(address, &head);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(!answer.contains("accounts"), "{answer}");
    }
    running.signal(Signal::SIGTERM);
    running.wait(LIMIT).expect_code(0);
}
