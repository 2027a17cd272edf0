//! What goes wrong in the first hour: each has its own exit code, never as a bug.

use std::os::unix::fs::symlink;

use super::accounts::TINY;
use crate::support::agent::Agent;
use crate::support::running::Output;

/// What is logged as a warning or an error, without the time of day and the time it took.
pub(super) fn logged(output: &Output, masks: &[(&str, &str)]) -> String {
    let lines = output.stderr.lines().filter_map(|line| {
        if line.starts_with("error: ") {
            return Some(line.to_owned());
        }
        let (_, line) = line.split_once(' ')?;
        let line = line.trim_start();
        ["ERROR ", "WARN "]
            .iter()
            .any(|level| line.starts_with(level))
            .then(|| without_pass(&without_duration(line)))
    });
    let logged = lines.collect::<Vec<_>>().join("\n");
    let masked = |logged: String, (from, to): &(&str, &str)| logged.replace(from, to);
    masks.iter().fold(logged, masked)
}

/// Without the id of the pass, which is another each time.
fn without_pass(line: &str) -> String {
    match line.split_once(" pass=\"") {
        Some((before, after)) => {
            let (_, after) = after.split_once('"').unwrap_or_default();
            format!("{before}{after}")
        }
        None => line.to_owned(),
    }
}

fn without_duration(line: &str) -> String {
    match line.split_once(" duration_ms=") {
        Some((before, after)) => {
            let after = after.trim_start_matches(|it: char| it.is_ascii_digit());
            format!("{before}{after}")
        }
        None => line.to_owned(),
    }
}

#[track_caller]
fn says(output: &Output, part: &str) {
    assert!(output.stderr.contains(part), "{}", output.stderr);
}

#[test]
fn the_version_is_that_of_rollcall() {
    let output = Agent::new().arg("--version").run().expect_code(0);
    let version = format!("rollcall {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(output.stdout, version);
}

#[test]
fn a_demo_that_cannot_write_its_events_says_where() {
    let agent = Agent::new().args(["demo", "--events", "nowhere/events.ndjson"]);
    let output = agent.run().expect_code(5);
    says(&output, "nowhere/events.ndjson: No such file or directory");
    assert_eq!(output.stdout, "");
}

#[test]
fn a_machine_without_ca_certificates_is_reported_to_install_them() {
    let config = "[[sinks]]\ntype = \"sekoia-asset\"\napi_key = \"env:KEY\"\n\
                  connector_uuid = \"00000000-0000-0000-0000-000000000000\"\n";
    let agent = Agent::new()
        .config(config)
        .env("KEY", "k")
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent");
    let output = agent.arg("collect").run().expect_code(2);
    says(&output, "install the system's CA certificates");
}

#[test]
fn a_config_toml_that_leads_nowhere_is_an_error() {
    let agent = Agent::new().account(&TINY.account);
    symlink("nowhere", agent.home().join("config.toml")).expect("a link");
    let output = agent.arg("collect").run().expect_code(2);
    says(&output, "config.toml: cannot be read");
    assert_eq!(output.stdout, "");
}
