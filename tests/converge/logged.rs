//! A failure is a line of the log when it begins, and one when it is over.

use std::time::Duration;

use super::site::{Settings, Site, asset_sink, end, until};
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::sim_aws::{Fault, SimUser};

/// The lines of `log` at `level`.
fn lines<'a>(log: &'a str, level: &str) -> Vec<&'a str> {
    log.lines().filter(|line| line.contains(level)).collect()
}

fn site(users: usize, more: &str) -> (Site, Intake) {
    let names = (0..users).map(|number| format!("user{number:03}"));
    let site = Site::of(names.map(|name| SimUser::new(&name)));
    let intake = Intake::start();
    site.configure(&Settings {
        schedule: "every = \"1day\"".to_owned(),
        sinks: asset_sink("asset", &intake, more),
        ..Settings::default()
    });
    (site, intake)
}

#[test]
fn a_full_outbox_is_one_warning_a_pass_though_it_is_looked_at_every_second() {
    let (site, intake) = site(600, "outbox_events = 4\nbatch_size = 2");
    intake.otherwise(Some(Reply::status(503)));
    let mut running = site.run();
    running.wait_for("waiting for the next pass", Duration::from_secs(20));
    // A little is taken now and then, so that there is room for a part of the rest.
    intake.script((0..4).map(|_| Reply::json(200, &serde_json::json!({}))));
    until(Duration::from_secs(20), "some to be taken", || {
        intake.events().len() >= 8
    });
    std::thread::sleep(Duration::from_secs(2));
    let log = end_undelivered(running);
    let warned = lines(&log, "the outbox is full");
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("users=596"), "{}", warned[0]);
}

/// Ends a daemon whose sink does not take everything.
fn end_undelivered(running: crate::support::running::Running) -> String {
    running.signal(nix::sys::signal::Signal::SIGTERM);
    running.wait(Duration::from_secs(20)).stderr
}

#[test]
fn a_call_that_aws_fails_to_answer_is_one_warning_and_one_line_when_it_answers_again() {
    let (site, _intake) = site(3, "");
    site.sim
        .inject(Fault::ServiceFailure.of("ListUsers").times(2));
    let mut running = site.run();
    running.wait_for("waiting for the next pass", Duration::from_secs(20));
    let log = end(running);
    assert_eq!(lines(&log, "WARN").len(), 1, "{log}");
    assert!(log.contains("AWS did not answer a call; trying again"));
    assert_eq!(lines(&log, "AWS answers this call again").len(), 1, "{log}");
}
