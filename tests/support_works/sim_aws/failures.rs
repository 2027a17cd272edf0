//! Everything that AWS refuses or breaks, and the class that the product gives it.

use std::time::{Duration, Instant};

use AwsErrorClass::{
    Denied, ExpiredCredentials, Gone, InvalidCredentials, Server, Throttled, Unreachable,
};
use rollcall::aws::{Action, AwsError, AwsErrorClass, Endpoint};

use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, Rule, SimAccount, SimAws, SimGroup, SimUser};

fn sim() -> SimAws {
    let account = SimAccount::new("210000000001").group(SimGroup::new("admins"));
    SimAws::start([account
        .user(SimUser::new("alice").in_group("admins"))
        .user(SimUser::new("bob"))])
}

/// How the next call about this user's groups ends; the SDK's client does not retry.
fn groups_of(sim: &SimAws, user: &str) -> Result<usize, AwsError> {
    let iam = sim.iam();
    let sent = block_on(async { iam.list_groups_for_user().user_name(user).send().await });
    let answer = sent
        .map_err(|error| AwsError::of(Action::ListGroupsForUser, &error, &Endpoint::default()))?;
    Ok(answer.groups.len())
}

#[test]
fn each_failure_has_its_class_and_code() {
    let failures = [
        (Fault::Throttling, Throttled, Some("Throttling")),
        (
            Fault::Denied(Denial::NothingAllows),
            Denied,
            Some("AccessDenied"),
        ),
        (
            Fault::ExpiredToken,
            ExpiredCredentials,
            Some("ExpiredToken"),
        ),
        (
            Fault::InvalidClientTokenId,
            InvalidCredentials,
            Some("InvalidClientTokenId"),
        ),
        (Fault::ServiceFailure, Server, Some("ServiceFailure")),
        (
            Fault::ServiceUnavailable,
            Server,
            Some("ServiceUnavailable"),
        ),
        (Fault::CutBefore, Unreachable, None),
        (Fault::CutWithin, Unreachable, None),
    ];
    for (fault, class, code) in failures {
        let sim = sim();
        sim.inject(fault.of("ListGroupsForUser"));
        let error = groups_of(&sim, "alice").unwrap_err();
        assert_eq!(
            (error.class, error.code.as_deref()),
            (class, code),
            "{fault:?}: {error}"
        );
    }
}

#[test]
fn a_denial_names_the_caller_the_permission_the_resource_and_the_policy() {
    let ends = [
        (
            Denial::NothingAllows,
            "because no identity-based policy allows the iam:ListGroupsForUser action",
        ),
        (
            Denial::IdentityPolicy,
            "with an explicit deny in an identity-based policy",
        ),
        (
            Denial::ServiceControlPolicy,
            "with an explicit deny in a service control policy",
        ),
    ];
    for (denial, end) in ends {
        let sim = sim();
        sim.inject(Fault::Denied(denial).of_all());
        let error = groups_of(&sim, "alice").unwrap_err();
        let expected = format!(
            "User: arn:aws:iam::210000000001:user/collector is not authorized to perform: \
             iam:ListGroupsForUser on resource: user alice {end}"
        );
        assert_eq!((error.class, error.message), (Denied, expected.into()));
    }
}

#[test]
fn a_rule_hits_its_action_its_target_and_so_many_calls_after_those_it_spares() {
    let sim = sim();
    sim.inject(Fault::ServiceFailure.of("ListGroups"));
    let rule = Fault::Throttling.of("ListGroupsForUser").about("alice");
    sim.inject(rule.sparing(1).times(2));
    let users = ["bob", "alice", "alice", "bob", "alice", "alice"];
    let ends = users.map(|user| groups_of(&sim, user).is_ok());
    assert_eq!(ends, [true, true, false, true, false, true]);
}

