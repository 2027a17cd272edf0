//! Answers without bound: each is left in time, costs what it would have told, and nothing else.

use std::time::{Duration, Instant};

use rollcall::aws::AwsErrorClass;
use rollcall::collect::Completeness;
use rollcall::config::{AccessKeyLookup, AwsSettings, Strategy};

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, PageShape, SimAccount, SimAws, SimUser};

const DETAILS: &str = "GetAccountAuthorizationDetails";

fn ten() -> SimAws {
    SimAws::start([SimAccount::generate(63, 10)])
}

fn collect_in_bulk(sim: &SimAws) -> Collected {
    block_on(async { collect(sim, sim.settings()).await })
}

fn collect_per_user(sim: &SimAws) -> Collected {
    let settings = AwsSettings {
        strategy: Strategy::PerUser,
        ..sim.settings()
    };
    block_on(async { collect(sim, settings).await })
}

/// The first page, the second, and one that leads back to it.
#[test]
fn pages_that_lead_in_a_circle_end_the_listing_and_the_details_tell_of_everybody() {
    let sim = ten();
    sim.pages(Some("ListUsers"), PageShape::short(4));
    sim.inject(Fault::MarkersInTurn.of("ListUsers"));
    let collected = collect_in_bulk(&sim);
    assert_eq!(collected.names().len(), 10);
    assert_eq!(sim.calls()["ListUsers"], 3);
}

#[test]
fn pages_that_lead_in_a_circle_end_a_pass_that_has_nothing_else_after_those_before() {
    let sim = ten();
    sim.inject(Fault::MarkersInTurn.of("ListUsers"));
    let collected = collect_per_user(&sim);
    assert_eq!(collected.names().len(), 10);
    let failure = collected.ended.failure.expect("a failure").to_string();
    let expected = "iam:ListUsers: malformed answer: a page's marker leads back to a page that \
                    was read already";
    assert_eq!(failure, expected);
}

#[test]
fn pages_that_repeat_themselves_under_new_markers_for_ever_end_the_listing_and_lose_nobody() {
    let sim = ten();
    sim.inject(Fault::NewMarkers.of("ListUsers"));
    let collected = collect_per_user(&sim);
    assert_eq!(collected.names().len(), 10);
    let failure = collected.ended.failure.expect("a failure").to_string();
    let expected = "iam:ListUsers: malformed answer: the listing leads on after 101 pages, and the \
                    last 100 of them held nothing new";
    assert_eq!(failure, expected);
    assert_eq!(sim.calls()["ListUsers"], 101);
}

/// A listing of anything else than users: the fact alone fails, and those calls end as well.
#[test]
fn each_kind_of_listing_ends_that_repeats_itself_under_new_markers() {
    for action in [
        DETAILS,
        "ListVirtualMFADevices",
        "ListGroupsForUser",
        "ListAttachedGroupPolicies",
        "ListMFADevices",
        "ListAccessKeys",
        "ListServiceSpecificCredentials",
        "ListSSHPublicKeys",
    ] {
        let sim = SimAws::start([SimAccount::generate(63, 2)]);
        sim.inject(Fault::NewMarkers.of(action));
        let in_bulk = [
            DETAILS,
            "ListVirtualMFADevices",
            "ListServiceSpecificCredentials",
            "ListSSHPublicKeys",
        ];
        let is_bulk = in_bulk.contains(&action);
        let settings = AwsSettings {
            strategy: if is_bulk {
                Strategy::Auto
            } else {
                Strategy::PerUser
            },
            access_keys: AccessKeyLookup::Ids,
            ..sim.settings()
        };
        let collected = block_on(async { collect(&sim, settings).await });
        assert_eq!(collected.names().len(), 2, "{action}");
        assert!(sim.calls()[action] >= 100, "{action}");
        assert!(sim.calls()[action] <= 101 * 2 * 5, "{action}");
    }
}

#[test]
fn users_of_details_alone_are_everybody_where_they_are_counted_and_the_listing_that_failed_is_named()
 {
    let sim = ten();
    sim.inject(Fault::Endless.of("ListUsers"));
    let collected = collect_in_bulk(&sim);
    assert_eq!(collected.names().len(), 10);
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    let row = &collected.ended.provenance[0];
    assert_eq!(
        (row.facts, row.by.as_str()),
        ("who there is", "GetAccountAuthorizationDetails")
    );
    assert_eq!(row.why.as_deref(), Some("iam:ListUsers: unreadable answer"));
}

