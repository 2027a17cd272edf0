//! Users, groups and pages.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use super::*;
use crate::collect::InventorySource;

#[test]
fn a_user_only_in_list_users_has_unknown_groups_and_not_an_empty_list() {
    let files = load(&[list_users(&[listed("anna")])]).unwrap();
    let unknown: Vec<String> = only(&files)
        .unknown_facts()
        .into_iter()
        .map(|(fact, why)| format!("{fact}: {} ({})", why.reason, why.detail))
        .collect();
    let details = "not_in_input (get-account-authorization-details)";
    assert_eq!(
        unknown,
        [
            "access_keys: not_in_input (credential report)".to_owned(),
            format!("attached_policies: {details}"),
            "console_access: not_in_input (credential report)".to_owned(),
            format!("groups: {details}"),
            format!("inline_policies: {details}"),
            "mfa: not_in_input (credential report or list-mfa-devices)".to_owned(),
            format!("permissions_boundary: {details}"),
            "service_specific_credentials: not_in_input \
             (list-service-specific-credentials --all-users)"
                .to_owned(),
            "signing_certificates: not_in_input (credential report)".to_owned(),
            "ssh_public_keys: not_collected (no file has them)".to_owned(),
            format!("tags: {details}"),
        ]
    );
}

#[test]
fn a_detailed_user_keeps_every_fact_of_the_file_and_its_source() {
    let mut user = detailed("anna", &["readers"]);
    user["UserPolicyList"] = json!([
        {"PolicyName": "as-object", "PolicyDocument": {"Version": "2012-10-17"}},
        {"PolicyName": "as-text", "PolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%7D"},
    ]);
    user["PermissionsBoundary"] = json!({
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b",
    });
    user["Tags"] = json!([{"Key": "firstName", "Value": "Zoë"}]);
    let files = load(&[details(&[user], &[group("readers")])]).unwrap();
    let user = only(&files);
    let groups = user.groups.value().unwrap();
    assert_eq!(
        groups[0].arn.as_deref(),
        Some("arn:aws:iam::111122223333:group/readers")
    );
    assert_eq!(
        groups[0].attached_policies.value().unwrap()[0].name,
        "ViewOnlyAccess"
    );
    assert_eq!(
        user.inline_policies.value().unwrap(),
        &["as-object", "as-text"]
    );
    assert_eq!(
        user.permissions_boundary.value().unwrap().as_deref(),
        Some("arn:aws:iam::111122223333:policy/b")
    );
    assert_eq!(user.tags.value().unwrap()[0].value, "Zoë");
    let source = user.groups.provenance().unwrap();
    assert_eq!(
        (source.source.as_ref(), source.as_of),
        ("get-account-authorization-details", read_at())
    );
}

#[test]
fn a_list_that_was_cut_out_of_the_details_is_unknown() {
    let files = load(&[details(&[listed("anna")], &[])]).unwrap();
    let user = only(&files);
    assert_eq!(user.groups.value(), None);
    assert_eq!(user.attached_policies.value(), None);
    // AWS leaves these three out where there are none.
    assert_eq!(user.tags.value(), Some(&vec![]));
    assert_eq!(user.inline_policies.value(), Some(&vec![]));
    assert_eq!(user.permissions_boundary.value(), Some(&None));
}

#[test]
fn a_group_without_details_has_unknown_policies_and_is_still_shared() {
    let users = [
        detailed("anna", &["readers"]),
        detailed("ben", &["readers"]),
    ];
    let files = load(&[details(&users, &[])]).unwrap();
    let groups: Vec<_> = files
        .users
        .iter()
        .map(|user| &user.groups.value().unwrap()[0])
        .collect();
    assert!(Arc::ptr_eq(groups[0], groups[1]));
    assert_eq!(
        (&groups[0].arn, groups[0].attached_policies.value()),
        (&None, None)
    );
    assert_eq!(groups[0].inline_policies.value(), None);
}

