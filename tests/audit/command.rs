//! `rollcall audit` as a reader sees it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rollcall::validate::Rules;
use serde_json::{Value, json};

use super::catalogue::cases;
use crate::support::agent::Agent;

/// A home with every case as a file of CloudTrail's own, and as the output of lookup-events.
fn home() -> Agent {
    let records: Vec<Value> = cases().into_iter().map(|case| case.record).collect();
    let event = |record: &Value| {
        json!({
            "EventId": record["eventID"], "EventName": record["eventName"], "ReadOnly": "false",
            "CloudTrailEvent": record.to_string(),
        })
    };
    let events: Vec<Value> = records.iter().map(event).collect();
    let agent = Agent::new().file("lookup.json", &format!("{:#}", json!({ "Events": events })));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let text = json!({ "Records": records }).to_string();
    gzip.write_all(text.as_bytes()).unwrap();
    std::fs::write(agent.home().join("trail.json.gz"), gzip.finish().unwrap()).unwrap();
    agent
}

fn audit(agent: &Agent, args: &[&str]) -> Agent {
    let agent = agent.args(["audit", "--from", "trail.json.gz"]);
    args.iter().fold(agent, |agent, arg| agent.arg(arg))
}

/// The names of the operations that are printed.
fn names(agent: &Agent, args: &[&str]) -> Vec<String> {
    let output = audit(agent, args).args(["--output", "ocsf"]).run();
    let output = output.expect_code(0);
    let events = output.stdout.lines().map(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["api"]["operation"].as_str().unwrap().to_owned()
    });
    events.collect()
}

#[test]
fn both_forms_give_the_same_valid_events_and_repeated_records_come_once() {
    let agent = home();
    let from = |files: &[&str]| {
        let agent = agent.args(["audit", "--output", "ocsf", "--from"]);
        files
            .iter()
            .fold(agent, |agent, file| agent.arg(file))
            .run()
            .expect_code(0)
    };
    let [trail, lookup, both] = [
        from(&["trail.json.gz"]),
        from(&["lookup.json"]),
        from(&["trail.json.gz", "lookup.json"]),
    ];
    assert_eq!(trail.stdout, lookup.stdout);
    assert_eq!(trail.stdout, both.stdout);
    let count = cases().len();
    assert_eq!(trail.stdout.lines().count(), count);
    for line in trail.stdout.lines() {
        assert_eq!(Rules::OwnVersion.check(line), [], "{line}");
    }
    let told = format!("{count} of {count} records, {count} repeated");
    assert!(both.stderr.contains(&told), "{}", both.stderr);
}

#[test]
fn map_makes_the_same_events_of_records_and_takes_no_identities_beside_them() {
    let agent = home().file("users.json", "{\"Users\": []}");
    let audited = agent.args(["audit", "--output", "ocsf", "--from", "trail.json.gz"]);
    let audited = audited.run().expect_code(0);
    for file in ["trail.json.gz", "lookup.json"] {
        let mapped = agent.args(["map", file]).run().expect_code(0);
        assert_eq!(mapped.stdout, audited.stdout, "{file}");
    }
    let mixed = agent.args(["map", "trail.json.gz", "users.json"]).run();
    let mixed = mixed.expect_code(2);
    assert!(mixed.stderr.contains("trail.json.gz"), "{}", mixed.stderr);
    assert_eq!(mixed.stdout, "");
}

#[test]
fn map_takes_files_without_records_and_with_bad_ones_beside_those_with_good_ones() {
    let bad = format!("{{\"eventVersion\":\"2.0\"}}\n{}\n", cases()[0].record);
    let agent = home()
        .file("empty.json", "")
        .file("none.json", "{\"Records\": []}")
        .file("bad.json", &bad);
    let count = |files: &[&str], code| {
        let agent = files
            .iter()
            .fold(agent.arg("map"), |agent, file| agent.arg(file));
        agent.run().expect_code(code).stdout.lines().count()
    };
    let all = count(&["trail.json.gz"], 0);
    assert!(all > 10);
    assert_eq!(count(&["empty.json", "trail.json.gz", "none.json"], 0), all);
    assert_eq!(count(&["bad.json"], 4), 1);
}

#[test]
fn an_empty_file_is_named_and_no_error() {
    let agent = Agent::new().file("empty.json", "\n");
    let agent = agent.args(["audit", "--output", "ocsf", "--from", "empty.json"]);
    let output = agent.run().expect_code(0);
    assert_eq!(output.stdout, "");
    assert!(
        output.stderr.contains("the file is empty"),
        "{}",
        output.stderr
    );
    assert!(output.stderr.contains("empty.json"), "{}", output.stderr);
}

#[test]
fn records_come_from_standard_input_too() {
    let record = cases()[0].record.to_string();
    let agent = Agent::new().file("record.json", &record);
    let agent = agent.args(["audit", "--output", "ocsf", "--from", "-"]);
    let script = "exec \"$0\" \"$@\" < record.json".to_owned();
    let output = agent.in_shell(script).run().expect_code(0);
    assert_eq!(output.stdout.lines().count(), 1);
}

