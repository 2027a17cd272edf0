//! `demo`: the README's first command.

use rollcall::map::Dialect;

use super::common;
use crate::support::agent::Agent;

#[test]
fn demo_shows_two_passes_and_leaves_nothing_behind() {
    let agent = Agent::new();
    let output = agent.arg("demo").run().expect_code(0);
    let rows: Vec<Vec<_>> = output
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["users", "sent", "unchanged"], "{}", output.stdout);
    assert_eq!(rows[1], ["pass", "1", "43", "43", "0"]);
    assert_eq!(rows[2], ["pass", "2", "43", "1", "42"]);
    insta::assert_snapshot!("demo", output.stdout);
    assert_eq!(output.stderr, "");
    let left = std::fs::read_dir(agent.state_home())
        .expect("the state home")
        .count();
    assert_eq!(left, 0);
}

#[test]
fn events_of_the_demo_are_valid_and_a_second_demo_counts_only_its_own() {
    let agent = Agent::new().args(["demo", "--events", "events.ndjson"]);
    let first = agent.run().expect_code(0);
    let file = agent.home().join("events.ndjson");
    let events = common::valid_file(Dialect::Ocsf, &file);
    assert_eq!(events.len(), 44);
    let names = common::names(&events);
    assert_eq!((names.len(), names["laura.bennett"]), (43, 2));
    let second = agent.run().expect_code(0);
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(common::valid_file(Dialect::Ocsf, &file).len(), 88);
}
