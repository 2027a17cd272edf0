//! Users that are renamed, or replaced, while they are read.

use rollcall::aws::AwsErrorClass;
use rollcall::collect::Completeness;
use rollcall::config::{AwsSettings, Strategy};
use rollcall::model::Mfa;

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, PageShape, SimAccount, SimAws, SimUser};

/// Three users, the second with a hardware token.
fn three() -> SimAws {
    let mut account = SimAccount::new("111122223333")
        .user(SimUser::new("anna"))
        .user(SimUser::new("berta").mfa("GAHT11111111"))
        .user(SimUser::new("carla"));
    account.report_polls = 0;
    SimAws::start([account])
}

fn collect_by(sim: &SimAws, strategy: Strategy) -> Collected {
    let settings = AwsSettings {
        strategy,
        ..sim.settings()
    };
    block_on(collect(sim, settings))
}

#[track_caller]
fn assert_names(collected: &Collected, expected: &[&str]) {
    let mut names = collected.names();
    names.sort_unstable();
    assert_eq!(names, expected, "{:?}", collected.ended);
}

#[test]
fn user_renamed_before_it_is_asked_about_is_found_again_by_its_id() {
    for strategy in [Strategy::PerUser, Strategy::Auto] {
        let sim = three();
        let id = sim.account().users["berta"].id.clone();
        if strategy == Strategy::Auto {
            let denied = Fault::Denied(Denial::NothingAllows);
            sim.inject(denied.of("GetAccountAuthorizationDetails"));
        }
        sim.after("ListUsers", 1, |account| {
            account.rename_user("berta", "zoe")
        });
        let collected = collect_by(&sim, strategy);
        assert_names(&collected, &["anna", "carla", "zoe"]);
        assert_eq!(collected.ended.vanished, 0);
        assert_eq!(collected.ended.completeness, Completeness::Proven);
        let zoe = collected.users.iter().find(|user| user.name == "zoe");
        let zoe = zoe.expect("zoe");
        assert_eq!((&zoe.id, zoe.arn.resource()), (&id, "user/zoe"));
        assert_eq!(zoe.mfa.value().map(Mfa::is_active), Some(true));
        assert_eq!(sim.calls()["ListUsers"], 2);
    }
}

#[test]
fn user_deleted_before_it_is_asked_about_is_gone_after_one_more_listing() {
    let sim = three();
    sim.after("ListUsers", 1, |account| {
        account.users.remove("berta");
    });
    let collected = collect_by(&sim, Strategy::PerUser);
    assert_names(&collected, &["anna", "carla"]);
    assert_eq!(collected.ended.vanished, 1);
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    assert_eq!(sim.calls()["ListUsers"], 2);
}

#[test]
fn users_are_listed_once_where_all_are_found() {
    let sim = three();
    collect_by(&sim, Strategy::PerUser);
    assert_eq!(sim.calls()["ListUsers"], 1);
}

#[test]
fn user_that_cannot_be_looked_for_again_is_not_proven_gone() {
    let sim = three();
    sim.after("ListUsers", 1, |account| {
        account.rename_user("berta", "zoe")
    });
    sim.inject(Fault::ServiceFailure.of("ListUsers").sparing(1));
    let collected = collect_by(&sim, Strategy::PerUser);
    assert_names(&collected, &["anna", "carla"]);
    match &collected.ended.completeness {
        Completeness::Unproven(why) => {
            let class = AwsErrorClass::Server.to_string();
            assert!(
                why.contains("iam:ListUsers") && why.contains(&class),
                "{why}"
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn user_with_another_name_each_time_is_left_out_and_not_gone() {
    let sim = three();
    for (call, (from, to)) in (1..).zip([("berta", "b1"), ("b1", "b2"), ("b2", "b3"), ("b3", "b4")])
    {
        sim.after("ListUsers", call, move |account| {
            account.rename_user(from, to)
        });
    }
    let collected = collect_by(&sim, Strategy::PerUser);
    assert_names(&collected, &["anna", "carla"]);
    match &collected.ended.completeness {
        Completeness::LeftOut { users: 1, why } => {
            assert!(why.contains("another name each time"), "{why}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn user_renamed_between_both_listings_is_one_user_by_its_present_name() {
    for page in [1, 1000] {
        let sim = three();
        sim.pages(None, PageShape::short(page));
        let listed = if page == 1 { 3 } else { 1 };
        sim.hold("GetAccountAuthorizationDetails", "ListUsers", listed);
        sim.after("ListUsers", listed, |account| {
            account.rename_user("berta", "zoe")
        });
        let collected = collect_by(&sim, Strategy::Auto);
        assert_names(&collected, &["anna", "carla", "zoe"]);
        assert_eq!(collected.ended.completeness, Completeness::Proven);
        // The report of before or after the rename is about the same user.
        let zoe = collected.users.iter().find(|user| user.name == "zoe");
        assert!(zoe.expect("zoe").console.value().is_some());
    }
}

#[test]
fn user_renamed_between_two_pages_of_one_listing_is_one_user() {
    for strategy in [Strategy::PerUser, Strategy::Auto] {
        let sim = three();
        sim.pages(None, PageShape::short(2));
        sim.after("ListUsers", 1, |account| account.rename_user("anna", "zoe"));
        let collected = collect_by(&sim, strategy);
        assert_names(&collected, &["berta", "carla", "zoe"]);
        assert_eq!(collected.ended.completeness, Completeness::Proven);
    }
}

#[test]
fn user_replaced_by_another_of_its_name_is_never_read_as_that_other() {
    let sim = three();
    let before = sim.account().users["berta"].id.clone();
    sim.hold("GetAccountAuthorizationDetails", "ListUsers", 1);
    sim.after("ListUsers", 1, |account| {
        let mut other = SimUser::new("berta");
        other.id = "AIDAOTHER".to_owned();
        other.created_at += time::Duration::DAY;
        account.users.insert("berta".to_owned(), other);
    });
    let collected = collect_by(&sim, Strategy::Auto);
    let ids: Vec<_> = collected
        .users
        .iter()
        .map(|user| user.id.as_str())
        .collect();
    assert!(
        ids.contains(&"AIDAOTHER") && !ids.contains(&&*before),
        "{ids:?}"
    );
    assert_eq!(collected.ended.vanished, 1);
}
