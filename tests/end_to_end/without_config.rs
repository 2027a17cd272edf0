//! No configuration at all.

use std::os::unix::fs::PermissionsExt;

use rollcall::map::Dialect;

use super::accounts::TINY;
use super::common;
use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

#[test]
fn events_go_to_standard_output_once_and_state_to_a_private_directory() {
    let agent = Agent::new().account(&TINY.account).arg("collect");
    let output = agent.run().expect_code(0);
    common::assert_each_once(
        &TINY.users,
        &common::valid_lines(Dialect::Ocsf, &output.stdout),
    );
    assert!(
        output.stderr.contains("12 events in 1 batch"),
        "{}",
        output.stderr
    );
    let state = agent.state_home().join("rollcall");
    let mode = std::fs::metadata(state)
        .expect("the state directory")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    assert_eq!(agent.run().expect_code(0).stdout, "");
}

#[test]
fn dry_run_prints_everyone_every_time_and_stores_nothing() {
    let agent = Agent::new()
        .account(&TINY.account)
        .args(["collect", "--dry-run"]);
    for _ in 0..2 {
        let output = agent.run().expect_code(0);
        common::assert_each_once(
            &TINY.users,
            &common::valid_lines(Dialect::Ocsf, &output.stdout),
        );
    }
    let left = std::fs::read_dir(agent.state_home())
        .expect("the state home")
        .count();
    assert_eq!(left, 0);
}

#[test]
fn dry_run_of_an_account_that_counts_others_is_partial() {
    let alice = SimAccount::new("210000000001").user(SimUser::new("alice"));
    let sim = SimAws::start([alice]);
    sim.inject(Fault::WrongCount(3).of("GetAccountSummary"));
    let agent = Agent::new().aws(&sim.url()).args(["collect", "--dry-run"]);
    let agent = agent.env("AWS_ACCESS_KEY_ID", "210000000001");
    let output = agent.run().expect_code(4);
    assert!(
        output
            .stderr
            .contains("1 users were listed, and AWS counts 4"),
        "{}",
        output.stderr
    );
}

#[test]
fn missing_credentials_and_region_are_an_error_with_a_remedy() {
    let agent = Agent::new().env("AWS_EC2_METADATA_DISABLED", "true");
    let output = agent.arg("collect").run().expect_code(3);
    assert_eq!(output.stdout, "");
    assert!(
        output
            .stderr
            .contains("set AWS_PROFILE, or AWS_ACCESS_KEY_ID"),
        "{}",
        output.stderr
    );
}

#[test]
fn region_is_not_needed() {
    let account = Account::new();
    let agent = Agent::new()
        .env("AWS_ENDPOINT_URL", account.url())
        .env("AWS_ACCESS_KEY_ID", account.access_key_id())
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = agent.arg("collect").run().expect_code(0);
    assert!(output.stderr.contains(account.id()), "{}", output.stderr);
}
