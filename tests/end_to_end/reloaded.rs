//! SIGHUP: another configuration, whole and between passes, or the old one.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use rollcall::map::Dialect;

use super::common::{self, until};
use crate::support::agent::Agent;
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;
use crate::support::running::Running;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};

const SOON: Duration = Duration::from_secs(30);
const TAKEN: &str = "the new configuration is in effect";
const REFUSED: &str = "the new configuration is refused";

fn sim() -> SimAws {
    let account = SimAccount::new("210000000000");
    SimAws::start([account.user(SimUser::new("ann")).user(SimUser::new("ben"))])
}

/// A configuration with a file as its sink, called as the file is.
fn to(file: &str, more: &str) -> String {
    format!(
        "{more}\n[mapping]\nroot_account = false\n\
         [[sinks]]\nname = \"{file}\"\ntype = \"ndjson\"\npath = \"{file}.ndjson\"\n"
    )
}

fn lines(agent: &Agent, file: &str) -> usize {
    let path = agent.home().join(format!("{file}.ndjson"));
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().count()
}

fn count(running: &Running, text: &str) -> usize {
    running.log().matches(text).count()
}

/// Ends the daemon; its log.
fn end(running: Running) -> String {
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0).stderr
}

#[test]
fn another_configuration_takes_the_place_of_the_old_one_whole() {
    let sim = sim();
    let agent = Agent::new().config(&to("old", "")).aws(&sim.url());
    let mut running = agent.arg("run").spawn();
    until(SOON, || lines(&agent, "old") == 2);
    running.wait_for("waiting for the next pass", SOON);
    agent.config(&to("new", "[schedule]\nevery = \"1s\"\n"));
    running.signal(Signal::SIGHUP);
    until(SOON, || lines(&agent, "new") == 2);
    assert_eq!(count(&running, TAKEN), 1, "{}", running.log());
    let status = agent.arg("status").run().stdout;
    assert!(status.contains("\nnew "), "{status}");
    assert!(!status.contains("\nold "), "{status}");
    sim.change("210000000000", |account| {
        *account = account.clone().user(SimUser::new("cleo"));
    });
    until(SOON, || lines(&agent, "new") == 3);
    assert_eq!(lines(&agent, "old"), 2);
    end(running);
}

