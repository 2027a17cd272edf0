//! What `check` prints, as people read it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::common::{API_KEY, sekoia_config};
use super::policy;
use crate::support::agent::Agent;
use crate::support::intake::Intake;
use crate::support::reply::Reply;
use crate::support::running::Output;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

const SESSION: &str = "ASIA210000000001SIMA";

/// Two accounts, each with a user in a group.
fn sim() -> SimAws {
    let account = |id: &str| SimAccount::new(id).user(SimUser::new("ann"));
    SimAws::start(["210000000000", "210000000001"].map(account))
}

/// An agent for `sim` that sends to `intake`; `more` comes after its settings.
fn agent(sim: &SimAws, intake: &Intake, more: &str) -> Agent {
    let config = sekoia_config(intake, "").replace("per-user", "auto");
    Agent::new()
        .config(&format!("{config}{more}"))
        .aws(&sim.url())
        .env("SEKOIA_API_KEY", API_KEY)
        .arg("check")
}

#[track_caller]
fn without_secrets(output: Output) -> String {
    for printed in [&output.stdout, &output.stderr] {
        assert!(!printed.contains(API_KEY), "{printed}");
    }
    assert_eq!(output.stderr, "");
    output.stdout
}

#[test]
fn everything_is_fine() {
    let (sim, intake) = (sim(), Intake::start());
    let output = agent(&sim, &intake, "").run().expect_code(0);
    insta::assert_snapshot!("check_fine", without_secrets(output));
    assert!(intake.events().is_empty());
}

#[test]
fn one_permission_is_missing() {
    let (sim, intake) = (sim(), Intake::start());
    sim.inject(Fault::Denied(Denial::NothingAllows).of("GetCredentialReport"));
    let output = agent(&sim, &intake, "").run().expect_code(3);
    insta::assert_snapshot!("check_one_missing", without_secrets(output));
}

#[test]
fn a_sink_refuses_its_key() {
    let (sim, intake) = (sim(), Intake::start());
    let words = json!({ "code": "A01", "message": format!("no such key: {API_KEY}") });
    intake.otherwise(Some(Reply::json(401, &words)));
    let output = agent(&sim, &intake, "").run().expect_code(5);
    insta::assert_snapshot!("check_sink_refuses", without_secrets(output));
}

const TWO_ACCOUNTS: &str = "[[aws.accounts]]\nid = \"210000000000\"\nname = \"shop\"\n\
                            [[aws.accounts]]\nid = \"210000000001\"\n\
                            role_arn = \"arn:aws:iam::210000000001:role/rollcall-read\"\n";

#[test]
fn one_of_two_accounts_is_denied() {
    let (sim, intake) = (sim(), Intake::start());
    sim.inject(Fault::Denied(Denial::NothingAllows).of("AssumeRole"));
    let output = agent(&sim, &intake, TWO_ACCOUNTS).run().expect_code(3);
    insta::assert_snapshot!("check_two_accounts", without_secrets(output));
}

#[test]
fn the_same_as_json() {
    let (sim, intake) = (sim(), Intake::start());
    sim.inject(
        Fault::Denied(Denial::NothingAllows)
            .of("ListUsers")
            .signed_with(SESSION),
    );
    let agent = agent(&sim, &intake, TWO_ACCOUNTS).args(["--output", "json"]);
    let printed = without_secrets(agent.run().expect_code(3));
    let printed: Value = serde_json::from_str(&printed).expect("one JSON object");
    assert_eq!(printed["exit_code"], 3);
    let items = printed["items"].as_array().expect("items").iter();
    let others = items.filter(|item| item["finding"] != "ok");
    let others: Vec<&Value> = others.collect();
    let missing = json!({
        "finding": "missing", "item": "iam:ListUsers", "account": "210000000001",
        "detail": "lost: who there is, and when passwords were last used",
        "add": { "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*" },
    });
    assert_eq!(others, [&missing]);
}

#[test]
fn what_is_wrong_before_anybody_is_asked() {
    let (sim, intake) = (sim(), Intake::start());
    let misspelled = agent(&sim, &intake, "").config("[aws]\nregoin = \"x\"\n");
    let printed = without_secrets(misspelled.run().expect_code(2));
    for part in [
        "failed   configuration ",
        " config.toml:2:1: unknown key `regoin`",
    ] {
        assert!(printed.contains(part), "{printed}");
    }
    assert_eq!(printed.lines().count(), 1, "{printed}");
    let keyless = agent(&sim, &intake, "").env("SEKOIA_API_KEY", "");
    let printed = without_secrets(keyless.run().expect_code(2));
    let line = "environment variable SEKOIA_API_KEY is not set";
    let about_sink =
        |it: &str| it.starts_with("failed") && it.contains("sink ") && it.contains(line);
    assert!(printed.lines().any(about_sink), "{printed}");
    assert!(
        printed.contains("iam:ListUsers"),
        "AWS is checked all the same: {printed}"
    );
    let elsewhere = policy::agent(
        &sim,
        "access_key_id = \"env:NO_SUCH\"\nsecret_access_key = \"env:X\"",
    );
    let printed = elsewhere.arg("check").run().expect_code(2).stdout;
    assert!(
        printed.contains("environment variable NO_SUCH is not set"),
        "{printed}"
    );
}

#[test]
fn what_is_found_is_printed_at_once_and_coloured_only_where_asked_for() {
    let (sim, intake) = (sim(), Intake::start());
    sim.delay(Some("ListUsers"), Duration::from_secs(5));
    let mut running = agent(&sim, &intake, "").arg("--color=always").spawn();
    running.wait_for(
        "\u{1b}[32mok\u{1b}[0m       credentials",
        Duration::from_secs(30),
    );
    assert!(!running.has_ended());
    let output = running.wait(Duration::from_secs(60)).expect_code(0);
    assert!(
        output.stdout.contains("sink sekoia-asset"),
        "{}",
        output.stdout
    );
}

#[test]
fn what_others_may_write_or_read_is_said_by_check_and_by_collect() {
    let (sim, intake) = (sim(), Intake::start());
    let mode = |file: &Path, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(file, permissions).unwrap();
    };
    let config = sekoia_config(&intake, "").replace("env:SEKOIA_API_KEY", "file:key");
    let lines = "[[sinks]]\ntype = \"ndjson\"\npath = \"events\"\n";
    let agent = Agent::new()
        .config(&format!("{config}{lines}"))
        .file("key", API_KEY)
        .file("events", "")
        .aws(&sim.url());
    let findings = [
        "others may write config.toml",
        "others may read the secret file key",
        "others may read events",
    ];
    let said = |args: &str| {
        let output = agent.arg(args).run().expect_code(0);
        let text = format!("{}{}", output.stdout, output.stderr);
        findings.map(|finding| text.matches(finding).count())
    };
    for (name, open) in [("config.toml", 0o646), ("key", 0o604), ("events", 0o604)] {
        mode(&agent.home().join(name), open);
    }
    assert_eq!(said("check"), [1, 1, 1]);
    assert_eq!(said("collect"), [1, 1, 1]);
    for name in ["config.toml", "key", "events"] {
        mode(&agent.home().join(name), 0o600);
    }
    assert_eq!(said("check"), [0, 0, 0]);
    assert_eq!(said("collect"), [0, 0, 0]);
}
