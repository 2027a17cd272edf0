//! The credential report.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::model::{AccessKey, AccessKeyUse, Mfa};

fn row(cells: &str) -> String {
    format!("anna,{},{cells}", arn("anna"))
}

#[test]
fn a_row_has_mfa_password_and_keys_without_ids() {
    let files = with_report(&[&row(
        "TRUE,2026-09-01T10:00:00+00:00,2025-01-01T00:00:00+00:00,true,true,\
         2024-01-01T00:00:00+00:00,2026-08-01T00:00:00+00:00,eu-west-1,s3",
    )]);
    let user = only(&files);
    assert_eq!(user.mfa.value(), Some(&Mfa::Active(true)));
    let console = user.console.value().unwrap();
    assert_eq!(
        (console.enabled, console.password_last_changed),
        (true, Some(at("2025-01-01T00:00:00Z")))
    );
    let key = AccessKey {
        id: None,
        active: true,
        rotated_at: Some(at("2024-01-01T00:00:00Z")),
        last_used: Some(AccessKeyUse {
            at: at("2026-08-01T00:00:00Z"),
            service: Some("s3".to_owned()),
            region: Some("eu-west-1".to_owned()),
        }),
    };
    assert_eq!(user.access_keys.value(), Some(&vec![key]));
    assert_eq!(files.warnings(), &[] as &[String]);
}

#[test]
fn an_empty_slot_is_no_key_and_an_inactive_key_is_one() {
    let empty = with_report(&[&row("false,N/A,N/A,false,false,N/A,N/A,N/A,N/A")]);
    assert_eq!(only(&empty).access_keys.value(), Some(&vec![]));
    let date = "2024-01-01T00:00:00+00:00";
    let inactive = with_report(&[&row(&format!(
        "false,N/A,N/A,false,false,{date},N/A,N/A,N/A"
    ))]);
    let keys = only(&inactive).access_keys.value().unwrap();
    assert_eq!(
        (keys.len(), keys[0].active, &keys[0].last_used),
        (1, false, &None)
    );
}

#[test]
fn a_missing_column_or_not_supported_is_unknown_and_not_false() {
    let csv = format!(
        "arn,user,password_enabled\n{},anna,not_supported\n",
        arn("anna")
    );
    let files = load_texts(&[details(&[detailed("anna", &[])], &[]).to_string(), csv]).unwrap();
    let unknown: Vec<&str> = only(&files)
        .unknown_facts()
        .into_iter()
        .map(|(fact, _)| fact)
        .collect();
    assert_eq!(
        unknown,
        [
            "access_keys",
            "console_access",
            "mfa",
            "password_last_used",
            "service_specific_credentials",
            "signing_certificates",
            "ssh_public_keys"
        ]
    );
}

#[test]
fn list_users_comes_before_the_report_for_the_last_use_of_a_password() {
    let cells = "true,2026-09-01T10:00:00+00:00,N/A,false,false,N/A,N/A,N/A,N/A";
    let report = format!("{HEADER}\n{}\n", row(cells));
    let users = list_users(&[listed("anna")]).to_string();
    let live = load_texts(&[users, report.clone()]).unwrap();
    assert_eq!(only(&live).password_last_used.value(), Some(&None));
    let reported = load_texts(&[details(&[detailed("anna", &[])], &[]).to_string(), report]);
    assert_eq!(
        only(&reported.unwrap()).password_last_used.value(),
        Some(&Some(at("2026-09-01T10:00:00Z")))
    );
}

#[test]
fn the_json_form_gives_facts_the_time_of_the_report() {
    let csv = format!(
        "{HEADER}\n{}\n",
        row("false,N/A,N/A,true,false,N/A,N/A,N/A,N/A")
    );
    let report = json!({
        "Content": STANDARD.encode(csv),
        "ReportFormat": "text/csv",
        "GeneratedTime": "2026-09-01T10:00:00+00:00",
    });
    let files = load(&[list_users(&[listed("anna")]), report]).unwrap();
    let mfa = &only(&files).mfa;
    let source = mfa.provenance().unwrap();
    assert_eq!(
        (source.source.as_ref(), source.as_of),
        ("credential report", at("2026-09-01T10:00:00Z"))
    );
}

#[test]
fn an_unquoted_comma_in_a_name_is_a_warning_and_shifts_no_cell() {
    let files = with_report(&[
        "a,b,arn:aws:iam::111122223333:user/a,b,true,N/A,N/A,true,false,N/A,N/A,N/A,N/A",
        &row("false,N/A,N/A,true,false,N/A,N/A,N/A,N/A"),
    ]);
    assert_eq!(only(&files).mfa.value(), Some(&Mfa::Active(true)));
    assert_eq!(files.warnings().len(), 1);
    assert!(files.warnings()[0].starts_with("1.json:2: 13 fields where the header has 11"));
}

#[test]
fn a_quoted_comma_in_a_name_matches_by_arn() {
    let name = "acme,x";
    let report = format!(
        "{HEADER}\n\"{name}\",\"{}\",false,N/A,N/A,true,false,N/A,N/A,N/A,N/A\n",
        arn(name)
    );
    let files = load_texts(&[list_users(&[listed(name)]).to_string(), report]).unwrap();
    assert_eq!(only(&files).mfa.value(), Some(&Mfa::Active(true)));
}

#[test]
fn a_cell_that_aws_would_not_write_leaves_only_its_fact_unknown() {
    let files = with_report(&[&row("false,N/A,N/A,perhaps,false,N/A,N/A,N/A,N/A")]);
    assert_eq!(only(&files).mfa.value(), None);
    assert!(only(&files).console.value().is_some());
    assert_eq!(
        files.warnings(),
        [
            "1.json:2: column mfa_active: expected true or false, found \"perhaps\"; the fact stays \
          unknown"
        ]
    );
}

#[test]
fn a_root_row_without_a_creation_time_and_a_row_of_nobody_are_warnings() {
    let files = with_report(&[
        "<root_account>,arn:aws:iam::111122223333:root,not_supported,N/A,N/A,true,false,N/A,N/A,N/A,N/A",
        "ghost,arn:aws:iam::111122223333:user/ghost,false,N/A,N/A,true,false,N/A,N/A,N/A,N/A",
    ]);
    assert_eq!(files.warnings().len(), 2);
    assert!(files.warnings()[0].starts_with("1.json:2: the row about the root user"));
    assert!(files.warnings()[1].starts_with("1.json:3: arn:aws:iam::111122223333:user/ghost"));
}

#[test]
fn a_row_about_a_deleted_user_of_the_same_name_is_not_used_for_the_new_one() {
    let load_created = |created: &str| {
        let csv = format!(
            "user,arn,user_creation_time,mfa_active\nanna,{},{created},true\n",
            arn("anna")
        );
        load_texts(&[list_users(&[listed("anna")]).to_string(), csv]).unwrap()
    };
    let same = load_created("2023-02-14T09:26:05+00:00");
    assert_eq!(only(&same).mfa.value(), Some(&Mfa::Active(true)));
    let older = load_created("2019-01-01T00:00:00+00:00");
    assert_eq!(only(&older).mfa.value(), None);
    assert!(older.warnings()[0].starts_with("1.json:2: arn:aws:iam::111122223333:user/anna"));
}
