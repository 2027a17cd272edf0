//! The per-user plan over a large account, with everything that AWS may do meanwhile.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use rollcall::aws::{AwsError, AwsErrorClass};
use rollcall::collect::{AccountSource, Completeness, Enumeration, InventorySource};
use rollcall::config::{AwsSettings, Strategy};
use rollcall::model::{Account, Arn, User};

use crate::support::block_on;
use crate::support::sim_aws::{Fault, PageShape, SimAccount, SimAws, SimUser, compare};

/// What the plan leaves out, whatever happens.
const NOT_COLLECTED: [&str; 9] = [
    "access_keys",
    "attached_policies",
    "console_access",
    "inline_policies",
    "permissions_boundary",
    "service_specific_credentials",
    "signing_certificates",
    "ssh_public_keys",
    "tags",
];

/// 300 users, listed in short pages with an empty one before each.
fn large_account(seed: u64) -> SimAws {
    let sim = SimAws::start([SimAccount::generate(seed, 300)]);
    sim.pages(Some("ListUsers"), PageShape::short(70).with_empty(1));
    sim
}

fn collect(sim: &SimAws, max_in_flight: usize) -> (Vec<User>, Enumeration<AwsError>) {
    let settings = AwsSettings {
        strategy: Strategy::PerUser,
        max_in_flight: NonZeroUsize::new(max_in_flight).unwrap(),
        ..sim.settings()
    };
    block_on(async {
        let account = Account::of(&Arn::parse(sim.account().arn("root")).unwrap());
        let source = AccountSource::new(sim.client().await, &settings, &account);
        let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
        let mut users = Vec::new();
        let receive = async {
            while let Some(user) = receiver.recv().await {
                users.push(user);
            }
        };
        let (ended, ()) = tokio::join!(
            source.collect(sender, tokio::sync::oneshot::channel().0),
            receive
        );
        (users, ended)
    })
}

/// Every user of the account as it is now was found once, with exactly the plan's facts.
#[track_caller]
fn assert_all_found(sim: &SimAws, found: &[User]) {
    let expected = sim.account().expected();
    let names: Vec<_> = found.iter().map(|user| &user.name).collect();
    assert_eq!(
        names,
        expected.iter().map(|user| &user.name).collect::<Vec<_>>()
    );
    for (expected, found) in expected.iter().zip(found) {
        let verdict = compare(expected, found);
        assert_eq!(verdict.wrong, [""; 0], "{}", found.name);
        let mut unknown = BTreeSet::from(NOT_COLLECTED);
        if found
            .groups
            .value()
            .is_some_and(|groups| !groups.is_empty())
        {
            unknown.insert("groups.inline_policies");
        }
        assert_eq!(verdict.unknown, unknown, "{}", found.name);
    }
}

#[track_caller]
fn assert_proven(ended: &Enumeration<AwsError>) {
    assert_eq!(ended.failure, None);
    assert_eq!(ended.completeness, Completeness::Proven);
}

/// Calls about users beyond the two for each that an undisturbed pass needs.
fn calls_repeated(sim: &SimAws) -> u64 {
    let calls = sim.calls();
    calls["ListGroupsForUser"] + calls["ListMFADevices"] - 600
}

#[test]
fn short_and_empty_pages_hide_nothing_and_each_group_is_asked_for_once() {
    let sim = large_account(31);
    for action in ["ListGroupsForUser", "ListMFADevices"] {
        sim.pages(
            Some(action),
            PageShape::short(2).with_empty(1).ending_empty(),
        );
    }
    sim.delay(Some("ListMFADevices"), Duration::from_millis(5));
    let (found, ended) = collect(&sim, 8);
    assert_all_found(&sim, &found);
    assert_proven(&ended);
    let account = sim.account();
    let groups: BTreeSet<_> = account
        .users
        .values()
        .flat_map(|user| &user.groups)
        .collect();
    let calls = sim.calls();
    assert_eq!(
        calls["ListAttachedGroupPolicies"],
        u64::try_from(groups.len()).unwrap()
    );
    assert!(
        (8..=16).contains(&sim.in_flight_max()),
        "{}",
        sim.in_flight_max()
    );
}

#[test]
fn throttling_makes_the_pass_slower_and_nothing_else() {
    let sim = large_account(32);
    sim.throttle("ListGroupsForUser", 150.0, 1.0);
    sim.throttle("ListMFADevices", 150.0, 1.0);
    let (found, ended) = collect(&sim, 8);
    assert_all_found(&sim, &found);
    assert_proven(&ended);
    assert!(calls_repeated(&sim) > 0);
}

/// One call of ListUsers fails, and one in fifty of all.
#[track_caller]
fn assert_retried(fault: Fault, seed: u64) {
    let sim = large_account(seed);
    sim.inject(fault.of("ListUsers").sparing(2).times(1));
    sim.inject(fault.of_all().with_probability(0.02, seed));
    let (found, ended) = collect(&sim, 16);
    assert_all_found(&sim, &found);
    assert_proven(&ended);
    assert!(calls_repeated(&sim) > 5, "{}", calls_repeated(&sim));
}

#[test]
fn calls_that_end_in_server_errors_are_retried() {
    assert_retried(Fault::ServiceFailure, 33);
}

#[test]
fn calls_whose_connection_is_cut_are_retried() {
    assert_retried(Fault::CutBefore, 34);
}

#[test]
fn calls_whose_connection_is_cut_within_the_answer_are_retried() {
    assert_retried(Fault::CutWithin, 35);
}

#[test]
fn calls_whose_answer_ends_early_are_retried() {
    assert_retried(Fault::TruncatedAt(300), 36);
}

#[test]
fn users_and_groups_that_vanish_meanwhile_are_left_out_and_new_users_are_found() {
    let sim = large_account(37);
    let before = sim.account();
    let names: Vec<String> = before.users.keys().cloned().collect();
    let first = &before.users[&names[0]];
    let group = first
        .groups
        .first()
        .expect("a first user in a group")
        .clone();
    let (listed, unlisted) = (names[40].clone(), names[250].clone());
    // After the first page with users, the second page of all.
    sim.after("ListUsers", 2, move |account| {
        account.users.remove(&listed);
        account.users.remove(&unlisted);
        let newcomer = SimUser::new("zz-newcomer").mfa("GAHT11111111");
        account.users.insert(newcomer.name.clone(), newcomer);
    });
    // After the first user's groups were listed.
    sim.after("ListGroupsForUser", 1, move |account| {
        account.delete_group(&group)
    });
    let (found, ended) = collect(&sim, 1);
    assert_all_found(&sim, &found);
    assert_proven(&ended);
    assert_eq!((ended.users, ended.vanished), (299, 1));
}

#[test]
fn a_truncated_page_without_a_marker_ends_the_pass_after_the_users_before_it() {
    let sim = large_account(38);
    sim.inject(Fault::NoMarker.of("ListUsers").sparing(4));
    let (found, ended) = collect(&sim, 8);
    assert_eq!(found.len(), 140);
    assert_eq!(ended.completeness, Completeness::EndedEarly);
    let failure = ended.failure.unwrap();
    assert_eq!(failure.class, AwsErrorClass::Malformed);
    assert!(failure.message.contains("marker"), "{failure}");
    assert_eq!(sim.calls()["ListUsers"], 5);
}