#[test]
fn what_is_wrong_or_needs_a_restart_is_refused_in_a_line_and_the_old_one_stays() {
    let sim = sim();
    let every = "[schedule]\nevery = \"1s\"\n";
    let agent = Agent::new().config(&to("old", every)).aws(&sim.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    let cases = [
        (
            to("new", "[schedule]\nevry = \"1h\"\n"),
            "did you mean `every`",
        ),
        (
            to("new", "[schedule]\ncron = \"0 0 31 2 *\"\n"),
            "never comes",
        ),
        (
            to("new", "[agent]\nstate_dir = \"other\"\n"),
            "agent.state_dir",
        ),
        (
            to("new", "[status]\nlisten = \"127.0.0.1:0\"\n"),
            "status.listen",
        ),
        (
            to("new", "[agent]\nca_file = \"missing.pem\"\n"),
            "missing.pem",
        ),
        (
            format!(
                "{}[[sinks]]\ntype = \"sekoia-intake\"\nintake_key = \"env:NO_SUCH\"\n",
                to("new", "")
            ),
            "NO_SUCH",
        ),
    ];
    for (number, (config, why)) in cases.iter().enumerate() {
        agent.config(config);
        running.signal(Signal::SIGHUP);
        until(SOON, || count(&running, REFUSED) == number + 1);
        let log = running.log();
        let line = log.lines().rfind(|line| line.contains(REFUSED));
        assert!(line.unwrap_or_default().contains(why), "{why}: {log}");
        agent.config(&to("old", every));
        let status = agent.arg("status").run().expect_code(0).stdout;
        assert!(status.starts_with("NOT WELL: 1 problem"), "{status}");
        assert!(status.contains("was refused, and the one"), "{status}");
    }
    sim.change("210000000000", |account| {
        *account = account.clone().user(SimUser::new("cleo"));
    });
    until(SOON, || lines(&agent, "old") == 3);
    agent.config(&to("new", every));
    running.signal(Signal::SIGHUP);
    until(SOON, || lines(&agent, "new") == 3);
    let status = agent.arg("status").run().expect_code(0).stdout;
    assert!(status.starts_with("All is well."), "{status}");
    let log = end(running);
    assert_eq!(log.matches(TAKEN).count(), 1, "{log}");
}

#[test]
fn a_pass_that_is_under_way_comes_to_its_end_under_its_own_configuration() {
    let sim = sim();
    let agent = Agent::new().config(&to("old", "")).aws(&sim.url());
    sim.delay(
        Some("GetAccountAuthorizationDetails"),
        Duration::from_secs(2),
    );
    let mut running = agent.arg("run").spawn();
    running.wait_for("collecting users", SOON);
    agent.config(&to("new", ""));
    running.signal(Signal::SIGHUP);
    running.wait_for("it takes effect after the pass", SOON);
    assert_eq!(count(&running, "pass complete"), 0, "{}", running.log());
    running.wait_for(TAKEN, SOON);
    let log = end(running);
    let position = |text: &str| log.find(text).expect(text);
    assert!(position("pass complete") < position(TAKEN), "{log}");
    assert_eq!(
        (lines(&agent, "old"), lines(&agent, "new")),
        (2, 0),
        "{log}"
    );
}

#[test]
fn what_was_staged_last_still_reaches_a_slow_sink_that_the_next_configuration_lacks() {
    let (sim, posts) = (sim(), Posts::start());
    posts.decide(|_| Some(Reply::status(200).after(Duration::from_millis(500))));
    let slow = format!(
        "[mapping]\nroot_account = false\n[[sinks]]\nname = \"slow\"\ntype = \"http\"\n\
         url = \"{}\"\nflush_after = \"1h\"\nbatch_size = 1\n",
        posts.url()
    );
    let agent = Agent::new().config(&slow).aws(&sim.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    agent.config(&to("new", ""));
    running.signal(Signal::SIGHUP);
    running.wait_for(TAKEN, SOON);
    let log = end(running);
    assert_eq!(posts.users().len(), 2, "{log}");
    assert!(!log.contains("not configured any more"), "{log}");
}

#[test]
fn reloads_at_any_moment_lose_no_user_and_send_no_event_twice() {
    let sim = sim();
    let hasty = "[schedule]\nevery = \"10ms\"\n";
    let agent = Agent::new().config(&to("old", hasty)).aws(&sim.url());
    let mut running = agent.arg("run").spawn();
    running.wait_for("waiting for the next pass", SOON);
    for number in 0..100 {
        if number % 10 == 0 {
            sim.change("210000000000", |account| {
                let user = SimUser::new(&format!("user{number}"));
                *account = account.clone().user(user);
            });
        }
        running.signal(Signal::SIGHUP);
        std::thread::sleep(Duration::from_millis(7 * (number % 5)));
    }
    let file = agent.home().join("old.ndjson");
    let has_every_user = || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let mut names = (0..100)
            .step_by(10)
            .map(|number| format!("\"user{number}\""));
        names.all(|name| text.contains(&name))
    };
    until(SOON, has_every_user);
    assert!(!running.has_ended());
    assert!(count(&running, TAKEN) > 5, "{}", running.log());
    end(running);
    // A user that AWS's reports do not have yet is sent once more when they do.
    let ids = |event: &serde_json::Value| event["metadata"]["uid"].to_string();
    let events = common::valid_file(Dialect::Ocsf, &file);
    let distinct: BTreeSet<String> = events.iter().map(ids).collect();
    assert_eq!(distinct.len(), events.len());
    assert_eq!(common::names(&events).len(), 12);
}
