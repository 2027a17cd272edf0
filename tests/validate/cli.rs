//! `rollcall validate`, as people and machines see it.

use rollcall::map::Dialect;
use serde_json::{Value, json};

use crate::mapping::catalogue::events;
use crate::support::agent::Agent;

/// A valid event, and one with a problem of most kinds.
fn two_events() -> String {
    let valid = &events(Dialect::Ocsf)[0];
    let mut wrong = valid.clone();
    wrong["metadata"]["profiles"] = json!(["cloud", "cloud", "clouds"]);
    wrong["metadata"]["logged_time"] = json!(1_780_315_200);
    wrong["metadata"]["logged_time_dt"] = json!("2026-06-01");
    wrong["severity_id"] = json!(7);
    wrong["activity_name"] = json!("Query");
    wrong["type_uid"] = json!(500301);
    wrong["user"]["email_addr"] = json!("nobody");
    wrong["user"]["type_id"] = json!(99);
    wrong["user"]["full_name"] = json!("");
    wrong["user"]["colour"] = json!("\u{1b}[31mred");
    wrong["user"]["account"] = json!({"type_id": "10"});
    wrong["user"]["has_mfa"] = Value::Null;
    wrong["observables"] = json!([
        {"name": "user.name", "type_id": 5, "value": "somebody"},
        {"name": "user.nickname", "type_id": 4},
    ]);
    format!("{valid}\n{wrong}\n{{\"a\": NaN}}\n")
}

#[test]
fn problems_are_a_line_each_with_what_is_allowed() {
    let agent = Agent::new().file("events.ndjson", &two_events());
    let output = agent
        .args(["validate", "events.ndjson"])
        .run()
        .expect_code(7);
    insta::assert_snapshot!(format!("{}---\n{}", output.stdout, output.stderr));
}

#[test]
fn problems_of_the_dialect_sekoia_say_what_is_allowed() {
    let mut event = events(Dialect::Sekoia)[0].clone();
    event.as_object_mut().unwrap().remove("severity");
    event["time"] = json!("x");
    event["user"]["type_id"] = json!(7);
    event["user"]["groups"] = json!("ops");
    let agent = Agent::new().file("events.ndjson", &format!("\u{feff}{event}\n{event}\n"));
    let args = ["validate", "--dialect", "sekoia", "events.ndjson"];
    let said = agent.args(args).run().expect_code(7).stdout;
    for line in [
        "1: error bad_json $: begins with a byte order mark; save it as UTF-8 without one",
        "2: error required_missing $.severity: required: \"Informational\"",
        "2: error wrong_type $.time: is string \"x\"; allowed is an integer, a time in seconds from 2000 \
         to 2100",
        "2: error constant_mismatch $.user.type_id: is 7; allowed is one of 1, 2, 4",
        "2: error wrong_type $.user.groups: is string \"ops\"; allowed is a list of an object of name, \
         uid, privileges",
    ] {
        assert!(
            said.contains(&format!("events.ndjson:{line}\n")),
            "{line}\n{said}"
        );
    }
}

#[test]
fn problems_are_an_object_a_line_for_machines() {
    let agent = Agent::new().file(
        "events.json",
        &format!("[\n1,\n{}]", events(Dialect::Ocsf)[0]),
    );
    let args = [
        "validate",
        "--output",
        "json",
        "--version",
        "1.8.0",
        "events.json",
    ];
    let output = agent.args(args).run().expect_code(7);
    let lines: Vec<Value> = output
        .stdout
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let expected = json!([
        {"file": "events.json", "line": null, "index": 0, "severity": "error", "code": "wrong_type",
         "path": "$", "message": "is integer 1; allowed is an event, which is an object"},
        {"file": "events.json", "line": null, "index": 1, "severity": "error",
         "code": "version_mismatch", "path": "$.metadata.version",
         "message": "is 1.6.0; checked against 1.8.0"},
    ]);
    assert_eq!(Value::from(lines), expected);
}

