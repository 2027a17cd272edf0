//! Agents with a Sekoia sink, and what lists of events must hold.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rollcall::map::Dialect;
use rollcall::validate::Rules;
use serde_json::Value;

use crate::mapping::schema;
use crate::support::agent::Agent;
use crate::support::intake::{CONNECTOR_UUID, Intake};
use crate::support::moto::Account;
use crate::support::seed::Expected;

pub(super) const API_KEY: &str = "k3y-that-nobody-may-see";

/// A configuration with one Sekoia sink; `more` is put before it.
pub(super) fn sekoia_config(intake: &Intake, more: &str) -> String {
    format!(
        "{more}\n[aws]\nstrategy = \"per-user\"\nrequests_per_second = 1000\n\n[[sinks]]\ntype = \"sekoia-asset\"\n\
         url = \"{}\"\nconnector_uuid = \"{CONNECTOR_UUID}\"\napi_key = \"env:SEKOIA_API_KEY\"\n",
        intake.url()
    )
}

/// An agent for `account` with a Sekoia sink at `intake`.
pub(super) fn sekoia_agent(account: &Account, intake: &Intake) -> Agent {
    Agent::new()
        .config(&sekoia_config(intake, ""))
        .account(account)
        .env("SEKOIA_API_KEY", API_KEY)
}

/// The events of an NDJSON text, each valid in `dialect`.
#[track_caller]
pub(super) fn valid_lines(dialect: Dialect, text: &str) -> Vec<Value> {
    let events = text.lines().map(serde_json::from_str);
    let events: Vec<Value> = events
        .collect::<Result<_, _>>()
        .expect("a JSON object a line");
    assert_valid(dialect, &events);
    events
}

#[track_caller]
pub(super) fn valid_file(dialect: Dialect, path: &Path) -> Vec<Value> {
    valid_lines(dialect, &std::fs::read_to_string(path).expect("the events"))
}

#[track_caller]
pub(super) fn assert_valid(dialect: Dialect, events: &[Value]) {
    for event in events {
        let found = schema::findings(dialect, event);
        assert!(found.is_empty(), "{found:#?} in {event:#}");
        let problems = Rules::of(dialect).check(&event.to_string());
        assert!(problems.is_empty(), "{problems:#?} in {event:#}");
    }
}

/// How often each user name is in `events`.
pub(super) fn names(events: &[Value]) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for event in events {
        let name = event["user"]["name"].as_str().expect("a user name");
        *names.entry(name.to_owned()).or_default() += 1;
    }
    names
}

/// Every user exactly once, and nobody else.
#[track_caller]
pub(super) fn assert_each_once(planted: &BTreeMap<String, Expected>, events: &[Value]) {
    let once = planted.keys().map(|name| (name.clone(), 1)).collect();
    assert_eq!(names(events), once);
}

/// The event id of each user.
pub(super) fn ids(events: &[Value]) -> BTreeMap<String, String> {
    let id = |event: &Value| {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        (
            text(&event["user"]["name"]),
            text(&event["metadata"]["uid"]),
        )
    };
    events.iter().map(id).collect()
}

/// Waits until `is_so`.
#[track_caller]
pub(super) fn until(timeout: Duration, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < timeout, "waited in vain for {timeout:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
