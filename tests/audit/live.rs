//! `rollcall audit` with the records of AWS.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::running::Output;
use crate::support::trail::{Faults, Trail};

const NOW: Duration = Duration::ZERO;
const MINUTE: Duration = Duration::from_secs(60);
const TAG_USER: (&str, &str) = ("iam.amazonaws.com", "TagUser");
const LOGIN: (&str, &str) = ("signin.amazonaws.com", "ConsoleLogin");

fn agent(trail: &Trail) -> Agent {
    Agent::new()
        .account(&Account::new())
        .env("AWS_ENDPOINT_URL_CLOUDTRAIL", &trail.url())
        .arg("audit")
}

fn ids(output: &Output) -> Vec<String> {
    let id = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    output.stdout.lines().map(id).collect()
}

#[test]
fn records_of_every_region_and_page_come_once_each_by_time() {
    let trail = Trail::start(Faults {
        page: 5,
        repeated: 50,
        ..Faults::default()
    });
    let mut expected = Vec::new();
    for minutes in (0..12).rev() {
        expected.push(trail.add("us-east-1", TAG_USER, MINUTE * (minutes + 1), NOW));
    }
    let elsewhere = trail.add("us-east-2", LOGIN, MINUTE * 3, NOW);
    trail.add_again(&elsewhere, "us-east-1");
    trail.add("us-east-1", TAG_USER, MINUTE * 60 * 30, NOW);
    trail.add("eu-west-3", LOGIN, MINUTE, NOW);
    let output = agent(&trail)
        .args(["--output", "ocsf"])
        .run()
        .expect_code(0);
    let mut found = ids(&output);
    found.retain(|id| *id != elsewhere);
    assert_eq!(found, expected);
    assert_eq!(ids(&output).len(), 13);
    assert!(
        output.stderr.contains("13 of 13 records"),
        "{}",
        output.stderr
    );
    assert_eq!(trail.too_fast(), 0);
}

#[test]
fn until_alone_counts_back_from_there() {
    let trail = Trail::start(Faults::default());
    let old = trail.add("us-east-1", TAG_USER, MINUTE * 60 * 50, NOW);
    trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    let args = ["--until", "48h", "--output", "ocsf"];
    assert_eq!(ids(&agent(&trail).args(args).run().expect_code(0)), [old]);
}

#[test]
fn a_signal_ends_what_hangs_and_is_no_success() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let trail = Trail::start(Faults::default());
    let running = agent(&trail).env("AWS_ENDPOINT_URL_STS", &url).spawn();
    let (hung, _) = silent.accept().unwrap();
    running.signal(Signal::SIGTERM);
    running.wait(Duration::from_secs(10)).expect_code(130);
    drop(hung);
}

#[test]
fn what_is_asked_for_is_filtered_as_of_files_and_shown_as_a_table() {
    let trail = Trail::start(Faults::default());
    trail.add("us-east-1", TAG_USER, MINUTE * 50, NOW);
    trail.add("us-east-2", LOGIN, MINUTE * 10, NOW);
    let args = ["--since", "1h", "--until", "20m", "--user", "BEN"];
    let output = agent(&trail).args(args).run().expect_code(0);
    let words: Vec<&str> = output.stdout.split_whitespace().collect();
    assert!(
        words.contains(&"TagUser") && words.contains(&"ben"),
        "{}",
        output.stdout
    );
    assert!(!words.contains(&"ConsoleLogin"), "{}", output.stdout);
    let none = agent(&trail).args(["--user", "carla"]).run().expect_code(0);
    assert_eq!(none.stdout, "");
}