#[test]
fn users_of_details_alone_are_no_complete_inventory_where_nobody_counts_them() {
    for (fault, is_incomplete) in [
        (Fault::Endless, true),
        (Fault::MarkersInTurn, true),
        (Fault::Denied(Denial::NothingAllows), false),
    ] {
        let sim = ten();
        sim.inject(fault.of("ListUsers"));
        sim.inject(Fault::Denied(Denial::NothingAllows).of("GetAccountSummary"));
        let collected = collect_in_bulk(&sim);
        assert_eq!(collected.names().len(), 10);
        let failure = collected
            .ended
            .failure
            .map(|error| error.action.to_string());
        assert_eq!(
            failure.as_deref(),
            is_incomplete.then_some("iam:ListUsers"),
            "{fault:?}"
        );
    }
}

#[test]
fn an_answer_without_an_end_is_not_read_to_it_and_asked_for_once() {
    let sim = ten();
    sim.inject(Fault::Endless.of(DETAILS).listing("User"));
    let start = Instant::now();
    let collected = collect_in_bulk(&sim);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(collected.names().len(), 10);
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    let why = &collected.ended.provenance[0].why;
    let expected = "iam:GetAccountAuthorizationDetails: unreadable answer";
    assert_eq!(why.as_deref(), Some(expected));
    // One page of users, one of groups.
    assert_eq!(sim.calls()[DETAILS], 2);
}

#[test]
fn answers_that_asking_again_makes_no_better_are_not_asked_for_again_and_again() {
    for (fault, class, calls) in [
        (Fault::EntityBomb, AwsErrorClass::Unreadable, 1),
        (Fault::UnknownEntity, AwsErrorClass::Unreadable, 1),
        (Fault::Endless, AwsErrorClass::Unreadable, 1),
        (Fault::MismatchedXml, AwsErrorClass::Malformed, 3),
    ] {
        let sim = ten();
        sim.inject(fault.of(DETAILS).listing("User"));
        let collected = collect_in_bulk(&sim);
        let why = format!("iam:GetAccountAuthorizationDetails: {class}");
        assert_eq!(collected.ended.provenance[0].why, Some(why), "{fault:?}");
        // One more is of groups.
        assert_eq!(sim.calls()[DETAILS], calls + 1, "{fault:?}");
        assert_eq!(collected.names().len(), 10);
    }
}

#[test]
fn a_page_that_does_not_come_in_time_is_asked_for_in_smaller_ones() {
    let sim = ten();
    sim.inject(Fault::TimeoutAbove(300).of(DETAILS).listing("User"));
    let collected = collect_in_bulk(&sim);
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    assert_eq!(collected.ended.provenance[0].why, None);
}

#[test]
fn details_that_never_come_in_time_are_a_fact_that_failed_and_groups_come_per_user() {
    let sim = ten();
    sim.inject(Fault::TimeoutAbove(0).of(DETAILS).listing("User"));
    let collected = collect_in_bulk(&sim);
    assert!(
        collected.ended.failure.is_none(),
        "{:?}",
        collected.ended.failure
    );
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    let why = collected.ended.provenance[0].why.as_deref();
    assert_eq!(why, Some("iam:GetAccountAuthorizationDetails: no answer"));
    for user in collected.users.iter().filter(|user| !user.is_root()) {
        assert!(user.groups.value().is_some(), "{user:?}");
        assert!(user.tags.value().is_none(), "{user:?}");
    }
}

#[test]
fn users_with_ids_that_aws_gives_to_nobody_are_left_out_and_all_others_are_sent() {
    let mut account = SimAccount::generate(63, 10);
    for (name, id) in [
        ("wild", "AIDA/../WILD".to_owned()),
        ("huge", "A".repeat(1 << 20)),
    ] {
        account = account.user(SimUser {
            id,
            ..SimUser::new(name)
        });
    }
    let sim = SimAws::start([account]);
    let collected = collect_in_bulk(&sim);
    assert_eq!(collected.names().len(), 10);
    let Completeness::LeftOut { why, .. } = collected.ended.completeness else {
        panic!("{:?}", collected.ended.completeness);
    };
    assert!(
        why.contains("has a UserId that AWS gives to nobody"),
        "{why}"
    );
    assert!(why.len() < 1_000, "{} bytes", why.len());
}

#[test]
fn keys_that_the_report_has_no_room_for_make_the_list_unknown_and_not_short() {
    let said = "2 additional access keys; use ListAccessKeys".to_owned();
    let ann = SimUser {
        more_keys: Some(said),
        ..SimUser::new("ann")
    };
    let account = SimAccount::new("210000000001").user(ann);
    let sim = SimAws::start([account.user(SimUser::new("bob"))]);
    let collected = collect_in_bulk(&sim);
    let keys = |name: &str| {
        let user = collected.users.iter().find(|user| user.name == name);
        user.expect("a user").access_keys.clone()
    };
    let why = keys("ann").why_unknown().map(|it| it.detail.clone());
    let expected = "the credential report does not list all of them";
    assert_eq!(why.as_deref(), Some(expected));
    assert!(keys("bob").value().is_some());
}
