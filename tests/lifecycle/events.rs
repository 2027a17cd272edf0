//! What was done reaches the sinks, as news in itself.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::common::{agent, created, plant};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::moto::Account;

const PATIENCE: Duration = Duration::from_secs(30);
const SINK: &str = "\n[[sinks]]\nname = \"siem\"\ntype = \"ndjson\"\npath = \"siem.ndjson\"\n\
                    dialect = \"ocsf\"\n";

/// The events of class 3001 that the sink has once a pass was made.
fn delivered(agent: &Agent) -> Vec<Value> {
    agent.arg("collect").run().expect_code(0);
    let text = std::fs::read_to_string(agent.home().join("siem.ndjson")).unwrap();
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &Value| event["class_uid"] == 3001)
        .collect()
}

#[test]
fn what_a_run_did_is_sent_once_with_the_next_pass() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let people = "[[users]]\nname = \"anna\"\nkeys = \"one\"\n";
    let agent = agent(&account, SINK).file("people.toml", people);
    agent
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(0);
    let events = delivered(&agent);
    let told = |event: &Value| {
        (
            event["activity_name"].clone(),
            event["user"]["uid_alt"].clone(),
        )
    };
    let told: Vec<_> = events.iter().map(told).collect();
    assert_eq!(told, [(json!("CreateAccessKey"), json!(user.id))]);
    assert_eq!(delivered(&agent).len(), 1);
}

#[test]
fn the_history_of_a_user_has_what_was_done_to_it_and_what_was_not() {
    let account = Account::strict();
    let proxy = AwsProxy::start(&account, |call| {
        (call.action() == "AddUserToGroup").then(|| aws_error(403, "AccessDenied"))
    });
    let people = "[[users]]\nname = \"anna\"\ngroups = [\"ops\"]\n";
    let agent = agent(&account, "").file("people.toml", people);
    let denied = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    denied
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(4);
    let history = |more: &[&str]| {
        let history = agent.args(["history", "anna"]);
        let history = more.iter().fold(history, |agent, it| agent.arg(it));
        history.run().expect_code(0).stdout
    };
    // No pass was made yet, and none is needed.
    let said = history(&[]);
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(
        lines[0].ends_with("anna: create in /rollcall/") && lines[1].contains("ops failed: "),
        "{said}"
    );
    let entries: Value = serde_json::from_str(&history(&["--output", "json"])).unwrap();
    let first = &entries[0]["entry"];
    assert_eq!(
        (&first["kind"], &first["user_name"]),
        (&json!("lifecycle"), &json!("anna"))
    );
    assert!(
        first["arn"]
            .as_str()
            .unwrap()
            .ends_with("user/rollcall/anna")
    );
    // A comparison of passes tells what they saw, once.
    agent.arg("collect").run().expect_code(0);
    let id = entries[0]["user_id"].as_str().unwrap();
    let delete = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    delete.run().expect_code(0);
    agent
        .args(["collect", "--accept-deletions"])
        .run()
        .expect_code(0);
    let diff = agent.arg("diff").run().expect_code(0).stdout;
    assert!(
        diff.contains("anna was deleted") && !diff.contains("lifecycle"),
        "{diff}"
    );
    assert!(history(&[]).contains("anna: deleted, which had"));
}

#[test]
fn a_deletion_and_a_refusal_are_sent_with_their_outcome() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let agent = agent(&account, SINK);
    let delete = |user: String| agent.args(["lifecycle", "delete", &user]).run();
    delete("AIDAOTHER:anna".to_owned()).expect_code(7);
    delete(format!("{id}:anna")).expect_code(0);
    delete(format!("{id}:anna")).expect_code(0);
    let told = |event: &Value| (event["status"].clone(), event["user"]["uid_alt"].clone());
    let told: Vec<_> = delivered(&agent).iter().map(told).collect();
    let expected = [("Failure", "AIDAOTHER"), ("Success", id.as_str())];
    assert_eq!(
        told,
        expected.map(|(status, id)| (json!(status), json!(id)))
    );
}

#[test]
fn what_is_done_while_a_daemon_has_the_state_is_sent_with_its_next_pass() {
    let account = Account::strict();
    let id = plant(&account, "anna");
    let agent = agent(&account, &format!("{SINK}\n[schedule]\nevery = \"1s\"\n"));
    let mut daemon = agent.arg("run").spawn();
    daemon.wait_for("waiting for the next pass", PATIENCE);
    let delete = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    let log = delete.run().expect_code(0).stderr;
    assert!(log.contains("until the next pass"), "{log}");
    let told = || {
        let text = std::fs::read_to_string(agent.home().join("siem.ndjson")).unwrap_or_default();
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
        // The daemon finds for itself that she is gone, and tells that too.
        let deeds = events.filter(|event: &Value| event["status"] == "Success");
        deeds.count()
    };
    let began = Instant::now();
    while told() == 0 && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(told(), 1, "once, in passes that follow too");
    daemon.signal(Signal::SIGTERM);
    daemon.wait(PATIENCE).expect_code(0);
}