#[test]
fn groups_of_one_name_in_two_accounts_stay_apart() {
    let elsewhere = |value: Value| {
        let text = value.to_string().replace("111122223333", "444455556666");
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let one = details(&[detailed("anna", &["readers"])], &[group("readers")]);
    let files = load(&[one.clone(), elsewhere(one)]).unwrap();
    let arns: Vec<_> = files
        .users
        .iter()
        .map(|user| user.groups.value().unwrap()[0].arn.clone().unwrap())
        .collect();
    assert!(
        arns[0].contains("111122223333") && arns[1].contains("444455556666"),
        "{arns:?}"
    );
}

#[test]
fn a_missing_password_last_used_in_list_users_is_a_known_never() {
    let mut ben = listed("ben");
    ben["PasswordLastUsed"] = json!("2026-01-02T03:04:05+00:00");
    let files = load(&[list_users(&[listed("anna"), ben])]).unwrap();
    let used: Vec<_> = files
        .users
        .iter()
        .map(|user| user.password_last_used.value())
        .collect();
    assert_eq!(used, [Some(&None), Some(&Some(at("2026-01-02T03:04:05Z")))]);
}

#[test]
fn users_come_in_the_order_of_first_appearance() {
    let files = load(&[
        list_users(&[listed("zoe"), listed("anna")]),
        details(
            &[
                detailed("ben", &[]),
                detailed("anna", &[]),
                detailed("zoe", &[]),
            ],
            &[],
        ),
    ])
    .unwrap();
    assert_eq!(names(&files), ["zoe", "anna", "ben"]);
    assert_eq!(files.warnings(), &[] as &[String]);
}

#[test]
fn a_user_given_twice_is_taken_from_the_later_file_with_a_warning() {
    let before = details(&[detailed("anna", &[])], &[]);
    let after = details(&[detailed("anna", &["readers"])], &[group("readers")]);
    let files = load(&[before, after]).unwrap();
    assert_eq!(only(&files).groups.value().unwrap().len(), 1);
    assert!(files.warnings()[0].starts_with("1.json: 1 of its entries came before"));
}

#[test]
fn a_user_created_again_between_two_files_is_the_one_created_last() {
    let mut again = listed("anna");
    again["UserId"] = json!("AIDAagain");
    again["CreateDate"] = json!("2026-01-01T00:00:00+00:00");
    for order in [[0, 1], [1, 0]] {
        let both = [
            details(&[detailed("anna", &[])], &[]),
            list_users(std::slice::from_ref(&again)),
        ];
        let files = load(&order.map(|index| both[index].clone())).unwrap();
        assert_eq!(
            (only(&files).id.as_str(), only(&files).groups.value()),
            ("AIDAagain", None)
        );
        assert!(
            files.warnings()[0].contains("another UserId"),
            "{:?}",
            files.warnings()
        );
    }
}

#[test]
fn a_list_without_its_last_page_is_a_warning_whatever_the_order() {
    let mut first = list_users(&[listed("anna")]);
    first["IsTruncated"] = json!(true);
    let last = list_users(&[listed("ben")]);
    let cut = load(std::slice::from_ref(&first)).unwrap();
    assert!(cut.warnings()[0].starts_with("0.json: IsTruncated or NextToken"));
    for pages in [[first.clone(), last.clone()], [last, first]] {
        assert_eq!(load(&pages).unwrap().warnings(), &[] as &[String]);
    }
}

#[test]
fn output_cut_by_max_items_is_a_warning_too() {
    let mut page = list_users(&[listed("anna")]);
    page["NextToken"] = json!("eyJNYXJrZXIiOiBudWxsfQ==");
    assert_eq!(load(&[page]).unwrap().warnings().len(), 1);
}

#[tokio::test]
async fn collecting_sends_every_user_through_a_full_channel_and_ends_cleanly() {
    let users: Vec<Value> = (0..20).map(|n| listed(&format!("user{n}"))).collect();
    let files = load(&[list_users(&users)]).unwrap();
    let (sender, mut receiver) = mpsc::channel(1);
    let receive = async {
        let mut count = 0;
        while receiver.recv().await.is_some() {
            count += 1;
        }
        count
    };
    let (enumeration, received) = tokio::join!(
        files.collect(sender, tokio::sync::oneshot::channel().0),
        receive
    );
    assert_eq!((enumeration.users, received), (20, 20));
    assert!(enumeration.failure.is_none());
}

#[tokio::test]
async fn collecting_stops_when_the_receiver_is_dropped() {
    let files = load(&[list_users(&[listed("anna"), listed("ben")])]).unwrap();
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    assert_eq!(
        files
            .collect(sender, tokio::sync::oneshot::channel().0)
            .await
            .users,
        0
    );
}
