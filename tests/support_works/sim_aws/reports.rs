//! The credential report: how it comes to be, what it says, and how old it may be.

use std::collections::BTreeMap;

use aws_sdk_iam::error::ProvideErrorMetadata;
use time::{Duration, OffsetDateTime};

use crate::support::block_on;
use crate::support::sim_aws::{SimAccount, SimAws, SimReport, SimUser};

fn generate(sim: &SimAws) -> String {
    let iam = sim.iam();
    let answer = block_on(async { iam.generate_credential_report().send().await.unwrap() });
    answer.state.unwrap().as_str().to_owned()
}

/// The report, or AWS's error code.
fn get(sim: &SimAws) -> Result<String, String> {
    let iam = sim.iam();
    block_on(async {
        match iam.get_credential_report().send().await {
            Ok(answer) => Ok(String::from_utf8(answer.content.unwrap().into_inner()).unwrap()),
            Err(error) => Err(error.code().unwrap().to_owned()),
        }
    })
}

/// Cells by column name, by user.
fn rows(csv: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows = reader.deserialize().map(|row| {
        let row: BTreeMap<String, String> = row.unwrap();
        (row["user"].clone(), row)
    });
    rows.collect()
}

#[test]
fn a_report_is_started_then_in_progress_for_as_many_polls_as_asked_then_complete() {
    let mut account = SimAccount::generate(9, 5);
    account.report_polls = 2;
    let sim = SimAws::start([account]);
    assert_eq!(get(&sim), Err("ReportNotPresent".to_owned()));
    assert_eq!(generate(&sim), "STARTED");
    assert_eq!(get(&sim), Err("ReportInProgress".to_owned()));
    assert_eq!(["INPROGRESS"; 2], [generate(&sim), generate(&sim)]);
    assert_eq!([generate(&sim), generate(&sim)], ["COMPLETE"; 2]);
    assert_eq!(get(&sim).map(|csv| rows(&csv).len()), Ok(6));
}

#[test]
fn a_report_agrees_with_the_account_in_every_row() {
    let mut account = SimAccount::generate(10, 200);
    account.root_mfa = true;
    account.report = Some(SimReport::of(&account, OffsetDateTime::now_utc()));
    let sim = SimAws::start([account.clone()]);
    let rows = rows(&get(&sim).unwrap());
    assert_eq!(rows.len(), account.users.len() + 1);
    let root = &rows["<root_account>"];
    assert_eq!(
        (&*root["arn"], &*root["mfa_active"]),
        (&*account.arn("root"), "true")
    );
    assert_eq!(root["password_last_changed"], "not_supported");
    for user in account.users.values() {
        let row = &rows[&user.name];
        assert_eq!(row["arn"], account.user_arn(user));
        assert_eq!(row["mfa_active"], (!user.mfa.is_empty()).to_string());
        assert_eq!(row["password_enabled"], user.password.is_some().to_string());
        let slots = ["1", "2"].map(|slot| row[&format!("access_key_{slot}_last_rotated")] != "N/A");
        assert_eq!(
            slots.iter().filter(|is_there| **is_there).count(),
            user.keys.len()
        );
        let active = user.keys.values().filter(|key| key.active).count();
        let answer = ["1", "2"].map(|slot| row[&format!("access_key_{slot}_active")] == "true");
        assert_eq!(
            answer.iter().filter(|is_active| **is_active).count(),
            active
        );
    }
}

#[test]
fn a_report_stays_as_it_was_for_four_hours_and_does_not_know_newer_users() {
    let now = OffsetDateTime::now_utc();
    let newcomer = SimUser {
        created_at: now - Duration::HOUR,
        ..SimUser::new("newcomer")
    };
    let mut account = SimAccount::generate(11, 3).user(newcomer);
    account.report = Some(SimReport::of(&account, now - Duration::hours(3)));
    let sim = SimAws::start([account.clone()]);
    assert_eq!(generate(&sim), "COMPLETE");
    assert!(!rows(&get(&sim).unwrap()).contains_key("newcomer"));
    account.report = Some(SimReport::of(&account, now - Duration::hours(5)));
    let sim = SimAws::start([account]);
    assert_eq!(get(&sim), Err("ReportExpired".to_owned()));
    assert_eq!(
        [generate(&sim), generate(&sim), generate(&sim)],
        ["STARTED", "INPROGRESS", "COMPLETE"]
    );
    assert!(rows(&get(&sim).unwrap()).contains_key("newcomer"));
}
