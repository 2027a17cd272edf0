//! Who asks for the status, and whom `status` asks: what is no rollcall at the daemon's address,
//! and pages in browsers.

use std::future::ready;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::json;

use crate::support::agent::Agent;
use crate::support::http::Server;
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(20);

fn sim() -> SimAws {
    SimAws::start([SimAccount::new("210000000000").user(SimUser::new("ann"))])
}

#[test]
fn an_answer_that_is_no_status_is_said_with_its_address_beside_the_state() {
    let sim = sim();
    for reply in [
        Reply::json(200, &json!({"hello": "world"})),
        Reply::json(200, &json!("\u{1b}[2J")),
        Reply::status(200),
        Reply::status(404),
        Reply::cut(),
    ] {
        let other = Server::start(move |_| ready(reply.clone()));
        let address = other.url().replace("http://", "");
        let config = format!("[status]\nlisten = \"{address}\"\n");
        let agent = Agent::new().config(&config).aws(&sim.url());
        agent.arg("collect").run().expect_code(0);
        let output = agent.arg("status").run().expect_code(0);
        assert!(output.stdout.starts_with("All was well"), "{output:?}");
        for says in [address.as_str(), "told no status", "read from the state"] {
            assert!(output.stderr.contains(says), "{says}: {}", output.stderr);
        }
        assert!(!output.stderr.contains('\u{1b}'), "{}", output.stderr);
        drop(other);
        let output = agent.arg("status").run().expect_code(0);
        assert_eq!(output.stderr, "", "nobody listens there now");
    }
}

/// The first line of what is answered to `head`.
fn asked(address: SocketAddr, head: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("the daemon listens");
    stream.write_all(head.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.lines().next().unwrap_or_default().to_owned()
}

/// A daemon without an end, and where it tells its status.
fn daemon(sim: &SimAws) -> (Running, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    drop(listener);
    let config = format!("[status]\nlisten = \"{address}\"\n");
    let agent = Agent::new().config(&config).aws(&sim.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    (running, address)
}

#[test]
fn pages_of_other_sites_and_two_hosts_are_refused_and_people_and_probes_are_answered() {
    let sim = sim();
    let (running, address) = daemon(&sim);
    let host = format!("Host: {address}\r\n");
    for (head, code) in [
        (format!("HTTP/1.1\r\n{host}"), "200"),
        (format!("HTTP/1.1\r\n{host}Sec-Fetch-Site: none\r\n"), "200"),
        (
            format!("HTTP/1.1\r\n{host}Sec-Fetch-Site: same-origin\r\n"),
            "200",
        ),
        ("HTTP/1.0\r\n".to_owned(), "200"),
        (
            format!("HTTP/1.1\r\n{host}Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"),
            "403",
        ),
        (
            format!("HTTP/1.1\r\n{host}Sec-Fetch-Site: same-site\r\n"),
            "403",
        ),
        (format!("HTTP/1.1\r\n{host}Host: evil.example\r\n"), "400"),
        (format!("HTTP/1.1\r\n{host}{host}"), "400"),
    ] {
        for path in ["/status", "/health"] {
            let line = asked(
                address,
                &format!("GET {path} {head}Connection: close\r\n\r\n"),
            );
            assert!(line.contains(code), "{path} {head}: {line}");
        }
    }
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn who_follows_a_link_of_another_site_is_answered_and_nothing_else_of_that_site_is() {
    let sim = sim();
    let (running, address) = daemon(&sim);
    let navigate = "Sec-Fetch-Mode: navigate\r\n";
    let document = "Sec-Fetch-Dest: document\r\n";
    let link = format!("{navigate}{document}");
    for (method, headers, code) in [
        ("GET", format!("{link}Sec-Fetch-User: ?1\r\n"), "200"),
        ("GET", link.clone(), "200"),
        ("HEAD", link.clone(), "403"),
        ("POST", format!("{link}Content-Length: 0\r\n"), "403"),
        (
            "GET",
            format!("{navigate}Sec-Fetch-Dest: iframe\r\n"),
            "403",
        ),
        ("GET", format!("{navigate}Sec-Fetch-Dest: embed\r\n"), "403"),
        ("GET", navigate.to_owned(), "403"),
        ("GET", document.to_owned(), "403"),
        ("GET", format!("Sec-Fetch-Mode: cors\r\n{document}"), "403"),
        ("GET", format!("{link}Sec-Fetch-Dest: iframe\r\n"), "403"),
        ("GET", format!("Sec-Fetch-Mode: cors\r\n{link}"), "403"),
        (
            "GET",
            format!("{link}Origin: https://evil.example\r\n"),
            "403",
        ),
    ] {
        for site in ["cross-site", "same-site"] {
            let head = format!(
                "{method} /status HTTP/1.1\r\nHost: {address}\r\nSec-Fetch-Site: {site}\r\n{headers}\
                 Connection: close\r\n\r\n"
            );
            let line = asked(address, &head);
            assert!(line.contains(code), "{head}: {line}");
        }
    }
    let named = asked(
        address,
        &format!(
            "GET /status HTTP/1.1\r\nHost: evil.example\r\nSec-Fetch-Site: cross-site\r\n{link}\
             Connection: close\r\n\r\n"
        ),
    );
    assert!(named.contains("421"), "{named}");
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}
