//! `map`: saved files in, events out.

use std::path::{Path, PathBuf};

use rollcall::map::Dialect;
use serde_json::{Value, json};

use super::common;
use crate::support::agent::Agent;

const SAMPLE: [&str; 9] = [
    "authorization-details.json",
    "before/authorization-details.json",
    "list-users.json",
    "virtual-mfa-devices.json",
    "before/virtual-mfa-devices.json",
    "list-mfa-devices.json",
    "service-specific-credentials.json",
    "credential-report.csv",
    "before/credential-report.csv",
];

#[test]
fn sample_account_becomes_valid_events_in_both_dialects() {
    for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
        let mut agent = Agent::new().args(["map", "--dialect", dialect.as_str()]);
        for file in SAMPLE {
            agent = agent.arg(&sample(file).display().to_string());
        }
        let output = agent.run().expect_code(0);
        let events = common::valid_lines(dialect, &output.stdout);
        let names = common::names(&events);
        assert!(
            names.len() == 43 && names.values().all(|&count| count == 1),
            "{names:?}"
        );
        assert_eq!(output.stderr, "");
    }
}

#[test]
fn what_the_files_lack_is_unknown_and_not_false() {
    let file = sample("authorization-details.json").display().to_string();
    let output = Agent::new().args(["map", &file]).run().expect_code(0);
    let events = common::valid_lines(Dialect::Ocsf, &output.stdout);
    assert_eq!(events.len(), 41);
    for event in &events {
        assert_eq!(event["user"].get("has_mfa"), None, "{event:#}");
        let unknown = event["unmapped"]["aws_iam"]["unknown"]
            .as_array()
            .expect("unknown facts");
        let mfa = unknown
            .iter()
            .find(|unknown| unknown["fact"] == "mfa")
            .expect("mfa");
        assert_eq!(mfa["reason"], "not_in_input");
    }
}

#[test]
fn truncated_file_is_refused_with_its_line_and_column() {
    let whole = std::fs::read_to_string(sample("list-users.json")).expect("the sample");
    let lines: Vec<_> = whole.lines().take(12).collect();
    let agent = Agent::new().file("cut.json", &lines.join("\n"));
    let output = agent.args(["map", "cut.json"]).run().expect_code(2);
    assert_eq!(output.stdout, "");
    let position = format!("cut.json:12:{}: ", lines[11].len());
    assert!(
        output.stderr.contains(&position),
        "{position} in {}",
        output.stderr
    );
}

#[test]
fn unknown_kind_of_file_is_refused_with_the_kinds_that_are_known() {
    let agent = Agent::new().file("roles.json", r#"{"Roles": []}"#);
    let output = agent.args(["map", "roles.json"]).run().expect_code(2);
    assert_eq!(output.stdout, "");
    for part in ["roles.json", "list-users", "credential report"] {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
}

#[test]
fn absent_file_is_named_once() {
    let output = Agent::new().args(["map", "gone.json"]).run().expect_code(2);
    assert_eq!(
        output.stderr.matches("gone.json").count(),
        1,
        "{}",
        output.stderr
    );
    assert_eq!(
        output.stderr.matches("No such file").count(),
        1,
        "{}",
        output.stderr
    );
}

#[test]
fn reader_that_leaves_ends_map_quietly_however_much_is_left() {
    let users: Vec<Value> = (0..2_000)
        .map(|number| {
            json!({
                "Path": "/",
                "UserName": format!("user{number}"),
                "UserId": format!("AIDA{number:017}"),
                "Arn": format!("arn:aws:iam::111122223333:user/user{number}"),
                "CreateDate": "2024-03-01T10:00:00+00:00",
            })
        })
        .collect();
    let script = format!(
        "{{ {} map many.json; echo $? > code; }} | head -1",
        env!("CARGO_BIN_EXE_rollcall")
    );
    let agent = Agent::of("sh").file("many.json", &json!({ "Users": users }).to_string());
    let output = agent.args(["-c", &script]).run().expect_code(0);
    assert_eq!(common::valid_lines(Dialect::Ocsf, &output.stdout).len(), 1);
    assert_eq!(output.stderr, "");
    let code = std::fs::read_to_string(agent.home().join("code")).expect("map's exit code");
    assert_eq!(code.trim(), "0");
}

pub(super) fn sample(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/commands/demo")
        .join(file)
}
