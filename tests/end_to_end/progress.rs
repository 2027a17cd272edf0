//! Long work says on a terminal at what it is, how much of how much, and how fast.

use std::time::Duration;

use super::saved_files::sample;
use super::widths::lines;
use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::sim_aws::{SimAccount, SimAws, SimUser};
use crate::support::trail::{Faults, Trail};

/// A slow AWS with accounts of twelve users each, and the root user where the report is there in time.
fn sim(accounts: [&str; 2]) -> SimAws {
    let sim = SimAws::start(accounts.map(|id| {
        let names = (0..12).map(|number| SimUser::new(&format!("user{number:02}")));
        names.fold(SimAccount::new(id), SimAccount::user)
    }));
    sim.delay(None, Duration::from_millis(150));
    sim
}

const FILE_SINK: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// What the command shows in a terminal, a line each time that something is drawn.
fn shown(agent: &Agent, args: &str) -> Vec<String> {
    let agent = agent.env("TERM", "xterm").env("NO_COLOR", "1");
    let rollcall = env!("CARGO_BIN_EXE_rollcall");
    let output = agent
        .in_terminal(&format!("stty cols 80 rows 50; {rollcall} {args}"))
        .run();
    lines(&output.stdout)
}

#[track_caller]
fn assert_shows(lines: &[String], parts: &[&str]) {
    let has_all = |line: &String| parts.iter().all(|it| line.contains(it));
    assert!(lines.iter().any(has_all), "{parts:?} in {lines:#?}");
}

#[test]
fn a_pass_says_how_many_users_of_how_many_it_has_read() {
    let sim = sim(["210000000000", "210000000001"]);
    let agent = Agent::new().config(FILE_SINK).aws(&sim.url());
    let lines = shown(&agent, "collect");
    assert_shows(&lines, &["reading ", " of 12 users"]);
    assert!(!lines.concat().contains("accounts"), "{lines:#?}");
}

#[test]
fn a_pass_over_several_accounts_says_how_many_have_ended() {
    let sim = sim(["210000000000", "210000000001"]);
    let accounts = "[aws]\naccounts_in_flight = 1\n[[aws.accounts]]\nid = \"210000000000\"\n\
                    role_arn = \"arn:aws:iam::210000000000:role/a\"\n[[aws.accounts]]\n\
                    id = \"210000000001\"\nrole_arn = \"arn:aws:iam::210000000001:role/a\"\n";
    let agent = Agent::new()
        .config(&format!("{accounts}{FILE_SINK}"))
        .aws(&sim.url());
    let lines = shown(&agent, "collect");
    assert_shows(&lines, &["reading ", " users, ", "/s, 1 of 2 accounts"]);
}

#[test]
fn a_daemon_shows_its_passes_and_its_wait_has_no_line() {
    let sim = sim(["210000000000", "210000000001"]);
    let agent = Agent::new().config(FILE_SINK).aws(&sim.url());
    let daemon = "--log-format text run & sleep 6; kill $!; wait";
    let lines = shown(&agent, daemon);
    assert_shows(&lines, &["reading ", " of 12 users"]);
    let waits = |line: &String| line.contains("waiting for the next pass");
    let after = lines.iter().rposition(waits).unwrap();
    let after = &lines[after..];
    assert!(!after.concat().contains("reading"), "{after:#?}");
}

#[test]
fn an_audit_says_how_many_records_and_regions_it_has_read() {
    let trail = Trail::start(Faults {
        page: 1,
        ..Faults::default()
    });
    for minutes in 1..6 {
        let ago = Duration::from_secs(60 * minutes);
        let what = ("iam.amazonaws.com", "TagUser");
        trail.add("us-east-1", what, ago, Duration::ZERO);
    }
    let agent = Agent::new().account(&Account::new());
    let agent = agent.env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url());
    let lines = shown(&agent, "audit");
    assert_shows(&lines, &["reading 0 records, 0 of 2 regions"]);
    assert_shows(&lines, &["5 of 5 records"]);
}

#[test]
fn a_map_into_a_file_says_that_it_reads() {
    let file = sample("authorization-details.json");
    let lines = shown(&Agent::new(), &format!("map {} > out", file.display()));
    assert_shows(&lines, &["reading files"]);
}

#[test]
fn events_on_a_terminal_have_no_line_between_them() {
    let sim = sim(["210000000000", "210000000001"]);
    let agent = Agent::new().aws(&sim.url());
    let lines = shown(&agent, "collect");
    let is_event = |line: &&String| line.starts_with('{');
    assert!(lines.iter().filter(is_event).count() >= 12, "{lines:#?}");
    assert!(!lines.concat().contains("reading"), "{lines:#?}");
}