#[test]
fn a_bad_record_is_named_and_the_others_are_shown() {
    let good = cases()[0].record.to_string();
    let agent = Agent::new().file(
        "mixed.ndjson",
        &format!("{good}\n{{\"eventVersion\":\"2.0\"}}\nno\n"),
    );
    let output = agent
        .args(["audit", "--output", "ocsf", "--from", "mixed.ndjson"])
        .run();
    let output = output.expect_code(4);
    assert_eq!(output.stdout.lines().count(), 1);
    for part in [
        "mixed.ndjson:2: record 2: its eventVersion is not known",
        "mixed.ndjson:3: record 3: no JSON",
        "1 of 1 records, 2 unreadable",
    ] {
        assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
    }
}

#[test]
fn a_file_that_cannot_be_read_and_times_that_are_none_are_usage() {
    let agent = home();
    let missing = agent
        .args(["audit", "--from", "missing.json"])
        .run()
        .expect_code(2);
    assert!(
        missing.stderr.contains("missing.json"),
        "{}",
        missing.stderr
    );
    let zip = agent
        .file("trail.zip", "PK\u{3}\u{4}")
        .args(["audit", "--from", "trail.zip"]);
    let zip = zip.run().expect_code(2);
    assert!(zip.stderr.contains("lookup-events"), "{}", zip.stderr);
    let never = ["--since", "2026-06-02", "--until", "2026-06-01"];
    let never = audit(&agent, &never).run().expect_code(2);
    assert!(never.stderr.contains("swap them"), "{}", never.stderr);
    let none = audit(&agent, &["--since", "yesterday"])
        .run()
        .expect_code(2);
    assert!(none.stderr.contains("such as 24h"), "{}", none.stderr);
}

#[test]
fn each_filter_leaves_out_what_is_not_asked_for() {
    let agent = home();
    let all = names(&agent, &[]).len();
    assert_eq!(
        names(&agent, &["--since", "2026-05-31T08:00:00Z"]).len(),
        all
    );
    assert_eq!(
        names(&agent, &["--until", "2026-05-31T08:01:00Z"]),
        ["CreateUser"]
    );
    assert!(names(&agent, &["--since", "1h"]).is_empty());
    assert_eq!(names(&agent, &["--event", "listusers"]), ["ListUsers"]);
    let writes = names(&agent, &["--writes"]);
    assert!(!writes.contains(&"ListUsers".to_owned()) && !writes.is_empty());
    let failed = names(&agent, &["--failed", "--user", "alice.martin"]);
    let expected = [
        "ChangePassword",
        "ConsoleLogin",
        "CreateUser",
        "CreateUser",
        "EnableMFADevice",
    ];
    let mut sorted = failed.clone();
    sorted.sort();
    assert_eq!(sorted, expected);
    assert_eq!(
        names(&agent, &["--caller", "lambda.amazonaws.com"]),
        ["AssumeRole"]
    );
    let by_session = names(
        &agent,
        &[
            "--caller",
            "Administrator",
            "--user",
            "AIDAROLLCALL0001USER",
        ],
    );
    assert_eq!(by_session, ["CreateUser"]);
}

#[test]
fn the_table_is_by_time_and_says_who_did_what_to_whom() {
    let agent = home();
    let output = audit(&agent, &["--until", "2026-05-31T08:40:00Z"])
        .run()
        .expect_code(0);
    insta::with_settings!({ snapshot_path => "../snapshots/audit/command", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("table", output.stdout);
    });
}

#[test]
fn a_caller_whose_name_is_hidden_is_told_by_the_account() {
    let output = audit(&home(), &["--failed", "--event", "ConsoleLogin"]).run();
    let table = output.expect_code(0).stdout;
    assert!(
        table.contains("account 123456789012  ConsoleLogin failed"),
        "{table}"
    );
}

#[test]
fn files_are_asked_by_key_and_region_and_for_the_newest() {
    let agent = home();
    let all = names(&agent, &[]);
    let newest = names(&agent, &["--limit", "2"]);
    assert_eq!(newest.len(), 2);
    assert!(newest.iter().all(|it| all.contains(it)), "{newest:?}");
    let by_time = names(&agent, &["--limit", "9999"]);
    assert_eq!(by_time.len(), all.len());
    assert_eq!(by_time[by_time.len() - 2..], newest);
    assert!(names(&agent, &["--region", "eu-nowhere-1"]).is_empty());
    assert!(!names(&agent, &["--region", "us-east-1"]).is_empty());
    assert!(names(&agent, &["--key", "AKIAEXAMPLENOBODY001"]).is_empty());
    let key = cases().into_iter().find_map(|case| {
        let key = case.record["userIdentity"]["accessKeyId"].as_str()?;
        Some(key.to_owned()).filter(|it| !it.is_empty())
    });
    assert!(!names(&agent, &["--key", &key.unwrap()]).is_empty());
    let both = agent.args(["audit", "--follow", "--limit", "3"]).run();
    let both = both.expect_code(2);
    assert!(both.stderr.contains("--limit"), "{}", both.stderr);
}
