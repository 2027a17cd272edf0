//! `status`, `GET /status` and `GET /health`: what does not work shows there, with its reason, and
//! from the store alone as well.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::common::{API_KEY, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(20);
const ID: &str = "210000000000";

/// An account with so many users.
fn sim(users: usize) -> SimAws {
    let names = (0..users).map(|number| SimUser::new(&format!("user{number:02}")));
    SimAws::start([names.fold(SimAccount::new(ID), SimAccount::user)])
}

/// A port that is free at this moment.
fn free_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address")
}

/// An agent that passes over `sim` every second and answers at an address.
pub(super) fn agent(sim: &SimAws, more: &str) -> (Agent, SocketAddr) {
    let address = free_port();
    let config = format!(
        "[schedule]\nevery = \"1s\"\n[status]\nlisten = \"{address}\"\n\
         [aws]\nrequests_per_second = 100000\n{more}\n"
    );
    (Agent::new().config(&config).aws(&sim.url()), address)
}

/// The status code and the body of what `path` answers.
pub(super) fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the daemon listens");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let code = head.split(' ').nth(1).expect("a status code");
    (code.parse().expect("a number"), body.to_owned())
}

fn status(agent: &Agent) -> Value {
    let output = agent.args(["status", "--output", "json"]).run();
    serde_json::from_str(&output.expect_code(0).stdout).expect("a JSON document")
}

fn table(agent: &Agent) -> String {
    agent.arg("status").run().expect_code(0).stdout
}

fn waiting(agent: &Agent) -> Running {
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    running
}

fn end(running: Running) -> String {
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0).stderr
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "{part:?} is not in {text}");
}

#[test]
fn a_daemon_whose_key_is_refused_is_not_well_from_the_first_pass_on_and_unhealthy_after_two() {
    let sim = sim(2);
    sim.inject(Fault::InvalidClientTokenId.of_all());
    let (agent, address) = agent(&sim, "");
    let running = waiting(&agent);
    let failure = status(&agent)["last_failure"].clone();
    has(
        failure["why"].as_str().expect("a reason"),
        "credentials not accepted",
    );
    assert_eq!(failure["since"], failure["at"]);
    has(
        &table(&agent),
        "NOT WELL: nothing could be collected since 20",
    );
    until(SOON, || get(address, "/health").0 == 503);
    let (_, body) = get(address, "/health");
    assert!(
        body.starts_with("not ok: nothing could be collected since 20"),
        "{body}"
    );
    has(&body, "credentials not accepted");
    let answered: Value = serde_json::from_str(&get(address, "/status").1).expect("JSON");
    assert_ne!(answered["daemon"]["nothing_collected_since"], Value::Null);
    end(running);

    let alone = status(&agent);
    assert_eq!(alone["last_failure"], failure);
    assert_eq!(alone["daemon"], Value::Null);
    sim.calm();
    agent.arg("collect").run().expect_code(0);
    assert_eq!(status(&agent)["last_failure"], Value::Null);
    let text = table(&agent);
    assert!(
        text.starts_with("All was well at the last pass, "),
        "{text}"
    );
}

#[test]
fn a_daemon_that_collects_is_well_and_healthy_pass_after_pass() {
    let sim = sim(2);
    let (agent, address) = agent(&sim, "");
    let running = waiting(&agent);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(get(address, "/health"), (200, "ok\n".to_owned()));
    let text = table(&agent);
    assert!(text.starts_with("All is well.\nrunning since 20"), "{text}");
    assert_ne!(status(&agent)["daemon"]["last_collected_at"], Value::Null);
    end(running);
}

#[test]
fn an_account_that_was_only_ever_denied_is_listed_with_its_last_attempt() {
    let other = "210000000001";
    let sim = SimAws::start([
        SimAccount::new(ID).user(SimUser::new("ann")),
        SimAccount::new(other).user(SimUser::new("bob")),
    ]);
    let refused = Fault::Denied(Denial::ServiceControlPolicy);
    sim.inject(refused.of("AssumeRole"));
    let accounts = format!(
        "[[aws.accounts]]\nid = \"{ID}\"\n[[aws.accounts]]\nid = \"{other}\"\n\
         role_arn = \"arn:aws:iam::{other}:role/audit\"\n"
    );
    let (agent, _) = agent(&sim, &accounts);
    agent.arg("collect").run().expect_code(4);
    let first = status(&agent)["accounts"][1].clone();
    assert_eq!(first["id"], other);
    assert_eq!(first["last_complete"], Value::Null);
    has(
        first["last_failure"]["why"].as_str().expect("a reason"),
        "sts:AssumeRole",
    );
    let text = table(&agent);
    assert!(
        text.starts_with("NOT WELL: 1 problem, named below.\n"),
        "{text}"
    );
    has(&text, "210000000001: no pass could begin at 20");

    std::thread::sleep(Duration::from_secs(1));
    agent.arg("collect").run().expect_code(4);
    let second = status(&agent)["accounts"][1]["last_failure"].clone();
    assert_eq!(second["since"], first["last_failure"]["since"]);
    assert!(
        second["at"].as_str() > first["last_failure"]["at"].as_str(),
        "{second}"
    );
    sim.calm();
    agent.arg("collect").run().expect_code(0);
    assert_eq!(status(&agent)["accounts"][1]["last_failure"], Value::Null);
}

