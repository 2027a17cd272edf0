//! `GET /metrics` and `collect --metrics-file`: what Prometheus's own tool makes of them.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;

use super::probes::{Ask, SOON, agent, sim, waiting};
use crate::support::agent::Agent;

/// Prometheus's own tool, where it is. Who names it in `ROLLCALL_TEST_PROMTOOL` wants it used.
fn promtool() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("ROLLCALL_TEST_PROMTOOL") {
        return Some(given.into());
    }
    let path = std::env::var_os("PATH")?;
    let mut programs = std::env::split_paths(&path).map(|folder| folder.join("promtool"));
    programs.find(|program| program.is_file())
}

/// Panics unless `promtool check metrics` finds nothing to say.
#[track_caller]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn check(text: &str) {
    let Some(promtool) = promtool() else {
        eprintln!("skipped: no promtool in PATH or ROLLCALL_TEST_PROMTOOL");
        return;
    };
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("promtool starts");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{said}{text}");
}

/// The names of metrics in `text`, with their types.
fn types(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .collect()
}

#[test]
fn a_daemons_metrics_satisfy_promtool_and_name_no_user() {
    let sim = sim(3);
    let (agent, address) = agent(&sim, "");
    let running = waiting(&agent);
    let (code, text) = Ask::of(address, "/metrics").answer();
    assert_eq!(code, 200, "{text}");
    check(&text);
    for line in [
        // The root user among them.
        "rollcall_users{account=\"210000000000\"} 4",
        "rollcall_accounts{state=\"ok\"} 1",
        "rollcall_schedule_period_seconds 1",
        "rollcall_outbox_capacity_events{sink=\"stdout\"} 200000",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in {text}");
    }
    assert!(!text.contains("user0"), "{text}");
    insta::assert_snapshot!(types(&text).join("\n"));
    running.signal(Signal::SIGTERM);
    running.wait(SOON).expect_code(0);
}

#[test]
fn collect_leaves_metrics_in_a_file_that_others_may_read_and_nothing_beside_it() {
    let sim = sim(3);
    let (agent, _) = agent(&sim, "");
    let collect = agent.args(["collect", "--metrics-file", "rollcall.prom"]);
    collect.run().expect_code(0);
    let path = agent.home().join("rollcall.prom");
    let text = std::fs::read_to_string(&path).expect("the file");
    check(&text);
    assert!(
        text.contains("rollcall_passes_total{result=\"complete\"} 1\n"),
        "{text}"
    );
    assert!(
        !text.contains("process_"),
        "they would be taken for node_exporter's"
    );
    let mode = std::fs::metadata(&path)
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o644);
    let names = std::fs::read_dir(agent.home()).expect("the home");
    let names = names.map(|it| it.expect("an entry").file_name());
    let drafts = names.filter(|name| name.to_string_lossy().starts_with(".rollcall"));
    assert_eq!(drafts.count(), 0);
}

#[test]
fn a_metrics_file_that_cannot_be_written_is_said_before_any_pass() {
    let sim = sim(1);
    let (agent, _) = agent(&sim, "");
    let refused = |agent: Agent| {
        let output = agent.run().expect_code(2);
        assert!(
            output.stderr.contains("cannot write there"),
            "{}",
            output.stderr
        );
        assert_eq!(output.stdout, "", "no event was sent");
    };
    refused(agent.args(["collect", "--metrics-file", "no/such/dir/rollcall.prom"]));
    refused(agent.args(["collect", "--metrics-file", "state"]));
}