#[test]
fn what_is_older_than_cloudtrail_keeps_is_not_asked_for_and_that_is_said() {
    let trail = Trail::start(Faults::default());
    let id = trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    let args = ["--since", "400d", "--output", "ocsf"];
    let output = agent(&trail).args(args).run().expect_code(0);
    assert_eq!(ids(&output), [id]);
    assert!(
        output.stderr.contains("the last 90 days"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_region_that_may_not_be_read_is_named_and_the_others_are_shown() {
    let trail = Trail::start(Faults::default());
    trail.deny("us-east-2");
    let id = trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    let output = agent(&trail)
        .args(["--output", "ocsf"])
        .run()
        .expect_code(4);
    assert_eq!(ids(&output), [id]);
    assert!(output.stderr.contains("us-east-2"), "{}", output.stderr);
    assert!(
        output.stderr.contains("cloudtrail:LookupEvents"),
        "{}",
        output.stderr
    );
    trail.deny("us-east-1");
    agent(&trail).run().expect_code(3);
}

#[test]
fn throttled_calls_wait_and_broken_tokens_begin_again() {
    let trail = Trail::start(Faults {
        page: 4,
        throttled: 5,
        broken: 30,
        repeated: 30,
        is_shuffled: true,
    });
    let expected: BTreeSet<String> = (0..15)
        .map(|minute| trail.add("us-east-1", TAG_USER, MINUTE * (minute + 1), NOW))
        .collect();
    let output = agent(&trail)
        .args(["--output", "ocsf"])
        .run()
        .expect_code(0);
    let found = ids(&output);
    assert_eq!(found.len(), 15);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn following_shows_what_appears_until_a_signal_ends_it() {
    let trail = Trail::start(Faults::default());
    let patience = Duration::from_secs(20);
    trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    let mut following = agent(&trail).args(["--follow"]).spawn();
    following.wait_for("TagUser", patience);
    // It was called before, and appears only now.
    trail.add(
        "us-east-1",
        ("sts.amazonaws.com", "AssumeRole"),
        MINUTE * 5,
        NOW,
    );
    trail.add("us-east-2", LOGIN, NOW, Duration::from_secs(2));
    following.wait_for("AssumeRole", patience);
    following.wait_for("ConsoleLogin", patience);
    following.signal(Signal::SIGTERM);
    let output = following.wait(patience).expect_code(0);
    assert_eq!(output.stdout.lines().count(), 3, "{}", output.stdout);
    assert!(
        output.stderr.contains("3 of 3 records"),
        "{}",
        output.stderr
    );
}

#[test]
fn every_account_is_asked_or_the_one_that_is_named() {
    let trail = Trail::start(Faults::default());
    trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    let account = |id: &str| {
        format!("[[aws.accounts]]\nid = \"{id}\"\nrole_arn = \"arn:aws:iam::{id}:role/r\"\n")
    };
    let config = [account("310000000001"), account("310000000002")].concat();
    let agent = agent(&trail).config(&config);
    let args = ["--account", "310000000002", "--output", "ocsf"];
    let one = agent.args(args).run().expect_code(0);
    assert_eq!((ids(&one).len(), trail.callers()), (1, 1));
    agent.run().expect_code(0);
    assert_eq!(trail.callers(), 3, "a session of each account");
    let none = agent
        .args(["--account", "310000000003"])
        .run()
        .expect_code(2);
    assert!(
        none.stderr.contains("there is no account"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_record_that_is_none_is_named_once_and_counted() {
    let trail = Trail::start(Faults::default());
    let mut record = serde_json::json!({
        "eventID": "5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01", "eventVersion": "2.0",
        "eventSource": "iam.amazonaws.com", "eventName": "TagUser",
    });
    let time = time::OffsetDateTime::now_utc() - MINUTE;
    let format = time::format_description::well_known::Rfc3339;
    record["eventTime"] = Value::from(time.format(&format).unwrap());
    trail.add_record("us-east-1", record, NOW);
    let output = agent(&trail).run().expect_code(4);
    assert!(
        output.stderr.contains("its eventVersion is not known"),
        "{}",
        output.stderr
    );
    assert!(output.stderr.contains("5b0a5d2c"), "{}", output.stderr);
}

#[test]
fn the_newest_records_are_read_first_and_no_more_than_a_limit_takes() {
    let trail = Trail::start(Faults {
        page: 5,
        ..Faults::default()
    });
    for minutes in (70..110).rev() {
        trail.add("us-east-1", TAG_USER, MINUTE * minutes, NOW);
    }
    let mut expected = Vec::new();
    for minutes in (1..5).rev() {
        expected.push(trail.add("us-east-1", TAG_USER, MINUTE * minutes, NOW));
    }
    let of = |words: &[&str]| {
        let asked = words.iter().fold(agent(&trail), |it, word| it.arg(word));
        let asked = asked.args(["--output", "ocsf", "--region", "us-east-1"]);
        ids(&asked.run().expect_code(0))
    };
    assert_eq!(of(&["--limit", "3", "--since", "90d"]), expected[1..]);
    // Each of seven services once.
    assert_eq!(trail.calls(), 7);
    // Those before the last hour are read for these, and not those of three months.
    assert_eq!(of(&["--limit", "20", "--since", "90d"]).len(), 20);
    assert!(trail.calls() < 40, "{}", trail.calls());
    assert_eq!(of(&["--limit", "99"]).len(), 44);
}

#[test]
fn a_service_that_fails_keeps_no_record_of_another_from_being_shown() {
    let trail = Trail::start(Faults::default());
    let id = trail.add("us-east-1", TAG_USER, MINUTE, NOW);
    trail.set_failing(LOGIN.0, true);
    let args = ["--output", "ocsf", "--region", "us-east-1"];
    let output = agent(&trail).args(args).run();
    assert_eq!(ids(&output), [id]);
    assert_ne!(output.code, Some(0), "{}", output.stderr);
    let said = "the region was not read to its end";
    assert!(output.stderr.contains(said), "{}", output.stderr);
}

#[test]
fn that_many_calls_are_made_is_said_before_they_are() {
    // 120 calls take a minute.
    if std::env::var_os("ROLLCALL_LONG").is_none() {
        return;
    }
    let trail = Trail::start(Faults {
        page: 1,
        ..Faults::default()
    });
    for at in 0..300 {
        trail.add("us-east-1", TAG_USER, Duration::from_secs(at * 60), NOW);
    }
    let running = agent(&trail).args(["--region", "us-east-1"]).spawn();
    let mut running = running;
    running.wait_for("so many calls were made", MINUTE * 3);
    assert!(trail.calls() < 300, "{}", trail.calls());
    running.signal(Signal::SIGTERM);
    running.wait(MINUTE).expect_code(130);
}