#[test]
fn deletions_that_are_held_back_show_with_the_command_that_accepts_them() {
    let sim = sim(12);
    let (agent, _) = agent(&sim, "");
    agent.arg("collect").run().expect_code(0);
    sim.change(ID, |account| {
        account.users.retain(|name, _| name.as_str() < "user06")
    });
    let output = agent.arg("collect").run().expect_code(4);
    let accept = format!("run rollcall collect --accept-deletions --account {ID}");
    has(&output.stderr, &format!("if it is true, {accept}"));

    let running = waiting(&agent);
    let (document, text) = (status(&agent), table(&agent));
    let pid = document["daemon"]["pid"].as_u64().expect("a process id");
    assert_eq!(
        document["accounts"][0]["last_complete"]["held_back_deletions"],
        6
    );
    has(&text, &format!("stop the daemon first (kill {pid}, "));
    has(&text, &format!("{accept}, and start the daemon again"));
    let refused = agent.arg("collect").run().expect_code(6);
    has(&refused.stderr, &format!("or stop it (kill {pid}, "));
    let log = end(running);
    has(
        &log,
        &format!("if it is true, stop the daemon first (kill {pid}, "),
    );

    let args = ["collect", "--accept-deletions", "--account", ID];
    agent.args(args).run().expect_code(0);
    assert_eq!(status(&agent)["problems"], Value::Array(Vec::new()));
}

#[test]
fn facts_that_are_missing_or_as_last_known_are_counted() {
    let sim = sim(3);
    let denied = || Fault::Denied(Denial::NothingAllows).of("ListMFADevices");
    sim.inject(denied());
    let (agent, _) = agent(&sim, "strategy = \"per-user\"");
    let counted = |code| {
        agent.arg("collect").run().expect_code(code);
        let pass = status(&agent)["accounts"][0]["last_complete"].clone();
        [pass["missing_facts"].clone(), pass["stale_facts"].clone()]
    };
    assert_eq!(counted(4), [3, 0]);
    assert_eq!(counted(4), [3, 0], "a user that has not changed counts too");
    has(&table(&agent), "missing facts: 3; facts as last known: 0; ");
    sim.calm();
    assert_eq!(counted(0), [0, 0]);
    sim.inject(denied());
    assert_eq!(counted(4), [0, 3]);
    assert_eq!(counted(4), [0, 3], "a user that has not changed counts too");
}

#[test]
fn a_sink_that_is_stopped_or_full_shows_and_does_not_make_the_daemon_unhealthy() {
    let sim = sim(9);
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(401)));
    let address = free_port();
    let config = sekoia_config(
        &intake,
        &format!("[schedule]\nevery = \"1s\"\n[status]\nlisten = \"{address}\"\n"),
    );
    let agent = Agent::new()
        .config(&format!("{config}outbox_events = 4\nbatch_size = 2\n"))
        .aws(&sim.url())
        .env("SEKOIA_API_KEY", API_KEY);
    let running = waiting(&agent);
    until(SOON, || status(&agent)["sinks"][0]["is_stopped"] == true);
    let sink = status(&agent)["sinks"][0].clone();
    assert_eq!(
        (&sink["is_full"], &sink["accounts_behind"]),
        (&true.into(), &1.into())
    );
    let text = table(&agent);
    assert!(
        text.starts_with("NOT WELL: 2 problems, named below.\n"),
        "{text}"
    );
    has(
        &text,
        "sekoia-asset: NOT DELIVERING until somebody acts, and tried again now and then: ",
    );
    has(
        &text,
        "sekoia-asset: its outbox is full, and it lacks users of 1 account: ",
    );
    let (code, body) = get(address, "/health");
    assert_eq!(code, 200);
    assert!(
        body.starts_with("ok\nsekoia-asset: NOT DELIVERING"),
        "{body}"
    );
    end(running);
    let sink = status(&agent)["sinks"][0].clone();
    assert_eq!(
        (&sink["is_full"], &sink["accounts_behind"]),
        (&true.into(), &1.into())
    );
}
