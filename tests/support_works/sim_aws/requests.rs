//! Requests that are refused, and single things that are asked for.

use aws_sdk_iam::error::{DisplayErrorContext, ProvideErrorMetadata};

use super::at;
use crate::support::block_on;
use crate::support::sim_aws::{SimAccount, SimAws, SimGroup, SimUser};

#[test]
fn pages_of_no_item_and_of_more_than_a_thousand_are_refused() {
    let sim = SimAws::start([SimAccount::generate(12, 1)]);
    let iam = sim.iam();
    for (asked, constraint) in [
        (0, "greater than or equal to 1"),
        (1001, "less than or equal to 1000"),
    ] {
        let refused =
            block_on(async { iam.list_users().max_items(asked).send().await.unwrap_err() });
        assert_eq!(refused.code(), Some("ValidationError"));
        assert!(
            refused.message().unwrap().ends_with(constraint),
            "{refused:?}"
        );
    }
}

#[test]
fn a_page_holds_a_hundred_items_unless_asked_otherwise() {
    let sim = SimAws::start([SimAccount::generate(13, 101)]);
    let iam = sim.iam();
    let page = block_on(async { iam.list_users().send().await.unwrap() });
    assert_eq!((page.users.len(), page.is_truncated), (100, true));
    let page = block_on(async { iam.list_users().max_items(101).send().await.unwrap() });
    assert_eq!(
        (page.users.len(), page.is_truncated, page.marker),
        (101, false, None)
    );
}

#[test]
fn a_marker_that_aws_did_not_hand_out_is_refused() {
    let sim = SimAws::start([SimAccount::generate(14, 3)]);
    let iam = sim.iam();
    let refused = block_on(async { iam.list_users().marker("2").send().await.unwrap_err() });
    assert_eq!(refused.code(), Some("ValidationError"));
    assert_eq!(refused.message(), Some("Invalid Marker."));
}

#[test]
fn an_action_that_is_not_simulated_is_invalid_and_counted() {
    let sim = SimAws::start([SimAccount::generate(15, 1)]);
    let iam = sim.iam();
    let refused = block_on(async { iam.list_roles().send().await.unwrap_err() });
    assert_eq!(refused.code(), Some("InvalidAction"));
    assert_eq!(sim.calls()["ListRoles"], 1);
}

#[test]
fn a_user_or_group_that_is_not_there_is_reported_by_name() {
    let sim = SimAws::start([SimAccount::new("210000000001")]);
    let iam = sim.iam();
    block_on(async {
        let user = iam
            .list_groups_for_user()
            .user_name("no+one,@x")
            .send()
            .await
            .unwrap_err();
        let message = user.message().map(str::to_owned);
        assert!(user.into_service_error().is_no_such_entity_exception());
        assert_eq!(
            message.as_deref(),
            Some("The user with name no+one,@x cannot be found.")
        );
        let group = iam
            .list_attached_group_policies()
            .group_name("none")
            .send()
            .await;
        let group = group.unwrap_err().into_service_error();
        assert!(group.is_no_such_entity_exception());
    });
}

#[test]
fn one_user_has_its_boundary_and_tags() {
    let mut user = SimUser::new("dana").in_group("gone").mfa("GAHT12345678");
    user.tags
        .insert("Größe <&>".to_owned(), "\"5'9\"".to_owned());
    user.boundary = Some("arn:aws-cn:iam::210000000001:policy/Limit".to_owned());
    let mut account = SimAccount::new("210000000001");
    account.partition = "aws-cn".to_owned();
    account.alias = Some("the-alias".to_owned());
    let sim = SimAws::start([account.group(SimGroup::new("gone")).user(user.clone())]);
    let iam = sim.iam();
    block_on(async {
        let answer = iam
            .get_user()
            .user_name("dana")
            .send()
            .await
            .unwrap()
            .user
            .unwrap();
        assert_eq!(answer.arn, "arn:aws-cn:iam::210000000001:user/dana");
        assert_eq!(at(&answer.create_date), user.created_at);
        let (key, value) = (&answer.tags()[0].key, &answer.tags()[0].value);
        assert_eq!(user.tags.get(key), Some(value));
        let boundary = answer
            .permissions_boundary
            .unwrap()
            .permissions_boundary_arn;
        assert_eq!(boundary, user.boundary);
        let aliases = iam
            .list_account_aliases()
            .send()
            .await
            .unwrap()
            .account_aliases;
        assert_eq!(aliases, ["the-alias"]);
        let nobody = iam.get_user().send().await.unwrap_err();
        assert_eq!(
            nobody.code(),
            Some("ValidationError"),
            "{}",
            DisplayErrorContext(&nobody)
        );
    });
}
