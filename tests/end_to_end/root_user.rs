//! The account's root user: one event, an administrator, its MFA live.

use rollcall::map::Dialect;
use serde_json::{Value, json};

use super::common;
use crate::support::agent::Agent;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimReport, SimUser};

const SETTINGS: &str = "[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

/// Alice and a root user whose MFA came after the credential report was made.
fn account() -> SimAccount {
    let mut account = SimAccount::new("210000000001").user(SimUser::new("alice"));
    let hour_ago = time::OffsetDateTime::now_utc() - time::Duration::HOUR;
    account.report = Some(SimReport::of(&account, hour_ago));
    account.root_mfa = true;
    account
}

/// The events of one pass, and its summary.
fn collect(sim: &SimAws, mapping: &str) -> (Vec<Value>, String) {
    let agent = Agent::new().config(&format!("{mapping}\n{SETTINGS}"));
    let output = agent.aws(&sim.url()).arg("collect").run().expect_code(0);
    let file = agent.home().join("events.ndjson");
    (common::valid_file(Dialect::Ocsf, &file), output.stderr)
}

#[test]
fn the_root_user_is_one_event_an_administrator_and_has_live_mfa() {
    let sim = SimAws::start([account()]);
    let (events, _) = collect(&sim, "");
    assert_eq!(
        common::names(&events).into_values().collect::<Vec<_>>(),
        [1, 1]
    );
    let is_root = |event: &&Value| event["user"]["uid"] == "arn:aws:iam::210000000001:root";
    let root = events.iter().find(is_root).expect("a root user");
    assert_eq!(root["user"]["name"], "root_account");
    assert_eq!(
        (&root["user"]["type"], &root["user"]["type_id"]),
        (&json!("Admin"), &json!(2))
    );
    let because = &root["unmapped"]["aws_iam"]["admin_because"];
    assert_eq!(*because, json!([{ "root_user": true }]));
    assert_eq!(root["user"]["has_mfa"], true);
}

#[test]
fn without_the_summary_the_root_users_device_proves_its_mfa_and_else_the_report_tells() {
    let without_devices = &["GetAccountSummary", "ListVirtualMFADevices"][..];
    for (denied, has_mfa) in [(&["GetAccountSummary"][..], true), (without_devices, false)] {
        let sim = SimAws::start([account()]);
        for action in denied {
            sim.inject(Fault::Denied(Denial::NothingAllows).of(action));
        }
        let (events, _) = collect(&sim, "");
        let is_root = |event: &&Value| event["user"]["name"] == "root_account";
        let root = events.iter().find(is_root).expect("a root user");
        assert_eq!(root["user"]["has_mfa"], has_mfa, "{denied:?}");
    }
}

#[test]
fn a_root_user_that_is_switched_off_is_neither_sent_nor_counted() {
    let sim = SimAws::start([account()]);
    let (events, summary) = collect(&sim, "[mapping]\nroot_account = false\n");
    assert_eq!(
        common::names(&events).into_keys().collect::<Vec<_>>(),
        ["alice"]
    );
    let mut rows = summary.lines().map(|line| line.split_whitespace());
    assert!(rows.any(|row| row.eq(["users", "1"])), "{summary}");
}
