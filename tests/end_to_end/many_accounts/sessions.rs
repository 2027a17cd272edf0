//! Sessions of roles: used again, refused, expired.

use super::*;

fn run_passes(sim: &SimAws, agent: &Agent, passes: u64) -> Output {
    let running = agent.arg("run").spawn();
    common::until(Duration::from_secs(20), || {
        sim.calls().get("ListUsers").copied().unwrap_or_default() >= passes * 3
    });
    running.signal(Signal::SIGTERM);
    running.wait(Duration::from_secs(20)).expect_code(0)
}

#[test]
fn a_daemon_uses_a_session_again_in_its_next_pass_and_asks_whose_it_is() {
    let sim = sim(3);
    let accounts: String = (0..3).map(entry).collect();
    let agent = agent_with(&sim, "", &format!("{accounts}{HASTY}"));
    run_passes(&sim, &agent, 4);
    let calls = sim.calls();
    assert_eq!(calls["AssumeRole"], 2, "{calls:?}");
    assert!(calls["GetCallerIdentity"] >= 4 * 4, "{calls:?}");
}

#[test]
fn a_session_that_a_pass_saw_denied_is_not_used_in_the_next_one() {
    let sim = sim(3);
    let session = format!("ASIA{}SIMA", id(1));
    let denied = Fault::Denied(Denial::NothingAllows).of("GetAccountSummary");
    sim.inject(denied.signed_with(&session).times(1));
    let accounts: String = (0..3).map(entry).collect();
    let agent = agent_with(&sim, "", &format!("{accounts}{HASTY}"));
    run_passes(&sim, &agent, 4);
    assert_eq!(sim.calls()["AssumeRole"], 3, "one of two was renewed, once");
}

#[test]
fn a_session_that_expires_in_the_middle_is_renewed_and_no_user_is_missing() {
    let sim = sim(4);
    let expired = Fault::ExpiredToken.of("ListMFADevices");
    let session = format!("ASIA{}SIMA", id(3));
    sim.inject(expired.signed_with(&session).sparing(2).times(1));
    let agent = agent_with(
        &sim,
        "strategy = \"per-user\"",
        &(2..4).map(entry).collect::<String>(),
    );
    let output = agent.arg("collect").run().expect_code(0);
    assert_eq!(events(&agent), counts([(2, 4), (3, 5)]));
    assert_says(&output, "the credentials expired; loading them again");
    assert_eq!(sim.calls()["AssumeRole"], 3);
}

#[test]
fn a_session_that_expires_for_good_ends_its_own_account_alone() {
    let sim = sim(4);
    let session = format!("ASIA{}SIMA", id(3));
    let expired = Fault::ExpiredToken.of("ListMFADevices");
    sim.inject(expired.signed_with(&session).sparing(2));
    let agent = agent_with(
        &sim,
        "strategy = \"per-user\"",
        &(1..4).map(entry).collect::<String>(),
    );
    let output = agent.arg("collect").run().expect_code(4);
    let expected = events(&agent);
    assert_eq!((expected[&id(1)], expected[&id(2)]), (3, 4));
    assert!(expected.get(&id(3)).is_none_or(|&users| users < 5));
    assert_says(&output, "2 of 3 done");
}
