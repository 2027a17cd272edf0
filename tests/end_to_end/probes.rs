//! `/livez`, `/readyz`, `status --check` and the token: who may ask what, and what a probe learns.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::common::{API_KEY, sekoia_config, until};
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

pub(super) const SOON: Duration = Duration::from_secs(20);
const TOKEN: &str = "t0ken-that-nobody-may-see";

/// An account with so many users.
pub(super) fn sim(users: usize) -> SimAws {
    let names = (0..users).map(|number| SimUser::new(&format!("user{number:02}")));
    let account = SimAccount::new("210000000000");
    SimAws::start([names.fold(account, SimAccount::user)])
}

/// An agent that passes over `sim` every second and answers at an address; `more` is in [status].
pub(super) fn agent(sim: &SimAws, more: &str) -> (Agent, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let config = format!(
        "[schedule]\nevery = \"1s\"\n[aws]\nrequests_per_second = 100000\n\
         [status]\nlisten = \"{address}\"\n{more}\n"
    );
    (Agent::new().config(&config).aws(&sim.url()), address)
}

/// A daemon that has passed once.
pub(super) fn waiting(agent: &Agent) -> Running {
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    running
}

/// A request.
pub(super) struct Ask(SocketAddr, String);

impl Ask {
    pub(super) fn of(address: SocketAddr, path: &str) -> Self {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
        Self(address, head)
    }

    fn with(self, header: &str) -> Self {
        Self(self.0, format!("{}{header}\r\n", self.1))
    }

    /// The status code and the body.
    pub(super) fn answer(self) -> (u16, String) {
        let mut stream = TcpStream::connect(self.0).expect("the daemon listens");
        let request = format!("{}\r\n", self.1);
        stream.write_all(request.as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let code = head.split(' ').nth(1).expect("a status code");
        (code.parse().expect("a number"), body.to_owned())
    }

    fn code(self) -> u16 {
        self.answer().0
    }
}

#[test]
fn a_daemon_is_ready_until_no_pass_was_complete_for_two_periods() {
    let sim = sim(2);
    let (agent, address) = agent(&sim, "");
    let check = agent.args(["status", "--check"]);
    let output = check.run().expect_code(7);
    assert!(output.stdout.starts_with("not ready: "), "{output:?}");
    let running = waiting(&agent);
    until(SOON, || check.run().code == Some(0));
    until(SOON, || {
        Ask::of(address, "/readyz").answer() == (200, "ready\n".to_owned())
    });
    sim.inject(Fault::WrongCount(3).of("GetAccountSummary"));
    until(SOON, || Ask::of(address, "/readyz").code() == 503);
    let (_, why) = Ask::of(address, "/readyz").answer();
    assert!(
        why.starts_with("not ready: no pass saw every user"),
        "{why}"
    );
    assert_eq!(check.run().expect_code(7).stdout, why);
    assert_eq!(
        Ask::of(address, "/livez").answer(),
        (200, "live\n".to_owned())
    );
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_sink_that_takes_nothing_leaves_the_daemon_ready() {
    let sim = sim(2);
    let intake = Intake::start();
    intake.otherwise(Some(Reply::status(503)));
    let config = sekoia_config(&intake, "");
    let (_, sink) = config.split_once("[[sinks]]").expect("a sink");
    let (agent, address) = agent(&sim, &format!("[[sinks]]{sink}"));
    let agent = agent.env("SEKOIA_API_KEY", API_KEY);
    let running = waiting(&agent);
    until(SOON, || {
        Ask::of(address, "/health")
            .answer()
            .1
            .contains("NOT DELIVERING")
    });
    until(SOON, || Ask::of(address, "/readyz").code() == 200);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn all_but_probes_need_the_token_which_nobody_repeats() {
    let sim = sim(1);
    let (agent, address) = agent(&sim, "token = \"env:STATUS_TOKEN\"");
    let agent = agent.env("STATUS_TOKEN", TOKEN);
    let running = waiting(&agent);
    for path in ["/status", "/health", "/metrics", "/else"] {
        assert_eq!(Ask::of(address, path).code(), 401, "{path}");
        let wrong = Ask::of(address, path).with("authorization: Bearer t0ken");
        assert_eq!(wrong.code(), 401, "{path}");
    }
    let bearer = format!("authorization: Bearer {TOKEN}");
    for path in ["/status", "/health", "/metrics"] {
        assert_eq!(Ask::of(address, path).with(&bearer).code(), 200, "{path}");
    }
    for path in ["/livez", "/readyz"] {
        until(SOON, || Ask::of(address, path).code() == 200);
        let (_, text) = Ask::of(address, path).answer();
        assert!(!text.contains("210000000000"), "{text}");
    }
    running.signal(Signal::SIGTERM);
    let output = running.wait(SOON).expect_code(0);
    assert!(!output.stderr.contains(TOKEN), "{}", output.stderr);
}

#[test]
fn an_address_of_other_machines_needs_a_token_and_a_token_that_is_there() {
    let agent = Agent::new().aws("http://127.0.0.1:9");
    let open = "[status]\nlisten = \"0.0.0.0:0\"\n";
    let output = agent.config(open).arg("run").run().expect_code(2);
    assert!(output.stderr.contains("set `token`"), "{}", output.stderr);
    let closed = agent.config(&format!("{open}token = \"env:STATUS_TOKEN\"\n"));
    for command in ["run", "check"] {
        let output = closed.arg(command).run().expect_code(2);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains("status.token"), "{command}: {said}");
        assert!(
            said.contains("STATUS_TOKEN is not set"),
            "{command}: {said}"
        );
    }
}
