//! Each way in which AWS fails costs what the documentation says, and nothing else.

use std::num::NonZeroUsize;
use std::time::Duration;

use rollcall::aws::AwsErrorClass;
use rollcall::collect::Completeness;
use rollcall::config::{AwsSettings, Strategy};
use rollcall::model::{Reason, User};

use super::collected::{Collected, collect};
use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, PageShape, SimAccount, SimAws, SimReport};

const DENIED: Fault = Fault::Denied(Denial::IdentityPolicy);

/// Thirty users, each in the group `everybody`.
fn thirty() -> SimAws {
    let mut account = SimAccount::generate(61, 30);
    let everybody = account.groups.keys().next().expect("a group").clone();
    for user in account.users.values_mut() {
        user.groups = [everybody.clone()].into();
    }
    SimAws::start([account])
}

fn collect_per_user(sim: &SimAws, max_in_flight: usize) -> Collected {
    let settings = AwsSettings {
        strategy: Strategy::PerUser,
        max_in_flight: NonZeroUsize::new(max_in_flight).unwrap(),
        ..sim.settings()
    };
    block_on(async { collect(sim, settings).await })
}

/// The names of users whose `fact` is unknown, all for the same reason.
#[track_caller]
fn without(collected: &Collected, fact: &str, reason: Reason, detail: &str) -> Vec<String> {
    let mut names = Vec::new();
    for user in &collected.users {
        for (_, why) in user
            .unknown_facts()
            .iter()
            .filter(|(name, _)| *name == fact)
        {
            assert_eq!((why.reason, why.detail.as_str()), (reason, detail));
            names.push(user.name.clone());
        }
    }
    names
}

/// Nobody is lost.
#[track_caller]
fn assert_complete(sim: &SimAws, collected: &Collected) {
    assert_eq!(collected.ended.completeness, Completeness::Proven);
    let names: Vec<&String> = collected
        .users
        .iter()
        .map(|user: &User| &user.name)
        .collect();
    assert_eq!(names, sim.account().users.keys().collect::<Vec<_>>());
}

/// Thirty users, and one group.
#[test]
fn an_action_that_three_users_were_denied_is_called_no_more_until_the_next_pass() {
    let sim = thirty();
    sim.inject(DENIED.of("ListMFADevices"));
    sim.inject(DENIED.of("ListAttachedGroupPolicies"));
    for pass in 1..=2 {
        let collected = collect_per_user(&sim, 16);
        assert_complete(&sim, &collected);
        let calls = sim.calls();
        assert_eq!(
            (calls["ListMFADevices"], calls["ListAttachedGroupPolicies"]),
            (3 * pass, pass)
        );
        let unknown = without(&collected, "mfa", Reason::Denied, "iam:ListMFADevices");
        assert_eq!(unknown.len(), 30);
    }
}

#[test]
fn denied_for_one_user_only_is_unknown_of_that_user_only() {
    let sim = thirty();
    let names: Vec<String> = sim.account().users.into_keys().collect();
    sim.inject(DENIED.of("ListMFADevices").about(&names[9]));
    let collected = collect_per_user(&sim, 1);
    assert_complete(&sim, &collected);
    let unknown = without(&collected, "mfa", Reason::Denied, "iam:ListMFADevices");
    assert_eq!(unknown, [names[9].clone()]);
    assert_eq!(sim.calls()["ListMFADevices"], 30);
}

#[test]
fn protected_users_who_are_asked_first_hide_nothing_of_others() {
    let sim = thirty();
    let names: Vec<String> = sim.account().users.into_keys().collect();
    for name in &names[..2] {
        sim.inject(DENIED.of("ListMFADevices").about(name));
    }
    let collected = collect_per_user(&sim, 1);
    assert_complete(&sim, &collected);
    let unknown = without(&collected, "mfa", Reason::Denied, "iam:ListMFADevices");
    assert_eq!(unknown, names[..2]);
}

#[test]
fn credentials_that_end_within_the_details_lose_no_user_whose_details_had_come() {
    let sim = thirty();
    let details = "GetAccountAuthorizationDetails";
    sim.pages(Some(details), PageShape::short(10));
    // After one page of users, none of which ListUsers has listed by then.
    let expired = Fault::ExpiredToken.of(details).listing("User");
    sim.inject(expired.sparing(1));
    sim.delay(Some("ListUsers"), Duration::from_secs(3));
    let collected = block_on(async { collect(&sim, sim.settings()).await });
    assert_eq!(collected.users.len(), 10);
    assert_expired(&collected);
    for user in &collected.users {
        assert!(user.groups.value().is_some(), "{user:?}");
    }
}

