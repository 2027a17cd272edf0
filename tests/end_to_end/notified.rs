//! systemd's protocol, as a service of Type=notify or notify-reload speaks it.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::common::until;
use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(30);
const SINK: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// What systemd hears.
struct Manager(UnixDatagram);

impl Manager {
    fn listen(agent: &Agent) -> (Self, Agent) {
        let path = agent.home().join("notify");
        let socket = UnixDatagram::bind(&path).expect("a socket");
        socket.set_read_timeout(Some(SOON)).expect("a timeout");
        let agent = agent.env("NOTIFY_SOCKET", path.to_str().expect("a path"));
        (Self(socket), agent)
    }

    fn next(&self) -> String {
        let mut buffer = [0; 4096];
        let len = self.0.recv(&mut buffer).expect("a message in time");
        String::from_utf8(buffer[..len].to_vec()).expect("text")
    }

    /// The messages up to the first that begins with `start`, that one included.
    #[track_caller]
    fn until(&self, start: &str) -> Vec<String> {
        let (begun, mut heard) = (Instant::now(), Vec::new());
        while begun.elapsed() < SOON {
            let message = self.next();
            let is_last = message.starts_with(start);
            heard.push(message);
            if is_last {
                return heard;
            }
        }
        panic!("waited in vain for {start}: {heard:?}");
    }
}

#[test]
fn systemd_is_told_of_the_start_the_next_pass_a_reload_and_the_end() {
    let account = SimAccount::new("210000000000");
    let sim = SimAws::start([account.user(SimUser::new("ann"))]);
    let agent = Agent::new().config(SINK).aws(&sim.url());
    let (manager, agent) = Manager::listen(&agent);
    let running = agent.arg("run").spawn();
    assert_eq!(manager.next(), "EXTEND_TIMEOUT_USEC=30000000\n");
    let start = manager.until("READY=1\n");
    let is_extension = |it: &String| it.starts_with("EXTEND_TIMEOUT_USEC=") || it == "READY=1\n";
    assert!(start.iter().all(is_extension), "{start:?}");
    assert_eq!(manager.next(), "STATUS=collecting every account\n");
    let next = manager.next();
    assert!(next.starts_with("STATUS=next pass at 20"), "{next}");
    assert!(next.ends_with("+00:00[UTC]\n"), "{next}");

    running.signal(Signal::SIGHUP);
    let reloading = manager.next();
    let monotonic_us = reloading
        .strip_prefix("RELOADING=1\nMONOTONIC_USEC=")
        .expect(&reloading);
    assert!(monotonic_us.trim().parse::<u64>().unwrap() > 0);
    let heard = manager.until("READY=1\n");
    assert_eq!(heard.len(), 1, "{heard:?}");

    running.signal(Signal::SIGTERM);
    let heard = manager.until("STOPPING=1\n");
    assert!(heard.len() <= 2, "{heard:?}");
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_refused_configuration_is_no_reload_that_hangs() {
    let agent = Agent::new().config("[schedule]\non_start = false\n");
    let (manager, agent) = Manager::listen(&agent);
    let mut running = agent.arg("run").spawn();
    manager.until("STATUS=next pass at");
    agent.config("[schedul");
    running.signal(Signal::SIGHUP);
    manager.until("RELOADING=1\n");
    manager.until("READY=1\n");
    running.wait_for("the old one stays", SOON);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_watchdog_is_fed_well_within_its_time() {
    let agent = Agent::new().config("[schedule]\non_start = false\n");
    let (manager, agent) = Manager::listen(&agent);
    let running = agent.env("WATCHDOG_USEC", "900000").arg("run").spawn();
    manager.until("WATCHDOG=1\n");
    let begun = Instant::now();
    for _ in 0..6 {
        manager.until("WATCHDOG=1\n");
    }
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(1_500), "{took:?}");
    assert!(took < Duration::from_millis(5_400), "{took:?}");
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn a_manager_that_stops_reading_holds_up_no_pass() {
    let account = SimAccount::new("210000000000");
    let sim = SimAws::start([account.user(SimUser::new("ann"))]);
    let config = format!("[schedule]\nevery = \"1s\"\n{SINK}");
    let agent = Agent::new().config(&config).aws(&sim.url());
    let (_manager, agent) = Manager::listen(&agent);
    let running = agent.arg("run").spawn();
    // The system holds ten messages, and each pass has two.
    let passes = || sim.calls().get("ListUsers").copied().unwrap_or_default();
    until(SOON, || passes() >= 9);
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}