#[test]
fn valid_events_have_no_line_and_exit_code_0() {
    for dialect in [Dialect::Ocsf, Dialect::Sekoia] {
        let lines: Vec<String> = events(dialect).iter().map(Value::to_string).collect();
        let agent = Agent::new().file("events.ndjson", &lines.join("\n"));
        let args = ["validate", "--dialect", dialect.as_str(), "events.ndjson"];
        let output = agent.args(args).run().expect_code(0);
        assert_eq!(output.stdout, "");
        let summary = format!("{} events, 0 invalid, 0 with warnings\n", lines.len());
        assert_eq!(output.stderr, summary);
        let output = agent.args(args).arg("--quiet").run().expect_code(0);
        assert_eq!(output.stderr, "");
    }
}

#[test]
fn what_cannot_be_checked_is_a_usage_error_that_names_it() {
    let agent = Agent::new().file("empty.ndjson", "\n\n");
    for (args, said) in [
        (&["gone.ndjson"][..], "cannot read gone.ndjson"),
        (&["."], "cannot read ."),
        (&["empty.ndjson"], "no events"),
        (
            &["--version", "1.6.0", "--dialect", "sekoia", "empty.ndjson"],
            "leave it out",
        ),
        (
            &["--version", "1.5.0", "empty.ndjson"],
            "1.6.0, 1.7.0, 1.8.0",
        ),
        (&["-", "-"], "give it once"),
        (&[], "FILE"),
    ] {
        let agent = args
            .iter()
            .fold(agent.arg("validate"), |agent, arg| agent.arg(arg));
        let output = agent.run().expect_code(2);
        assert!(output.stderr.contains(said), "{said}: {}", output.stderr);
    }
}

#[test]
fn a_line_has_200_characters_at_most_with_code_and_path_whole() {
    let wrong = |name: &str, value: Value| {
        let mut event = events(Dialect::Ocsf)[0].clone();
        event[name] = value;
        event
    };
    let long = "x".repeat(5_000);
    let lines = [
        wrong("severity_id", json!(7)),
        wrong("class_uid", json!(9)),
        wrong("colour", json!(1)),
        wrong(
            "observables",
            json!([{"name": long, "type_id": "4", "value": long}]),
        ),
        wrong("metadata", json!({"version": "1.6.0", "profiles": [long]})),
        wrong(&long[..150], json!(1)),
    ];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let agent = Agent::new().file("events.ndjson", &lines.join("\n"));
    let args = agent.args(["validate", "events.ndjson"]);
    let said = args.run().expect_code(7).stdout;
    let cut = said.lines().filter(|line| line.ends_with(" ...")).count();
    assert!(cut > 3, "{said}");
    for line in said.lines() {
        let (_, problem) = line.split_once(": ").expect("a place");
        let (head, message) = problem.split_once(": ").expect("a code and a path");
        let is_whole = head.contains(" $");
        // A long path leaves the message little room, and that is used.
        let fits = line.chars().count() <= 200 || message.chars().count() <= 60;
        assert!(is_whole && fits, "{line}");
    }
    let json = args.args(["--output", "json"]).run().expect_code(7).stdout;
    assert!(json.contains("security_control, trace\""), "{json}");
}

#[test]
fn a_file_of_something_else_is_told_with_what_to_do_and_no_wrong_advice() {
    let of = |dialect| events(dialect)[0].to_string();
    for (text, dialect, next) in [
        (
            of(Dialect::Sekoia),
            "ocsf",
            "of dialect sekoia, --dialect sekoia",
        ),
        (
            of(Dialect::Ocsf),
            "sekoia",
            "of dialect ocsf, --dialect ocsf",
        ),
        (
            "no JSON\n\u{1}\n".to_owned(),
            "ocsf",
            "none of it could be read",
        ),
        (
            "{\"eventVersion\": \"1.11\"}".to_owned(),
            "ocsf",
            "1 event, 1 invalid, 0 with warnings\n",
        ),
    ] {
        let agent = Agent::new().file("events.ndjson", &text);
        let args = ["validate", "--dialect", dialect, "events.ndjson"];
        let said = agent.args(args).run().expect_code(7).stderr;
        assert!(said.contains(next), "{next}: {said}");
        assert_eq!(
            said.contains("--dialect"),
            next.contains("--dialect"),
            "{said}"
        );
    }
}
