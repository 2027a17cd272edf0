//! `rollcall policy --for lifecycle`: all that is needed, and nothing else.

mod checks;
mod foreign;
mod front;
mod world;

use std::collections::BTreeSet;

use rollcall::aws::Action;

use self::checks::Check;
use self::world::World;
use super::common::BOUNDARY;
use super::people::of_table;
use crate::support::agent::Agent;
use crate::support::moto::Account;

#[test]
fn the_policy_writes_to_what_is_ours_by_path_and_tag_alone() {
    let kms = "kms_key = \"alias/keys\"\n";
    let agent = of_table(&Account::strict(), &[], kms);
    let policy = agent.args(["policy", "--for", "lifecycle"]).run();
    insta::assert_snapshot!("policy", policy.expect_code(0).stdout);
}

/// The worlds that make up all that lifecycle does.
const WORLDS: [fn() -> World; 4] = [
    World::of_plan,
    World::of_deletion,
    World::of_run,
    World::of_bell,
];

#[test]
fn all_that_lifecycle_does_succeeds_under_the_policy_that_it_prints_and_needs_all_of_it() {
    let mut unneeded = BTreeSet::new();
    let mut needed = BTreeSet::new();
    for make in WORLDS {
        let world = make();
        let policy = world.policy();
        let came = world.run(&policy);
        let said = came.said();
        assert!(
            came.has_succeeded() && !said.contains("not authorized"),
            "{said}"
        );
        for (number, action) in policy.actions() {
            let less = policy.without(number, &action);
            let permission = format!("{} {action}", policy.sid(number));
            match came.checks.iter().all(|check| less.allows(check)) {
                true => unneeded.insert(permission),
                false => needed.insert(permission),
            };
        }
    }
    let unneeded: Vec<_> = unneeded.difference(&needed).collect();
    assert!(unneeded.is_empty(), "{unneeded:?}");
}

/// Those whose lack is tried in the short mode.
const TRIED: [&str; 3] = [
    "iam:GetAccountAuthorizationDetails",
    "iam:DeleteUser",
    "dynamodb:GetRecords",
];

/// Every action in the long mode, which takes three minutes.
#[test]
fn without_one_of_its_actions_something_fails_and_names_it() {
    let is_long = std::env::var_os("ROLLCALL_LONG").is_some();
    let mut silent = Vec::new();
    for make in WORLDS {
        let world = make();
        let policy = world.policy();
        let checks = world.run(&policy).checks;
        for (number, action) in policy.actions() {
            let less = policy.without(number, &action);
            let is_tried = is_long || TRIED.contains(&action.as_str());
            if !is_tried || checks.iter().all(|check| less.allows(check)) {
                continue;
            }
            let came = make().run(&less);
            if !came.said().contains(&action) {
                silent.push(format!("{} {action}: {}", policy.sid(number), came.said()));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn each_condition_keeps_a_write_from_somebody_who_is_not_ours() {
    let policy = World::of_plan().policy();
    for foreign in foreign::writes() {
        assert!(!policy.allows(&foreign), "{foreign:?}");
    }
    for (number, test, key) in policy.conditions() {
        let more = policy.unconditional(number, &test, &key);
        let sid = policy.sid(number);
        let is_kept = foreign::writes().iter().any(|it| more.allows(it));
        assert!(is_kept, "{sid}: {test} {key} keeps nobody from anything");
    }
}

#[test]
fn every_write_to_a_user_is_of_ours_alone() {
    let policy = World::of_plan().policy();
    let ours = |check: Check| check.of_tagged("managed-by", "rollcall");
    for (_, action) in policy.actions() {
        let is_write = Action::parse(&action).unwrap().is_write();
        if !is_write || !action.starts_with("iam:") || action.ends_with("Group") {
            continue;
        }
        let elsewhere = Check::new(&action, foreign::ELSEWHERE).bounded(Some(BOUNDARY));
        assert!(!policy.allows(&ours(elsewhere)), "{action}");
        let untagged = Check::new(&action, foreign::BELOW).bounded(Some(BOUNDARY));
        assert!(!policy.allows(&untagged), "{action}");
    }
}

#[test]
fn without_a_lifecycle_there_is_no_policy_that_writes() {
    let output = Agent::new().args(["policy", "--for", "lifecycle"]).run();
    let output = output.expect_code(2);
    assert!(output.stderr.contains("[lifecycle]"), "{}", output.stderr);
}
