//! Who a user is: one UserId is one user, of this account, with a plausible CreateDate. Whatever
//! says otherwise is left out, and costs nobody else anything but the proof that all were seen.

use std::collections::BTreeSet;

use rollcall::collect::Completeness;
use rollcall::config::{AwsSettings, Strategy};
use rollcall::model::Reason;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{
    Denial, Fault, PageShape, SimAccount, SimAws, SimPassword, SimReport, SimUser,
};

const STRATEGIES: [Strategy; 3] = [Strategy::Auto, Strategy::Bulk, Strategy::PerUser];
const NAMES: [&str; 4] = ["anna", "berta", "carla", "dora"];

/// Four users, the second as `edit` leaves it.
fn four(edit: impl FnOnce(&mut SimUser)) -> SimAws {
    let mut account = SimAccount::new("111122223333");
    account.report_polls = 0;
    for name in NAMES {
        account = account.user(SimUser::new(name));
    }
    edit(account.users.get_mut("berta").expect("berta"));
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
fn assert_ids_once(collected: &Collected) {
    let ids: BTreeSet<_> = collected.users.iter().map(|user| &user.id).collect();
    assert_eq!(ids.len(), collected.users.len(), "{collected:#?}");
}

/// Berta alone is left out, and the pass says so and why.
#[track_caller]
fn assert_without_berta(collected: &Collected, why: &str) {
    let mut names = collected.names();
    names.sort_unstable();
    assert_eq!(names, ["anna", "carla", "dora"]);
    assert_eq!(collected.ended.failure, None);
    match &collected.ended.completeness {
        Completeness::LeftOut { users, why: said } => {
            assert!(*users >= 1 && said.contains("berta"), "{said}");
            assert!(said.contains(why) && said.contains("malformed"), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn user_with_the_arn_of_another_account_or_kind_is_left_out_and_named() {
    for arn in [
        "arn:aws:iam::999999999999:user/berta",
        "arn:aws-cn:iam::111122223333:user/berta",
        "arn:aws:iam::111122223333:role/berta",
        "arn:aws:sts::111122223333:assumed-role/berta/berta",
        "berta",
    ] {
        for strategy in STRATEGIES {
            let sim = four(|user| user.told_arn = Some(arn.to_owned()));
            let collected = collect_by(&sim, strategy);
            assert_without_berta(&collected, "111122223333:user/");
        }
    }
}

#[test]
fn user_with_an_implausible_create_date_is_left_out_and_named() {
    let now = OffsetDateTime::now_utc();
    for created_at in [
        now + Duration::days(2),
        datetime!(2099-01-01 00:00 UTC),
        datetime!(2005-12-31 00:00 UTC),
    ] {
        for strategy in STRATEGIES {
            let sim = four(|user| user.created_at = created_at);
            let collected = collect_by(&sim, strategy);
            assert_without_berta(&collected, "no plausible CreateDate");
        }
    }
}

#[test]
fn user_that_only_the_details_place_in_another_account_is_left_out() {
    // The listing is read first, then the ARN changes.
    let sim = four(|_| ());
    sim.hold("GetAccountAuthorizationDetails", "ListUsers", 1);
    sim.after("ListUsers", 1, |account| {
        let berta = account.users.get_mut("berta").expect("berta");
        berta.told_arn = Some("arn:aws:iam::999999999999:user/berta".to_owned());
    });
    let collected = collect_by(&sim, Strategy::Auto);
    assert_without_berta(&collected, "iam:GetAccountAuthorizationDetails");
}

#[test]
fn two_users_under_one_id_are_malformed_and_never_two() {
    for strategy in STRATEGIES {
        for first in ["anna", "aaron"] {
            let sim = four(|user| user.id = "AIDASHARED".to_owned());
            sim.change("111122223333", |account| {
                let mut other = SimUser::new(first);
                other.id = "AIDASHARED".to_owned();
                other.created_at += Duration::DAY;
                account.users.insert(first.to_owned(), other);
            });
            for page in [1, 2, 1000] {
                sim.pages(None, PageShape::short(page));
                let collected = collect_by(&sim, strategy);
                assert_ids_once(&collected);
                let names = collected.names();
                assert!(
                    names.contains(&"carla") && names.contains(&"dora"),
                    "{names:?}"
                );
                let is_left_out =
                    matches!(collected.ended.completeness, Completeness::LeftOut { .. });
                assert!(is_left_out, "{:?}", collected.ended.completeness);
            }
        }
    }
}

#[test]
fn page_that_repeats_a_user_makes_no_second_one() {
    for strategy in STRATEGIES {
        for page in [2, 1000] {
            for action in ["ListUsers", "GetAccountAuthorizationDetails"] {
                let sim = four(|_| ());
                sim.pages(None, PageShape::short(page));
                sim.inject(Fault::RepeatedUser.of(action));
                let collected = collect_by(&sim, strategy);
                assert_ids_once(&collected);
                let mut names = collected.names();
                names.sort_unstable();
                assert_eq!(names, NAMES);
                assert_eq!(collected.ended.completeness, Completeness::Proven);
            }
        }
    }
}

#[test]
fn repeated_user_does_not_hide_a_missing_one() {
    let denied = Fault::Denied(Denial::NothingAllows).of("GetAccountAuthorizationDetails");
    for strategy in [Strategy::Auto, Strategy::PerUser] {
        let sim = four(|_| ());
        sim.inject(denied.clone());
        sim.inject(Fault::UserInPlaceOfAnother.of("ListUsers"));
        let collected = collect_by(&sim, strategy);
        assert_ids_once(&collected);
        let completeness = &collected.ended.completeness;
        let expected = Completeness::Contradicted {
            counted: 4,
            seen: 3,
        };
        assert_eq!(*completeness, expected);
        let why = completeness.missing().expect("somebody is missing");
        assert!(why.contains('3') && why.contains("AWS counts 4"), "{why}");
    }
}

#[test]
fn implausible_date_of_the_last_use_of_a_password_is_unknown_and_not_never() {
    for strategy in STRATEGIES {
        let sim = four(|user| {
            user.password = Some(SimPassword {
                changed_at: datetime!(2022-01-01 00:00 UTC),
                last_used: Some(datetime!(2099-01-01 00:00 UTC)),
            });
        });
        let collected = collect_by(&sim, strategy);
        assert_eq!(collected.ended.completeness, Completeness::Proven);
        let mut users = collected.users.iter();
        let berta = users.find(|user| user.name == "berta").expect("berta");
        let why = berta.password_last_used.why_unknown().expect("unknown");
        assert_eq!(why.reason, Reason::Failed, "{why}");
        assert_eq!(why.detail, "iam:ListUsers: malformed answer");
    }
}

#[test]
fn implausible_dates_in_the_report_leave_their_facts_unknown() {
    let sim = four(|user| {
        user.password = Some(SimPassword {
            changed_at: datetime!(2099-01-01 00:00 UTC),
            last_used: None,
        });
    });
    let collected = collect_by(&sim, Strategy::Auto);
    let mut users = collected.users.iter();
    let berta = users.find(|user| user.name == "berta").expect("berta");
    let why = berta.console.why_unknown().expect("unknown");
    assert_eq!(why.reason, Reason::Failed, "{why}");
    assert!(berta.access_keys.value().is_some());
}

#[test]
fn root_user_of_another_account_in_the_report_is_left_out() {
    let sim = four(|_| ());
    sim.change("111122223333", |account| {
        let mut other = SimAccount::new("999999999999");
        other.root_mfa = true;
        account.report = Some(SimReport::of(&other, OffsetDateTime::now_utc()));
    });
    let collected = collect_by(&sim, Strategy::Auto);
    assert!(!collected.users.iter().any(|user| user.is_root()));
    assert_eq!(collected.names().len(), 4);
    match &collected.ended.completeness {
        Completeness::LeftOut { users: 1, why } => assert!(why.contains("999999999999"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn virtual_device_of_another_accounts_user_is_ignored() {
    let sim = four(|user| user.id = "AIDABERTA".to_owned());
    sim.after("ListUsers", 1, |_| ());
    // The list of devices calls their user another account's; all other answers do not.
    sim.change("111122223333", |account| {
        let serial = account.virtual_mfa("berta");
        let berta = account.users.get_mut("berta").expect("berta");
        *berta = berta.clone().mfa(&serial);
        let arn = "arn:aws:iam::999999999999:user/berta";
        berta.told_arn = Some(arn.to_owned());
    });
    for action in [
        "ListUsers",
        "GetAccountAuthorizationDetails",
        "GetCredentialReport",
    ] {
        sim.hold(action, "ListVirtualMFADevices", 1);
    }
    sim.after("ListVirtualMFADevices", 1, |account| {
        account.users.get_mut("berta").expect("berta").told_arn = None;
    });
    let collected = collect_by(&sim, Strategy::Auto);
    let mut users = collected.users.iter();
    let berta = users.find(|user| user.name == "berta").expect("berta");
    let provenance = format!("{:?}", berta.mfa);
    assert!(provenance.contains("iam:ListMFADevices"), "{provenance}");
    assert_eq!(sim.calls()["ListMFADevices"], 1);
}
