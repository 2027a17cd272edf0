//! The log: in which form, how much of it, and what scripts read instead.

use serde_json::Value;

use super::common::{API_KEY, sekoia_config};
use super::probes::{agent, sim};
use crate::support::agent::Agent;
use crate::support::intake::Intake;

fn lines(log: &str) -> Vec<Value> {
    let lines = log.lines().map(serde_json::from_str);
    lines
        .collect::<Result<_, _>>()
        .expect("a JSON object a line")
}

#[test]
fn away_from_a_terminal_the_log_is_json_and_the_end_of_a_pass_has_its_id() {
    let sim = sim(2);
    let (agent, _) = agent(&sim, "");
    let agent = agent.args(["--log-format", "auto", "collect"]);
    let output = agent.run().expect_code(0);
    let lines = lines(&output.stderr);
    let end = lines.iter().find(|line| line["message"] == "pass complete");
    let end = end.expect("the end of the pass");
    let event: Value = serde_json::from_str(output.stdout.lines().next().expect("an event"))
        .expect("a JSON object");
    assert_eq!(end["pass"], event["metadata"]["correlation_uid"]);
}

#[test]
fn options_come_before_the_variable_and_that_before_the_configuration() {
    let sim = sim(1);
    let (quiet, _) = agent(&sim, "[log]\nlevel = \"error\"");
    let collect = |agent: &Agent| agent.arg("collect").run().expect_code(0).stderr;
    let is_info = |log: &str| log.contains("INFO");
    let log = collect(&quiet);
    assert!(!is_info(&log), "{log}");
    let of_variable = quiet.env("ROLLCALL_LOG", "info");
    let log = collect(&of_variable);
    assert!(is_info(&log), "{log}");
    let log = collect(&of_variable.arg("--quiet"));
    assert!(!is_info(&log), "{log}");
    let log = collect(&quiet.env("ROLLCALL_LOG", "error").arg("-v"));
    assert!(is_info(&log), "{log}");
    let log = collect(&quiet.env("ROLLCALL_LOG", "loud"));
    assert!(log.contains("ROLLCALL_LOG is none of"), "{log}");
    assert!(!log.contains("loud"), "{log}");
}

#[test]
fn scripts_get_one_document_of_what_collect_did() {
    let sim = sim(3);
    let intake = Intake::start();
    let (agent, _) = agent(&sim, "");
    let output = agent
        .args(["collect", "--output", "json"])
        .run()
        .expect_code(2);
    assert!(
        output.stderr.contains("standard output"),
        "{}",
        output.stderr
    );
    let config = sekoia_config(&intake, "");
    let agent = agent.config(&config).env("SEKOIA_API_KEY", API_KEY);
    let output = agent
        .args(["collect", "--output", "json"])
        .run()
        .expect_code(0);
    let document: Value = serde_json::from_str(&output.stdout).expect("a JSON document");
    assert_eq!(document["exit_code"], 0, "{document}");
    assert_eq!(document["accounts"][0]["users"], 3);
    assert_eq!(document["sinks"][0]["delivered"], 3);
    assert!(
        !output.stderr.contains("of these"),
        "no summary: {}",
        output.stderr
    );
}
