//! `list-service-specific-credentials --all-users`, and signing certificates of the report.

use serde_json::json;

use super::*;

fn credential(user_name: &str, id: &str) -> Value {
    json!({
        "UserName": user_name,
        "Status": "Active",
        "ServiceUserName": "",
        "ServiceCredentialAlias": format!("{user_name}-at-1"),
        "CreateDate": "2025-05-01T09:00:00+00:00",
        "ExpirationDate": "2099-05-01T09:00:00+00:00",
        "ServiceSpecificCredentialId": id,
        "ServiceName": "bedrock.amazonaws.com",
    })
}

fn page(credentials: &[Value], is_truncated: bool) -> Value {
    json!({ "ServiceSpecificCredentials": credentials, "IsTruncated": is_truncated })
}

fn users() -> Value {
    list_users(&["anna", "ben", "carl"].map(listed))
}

/// How many credentials each user has, where that is known.
fn counts(files: &FromFiles) -> Vec<Option<usize>> {
    let facts = files
        .users
        .iter()
        .map(|it| &it.service_specific_credentials);
    facts.map(|it| it.value().map(Vec::len)).collect()
}

#[test]
fn a_list_of_all_users_says_who_has_which_credentials_and_who_has_none() {
    let list = page(
        &[credential("anna", "ACCA1"), credential("ben", "ACCA2")],
        false,
    );
    let files = load(&[users(), list]).unwrap();
    assert_eq!(counts(&files), [Some(1), Some(1), Some(0)]);
    assert_eq!(files.warnings(), &[] as &[String]);
    let of_anna = files.users[0].service_specific_credentials.value().unwrap();
    assert_eq!(of_anna[0].id, "ACCA1");
    assert_eq!(of_anna[0].service_user_name.as_deref(), Some("anna-at-1"));
    assert_eq!(of_anna[0].expires_at, Some(at("2099-05-01T09:00:00+00:00")));
}

#[test]
fn a_list_of_one_user_says_nothing_about_the_others() {
    let files = load(&[users(), page(&[credential("anna", "ACCA1")], false)]).unwrap();
    assert_eq!(counts(&files), [Some(1), None, None]);
    assert!(files.warnings()[0].contains("fewer than two users"));
}

#[test]
fn a_list_without_its_last_page_says_nothing() {
    let first = page(
        &[credential("anna", "ACCA1"), credential("ben", "ACCA2")],
        true,
    );
    let files = load(&[users(), first.clone()]).unwrap();
    assert_eq!(counts(&files), [None, None, None]);
    let last = page(&[credential("ben", "ACCA3")], false);
    let files = load(&[users(), first, last]).unwrap();
    assert_eq!(counts(&files), [Some(1), Some(2), Some(0)]);
}

#[test]
fn a_credential_older_than_its_user_is_that_of_another_user_of_the_name() {
    let mut old = credential("anna", "ACCA1");
    old["CreateDate"] = json!("2020-01-01T00:00:00+00:00");
    let files = load(&[users(), page(&[old, credential("ben", "ACCA2")], false)]).unwrap();
    assert_eq!(counts(&files), [None, Some(1), Some(0)]);
}

#[test]
fn a_list_is_left_out_where_the_users_are_of_several_accounts() {
    let mut other = listed("zoe");
    other["Arn"] = json!("arn:aws:iam::444455556666:user/zoe");
    let users = list_users(&[listed("anna"), other]);
    let list = page(
        &[credential("anna", "ACCA1"), credential("zoe", "ACCA2")],
        false,
    );
    let files = load(&[users, list]).unwrap();
    assert_eq!(counts(&files), [None, None]);
    assert!(files.warnings()[0].contains("of which account"));
}

#[test]
fn certificates_come_from_the_report_without_the_empty_slots() {
    let csv = format!(
        "arn,user,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated\n\
         {},anna,false,N/A,true,2024-02-01T10:00:00+00:00\n",
        arn("anna")
    );
    let files = load_texts(&[details(&[detailed("anna", &[])], &[]).to_string(), csv]).unwrap();
    let certificates = only(&files).signing_certificates.value().unwrap();
    assert_eq!(certificates.len(), 1);
    assert!(certificates[0].active);
    assert_eq!(
        certificates[0].rotated_at,
        Some(at("2024-02-01T10:00:00+00:00"))
    );
}