#[test]
fn chance_hits_the_same_calls_in_whatever_order_they_come() {
    let drawn = |seed: u64, users: &[String]| {
        let sim = SimAws::start([SimAccount::generate(1, 40)]);
        let rule: Rule = Fault::ServiceUnavailable.of_all();
        sim.inject(rule.with_probability(0.5, seed));
        let mut hit: Vec<_> = users
            .iter()
            .map(|user| (user.clone(), class(&sim, user)))
            .collect();
        hit.sort_by(|a, b| a.0.cmp(&b.0));
        hit
    };
    let mut users: Vec<String> = SimAccount::generate(1, 40).users.into_keys().collect();
    let first = drawn(7, &users);
    users.reverse();
    assert_eq!(drawn(7, &users), first);
    assert_ne!(drawn(8, &users), first);
    let hits = first.iter().filter(|(_, class)| class.is_some()).count();
    assert!((8..=32).contains(&hits), "{hits}");
}

fn class(sim: &SimAws, user: &str) -> Option<AwsErrorClass> {
    groups_of(sim, user).err().map(|error| error.class)
}

#[test]
fn users_and_groups_that_vanish_after_a_call_are_gone_and_new_ones_are_there() {
    let sim = sim();
    sim.after("ListGroupsForUser", 1, |account| {
        account.users.remove("bob");
        account.delete_group("admins");
    });
    sim.after("ListGroupsForUser", 2, |account| {
        account
            .users
            .insert("carol".to_owned(), SimUser::new("carol"));
    });
    assert_eq!(groups_of(&sim, "alice"), Ok(1));
    assert_eq!(class(&sim, "carol"), Some(Gone));
    assert_eq!(class(&sim, "bob"), Some(Gone));
    assert_eq!(
        (groups_of(&sim, "alice"), groups_of(&sim, "carol")),
        (Ok(0), Ok(0))
    );
    assert!(sim.account().groups.is_empty());
}

#[test]
fn a_bucket_throttles_what_exceeds_its_burst_and_fills_again() {
    let sim = sim();
    sim.throttle("ListGroupsForUser", 5.0, 3.0);
    block_on(async {
        let iam = sim.iam();
        let call = async || {
            let sent = iam.list_groups_for_user().user_name("alice").send().await;
            let failed = sent.err();
            failed.map(|error| {
                AwsError::of(Action::ListGroupsForUser, &error, &Endpoint::default()).class
            })
        };
        let together = futures_util::future::join_all([(); 5].map(|()| call())).await;
        let let_through = together.iter().filter(|class| class.is_none()).count();
        assert_eq!(let_through, 3);
        assert_eq!(
            together.into_iter().flatten().collect::<Vec<_>>(),
            [Throttled; 2]
        );
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert_eq!(call().await, None);
    });
    assert_eq!(sim.calls()["ListGroupsForUser"], 6);
}

#[test]
fn latency_delays_each_call_alone_and_is_not_time_spent_serving() {
    let sim = sim();
    let latency = Duration::from_millis(150);
    sim.delay(Some("ListGroupsForUser"), latency);
    let start = Instant::now();
    let iam = sim.iam();
    block_on(async {
        let call = || iam.list_groups_for_user().user_name("alice").send();
        let (first, second, third, other) =
            tokio::join!(call(), call(), call(), iam.list_users().send());
        assert!(first.is_ok() && second.is_ok() && third.is_ok() && other.is_ok());
    });
    assert!(start.elapsed() >= latency);
    assert!(
        (3..=4).contains(&sim.in_flight_max()),
        "{}",
        sim.in_flight_max()
    );
    assert!(
        sim.busy() > Duration::ZERO && sim.busy() < latency,
        "{:?}",
        sim.busy()
    );
    // Calls at the same time count once.
    assert!(
        (latency..3 * latency).contains(&sim.occupied()),
        "{:?}",
        sim.occupied()
    );
}

#[test]
fn markers_that_are_missing_or_repeat_are_sent_as_asked() {
    let sim = sim();
    let iam = sim.iam();
    block_on(async {
        let page = |marker: Option<String>| iam.list_users().max_items(1).set_marker(marker).send();
        let first = page(None).await.unwrap();
        sim.inject(Fault::RepeatedMarker.of("ListUsers").times(1));
        let second = page(first.marker.clone()).await.unwrap();
        assert_eq!((second.is_truncated, &second.marker), (true, &first.marker));
        sim.inject(Fault::NoMarker.of("ListUsers"));
        let third = page(None).await.unwrap();
        assert_eq!((third.is_truncated, third.marker), (true, None));
    });
}