#[test]
fn credentials_that_end_within_the_groups_lose_no_user_whose_details_had_come() {
    let sim = thirty();
    let expired = Fault::ExpiredToken.of("GetAccountAuthorizationDetails");
    sim.inject(expired.listing("Group"));
    sim.delay(Some("ListUsers"), Duration::from_secs(3));
    let collected = block_on(async { collect(&sim, sim.settings()).await });
    assert_eq!(collected.users.len(), 30);
    assert_expired(&collected);
    for user in &collected.users {
        let groups = user.groups.value().expect("their names");
        assert!(groups[0].attached_policies.value().is_none(), "{user:?}");
    }
}

#[track_caller]
fn assert_expired(collected: &Collected) {
    assert_eq!(collected.ended.completeness, Completeness::EndedEarly);
    let failure = collected.ended.failure.as_ref().expect("a failure");
    assert_eq!(failure.class, AwsErrorClass::ExpiredCredentials);
}

#[test]
fn gone_users_are_left_out_and_users_of_a_gone_group_are_in_it_no_more() {
    let sim = thirty();
    let (first, last) = {
        let users = sim.account().users;
        let name = |entry: Option<(&String, _)>| entry.expect("a user").0.clone();
        (name(users.first_key_value()), name(users.last_key_value()))
    };
    let group = sim.account().users[&first]
        .groups
        .first()
        .expect("a group")
        .clone();
    sim.after("ListUsers", 1, move |account| {
        account.users.remove(&last);
    });
    sim.after("ListGroupsForUser", 1, move |account| {
        account.delete_group(&group)
    });
    let collected = collect_per_user(&sim, 1);
    assert_complete(&sim, &collected);
    assert_eq!((collected.ended.users, collected.ended.vanished), (29, 1));
    let groups = collected
        .users
        .iter()
        .map(|user| user.groups.value().unwrap().len());
    assert_eq!(groups.sum::<usize>(), 0);
}

/// All but one of the calls about a user is answered; that one fails as often as it is sent.
#[track_caller]
fn assert_costs_one_fact(fault: Fault, class: AwsErrorClass, attempts: u64) {
    let sim = thirty();
    let name = sim.account().users.into_keys().nth(4).expect("a user");
    sim.inject(fault.of("ListMFADevices").about(&name));
    let collected = collect_per_user(&sim, 8);
    assert_complete(&sim, &collected);
    let detail = format!("iam:ListMFADevices: {class}");
    let unknown = without(&collected, "mfa", Reason::Failed, &detail);
    assert_eq!(unknown, [name]);
    assert_eq!(sim.calls()["ListMFADevices"], 29 + attempts);
}

#[test]
fn a_server_error_that_stays_costs_one_fact_after_six_attempts() {
    assert_costs_one_fact(Fault::ServiceFailure, AwsErrorClass::Server, 6);
}

#[test]
fn a_malformed_answer_that_stays_costs_one_fact_after_three_attempts() {
    assert_costs_one_fact(Fault::MismatchedXml, AwsErrorClass::Malformed, 3);
}

#[test]
fn unreachable_ends_the_pass_with_what_was_collected() {
    let sim = thirty();
    sim.inject(Fault::CutBefore.of_all().sparing(25));
    let collected = collect_per_user(&sim, 1);
    let failure = collected.ended.failure.expect("a failure");
    assert_eq!(failure.class, AwsErrorClass::Unreachable);
    assert_eq!(collected.ended.completeness, Completeness::EndedEarly);
    assert!(
        (5..15).contains(&collected.users.len()),
        "{}",
        collected.users.len()
    );
    assert!(
        collected
            .users
            .iter()
            .all(|user| user.mfa.value().is_some())
    );
}

#[test]
fn a_report_that_expires_before_it_is_fetched_is_generated_again() {
    let mut account = SimAccount::generate(62, 5);
    let now = time::OffsetDateTime::now_utc();
    account.report_polls = 0;
    account.report = Some(SimReport::of(&account, now - time::Duration::HOUR));
    let sim = SimAws::start([account]);
    sim.after("GenerateCredentialReport", 1, |account| {
        account.report.as_mut().expect("a report").generated_at -= time::Duration::hours(5);
    });
    let collected = block_on(async { collect(&sim, sim.settings()).await });
    let of_users = collected.users.iter().filter(|user| !user.is_root());
    let known: Vec<bool> = of_users
        .map(|user| user.console.value().is_some())
        .collect();
    assert_eq!(known, [true; 5]);
    assert_eq!(sim.calls()["GetCredentialReport"], 2);
}
