//! Several accounts: each by its own role, and none stops another.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use rollcall::map::Dialect;

use super::common;
use crate::support::agent::Agent;
use crate::support::running::Output;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser};

mod organization;
mod sessions;

const EXTERNAL_ID: &str = "tenant:7/a=b";

/// The id of account `number`.
fn id(number: usize) -> String {
    format!("2100000000{number:02}")
}

fn role_arn(number: usize) -> String {
    format!("arn:aws:iam::{}:role/audit/rollcall-read", id(number))
}

/// `count` accounts, in each the users `ann` and `bob` and as many more as its number; all but the
/// first ask for the external id.
fn sim(count: usize) -> SimAws {
    let account = |number: usize| {
        let names = ["ann".to_owned(), "bob".to_owned()].into_iter();
        let more = (0..number).map(|more| format!("user{more}"));
        let empty = SimAccount::new(&id(number));
        let mut account = names
            .chain(more)
            .fold(empty, |account, name| account.user(SimUser::new(&name)));
        account.external_id = (number > 0).then(|| EXTERNAL_ID.to_owned());
        account
    };
    SimAws::start((0..count).map(account).collect::<Vec<_>>())
}

/// The entry of one account; the first is that of the credentials.
fn entry(number: usize) -> String {
    let role = match number {
        0 => String::new(),
        _ => format!(
            "role_arn = \"{}\"\nexternal_id = \"{EXTERNAL_ID}\"\n",
            role_arn(number)
        ),
    };
    format!("[[aws.accounts]]\nid = \"{}\"\n{role}", id(number))
}

fn agent_with(sim: &SimAws, aws: &str, accounts: &str) -> Agent {
    let config = format!(
        "[aws]\nrequests_per_second = 100000\n{aws}\n{accounts}\n\
         [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n\
         [mapping]\nroot_account = false\n"
    );
    Agent::new().config(&config).aws(&sim.url())
}

fn agent(sim: &SimAws, numbers: std::ops::Range<usize>) -> Agent {
    agent_with(sim, "", &numbers.map(entry).collect::<String>())
}

/// How many events there are of each account.
fn events(agent: &Agent) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let file = agent.home().join("events.ndjson");
    if file.exists() {
        for event in common::valid_file(Dialect::Ocsf, &file) {
            let id = event["cloud"]["account"]["uid"].as_str().expect("an id");
            let arn = event["user"]["uid"].as_str().expect("an ARN");
            assert!(arn.contains(id), "{arn} is sent as of account {id}");
            *counts.entry(id.to_owned()).or_default() += 1;
        }
    }
    counts
}

fn counts<const N: usize>(counts: [(usize, usize); N]) -> BTreeMap<String, usize> {
    counts.map(|(number, users)| (id(number), users)).into()
}

#[track_caller]
fn assert_says(output: &Output, text: &str) {
    assert!(output.stderr.contains(text), "{}", output.stderr);
}

#[test]
fn every_account_is_sent_with_its_own_users_and_a_line_in_the_summary() {
    let sim = sim(5);
    let agent = agent(&sim, 0..5).arg("collect");
    let output = agent.run().expect_code(0);
    let expected = counts([(0, 2), (1, 3), (2, 4), (3, 5), (4, 6)]);
    assert_eq!(events(&agent), expected);
    let lines = output.stderr.lines();
    let line = |start: &str| lines.clone().filter(|line| line.starts_with(start)).count();
    assert_eq!(line("2100000000"), 5, "{}", output.stderr);
    assert_says(&output, "5 of 5 done");
    assert_eq!(sim.calls()["AssumeRole"], 4);
    agent.run().expect_code(0);
    assert_eq!(events(&agent), expected, "nothing had changed");
}

#[test]
fn a_wrong_external_id_keeps_one_account_out_and_no_other() {
    let sim = sim(4);
    let accounts: String = (0..4).map(entry).collect();
    let wrong = accounts.replacen(EXTERNAL_ID, "tenant:8", 1);
    let agent = agent_with(&sim, "", &wrong).arg("collect");
    let output = agent.run().expect_code(4);
    assert_eq!(events(&agent), counts([(0, 2), (2, 4), (3, 5)]));
    assert_says(&output, "sts:AssumeRole: role not granted (AccessDenied)");
    assert_says(&output, "can take up to 5 minutes to be usable");
    assert_says(&output, "3 of 4 done");
    assert_eq!(sim.calls()["AssumeRole"], 4, "a new role has a second try");
    agent.run().expect_code(4);
    assert_eq!(sim.calls()["AssumeRole"], 7, "it is new only once");
}

#[test]
fn a_role_that_becomes_usable_meanwhile_is_used_in_the_same_run() {
    let sim = sim(2);
    let denied = Fault::Denied(Denial::NothingAllows).of("AssumeRole");
    sim.inject(denied.about(&role_arn(1)).times(1));
    let agent = agent(&sim, 0..2).arg("collect");
    agent.run().expect_code(0);
    assert_eq!(events(&agent), counts([(0, 2), (1, 3)]));
}

#[test]
fn roles_of_all_accounts_share_one_rate() {
    let sim = sim(13);
    let accounts: String = (0..13).map(entry).collect();
    let agent = agent_with(&sim, "assume_role_per_second = 3", &accounts).arg("collect");
    let start = Instant::now();
    agent.run().expect_code(0);
    assert_eq!(sim.calls()["AssumeRole"], 12);
    let least = Duration::from_millis(2_900);
    assert!(start.elapsed() >= least, "{:?}", start.elapsed());
}

/// An agent that passes over these accounts again and again, until it has done so `passes` times.
const HASTY: &str = "[schedule]\nevery = \"10ms\"\n";

#[test]
fn denied_by_every_account_is_a_refusal() {
    let sim = sim(3);
    sim.inject(Fault::Denied(Denial::ServiceControlPolicy).of("AssumeRole"));
    let agent = agent(&sim, 1..3).arg("collect");
    agent.run().expect_code(3);
    assert!(events(&agent).is_empty());
}

#[test]
fn credentials_of_another_account_than_the_configured_one_are_never_taken_for_it() {
    let sim = sim(3);
    let other = entry(0).replace(&id(0), "999900000000");
    let accounts = format!("{other}{}", entry(1));
    let agent = agent_with(&sim, "", &accounts).arg("collect");
    let output = agent.run().expect_code(4);
    assert_eq!(events(&agent), counts([(1, 3)]));
    let expected = format!(
        "account id 999900000000 is configured, but the credentials belong to {}",
        id(0)
    );
    assert_says(&output, &expected);
}

#[test]
fn only_the_accounts_that_are_asked_for_are_read_and_unknown_ones_are_named() {
    let sim = sim(4);
    let agent = agent(&sim, 0..4);
    let some = agent.args(["collect", "--account", &id(1), "--account", &id(3)]);
    some.run().expect_code(0);
    assert_eq!(events(&agent), counts([(1, 3), (3, 5)]));
    let before = sim.calls();
    let unknown = agent.args(["collect", "--account", "123456789012"]);
    let output = unknown.run().expect_code(2);
    let known: Vec<String> = (0..4).map(id).collect();
    assert_says(&output, "there is no account 123456789012; known are ");
    assert_says(&output, &known.join(", "));
    assert_eq!(sim.calls(), before, "it is found out without AWS");
    let alone = agent_with(&sim, "", "").args(["collect", "--account", &id(2)]);
    let output = alone.run().expect_code(2);
    assert_says(&output, &format!("known are {}", id(0)));
}

#[test]
fn roles_are_assumed_from_the_role_that_comes_first() {
    let sim = sim(3);
    let hub = format!(
        "role_arn = \"{}\"\nexternal_id = \"{EXTERNAL_ID}\"",
        role_arn(1)
    );
    let accounts = format!(
        "{}{}",
        entry(2),
        entry(1).replace("role_arn", "#").replace("external", "#")
    );
    let agent = agent_with(&sim, &hub, &accounts).arg("collect");
    agent.run().expect_code(0);
    assert_eq!(events(&agent), counts([(1, 3), (2, 4)]));
    assert_eq!(
        sim.calls()["AssumeRole"],
        2,
        "the first role is assumed once"
    );
}

#[test]
fn a_role_of_another_partition_is_refused_without_a_call() {
    let sim = sim(3);
    let accounts = format!(
        "{}{}",
        entry(1).replace("arn:aws:", "arn:aws-cn:"),
        entry(2)
    );
    let agent = agent_with(&sim, "", &accounts).arg("collect");
    let output = agent.run().expect_code(4);
    assert_says(&output, "is not in partition aws");
    assert_eq!(sim.calls()["AssumeRole"], 1);
}

#[test]
fn no_more_accounts_are_read_at_a_time_than_configured() {
    let sim = sim(8);
    sim.delay(None, Duration::from_millis(20));
    let all: String = (0..8).map(entry).collect();
    let agent = agent_with(&sim, "accounts_in_flight = 2", &all);
    let output = agent.arg("collect").run().expect_code(0);
    let (mut running, mut most) = (0, 0);
    for line in output.stderr.lines() {
        if line.contains("collecting users") {
            running += 1;
        } else if line.contains("pass complete") {
            running -= 1;
        }
        most = most.max(running);
    }
    assert_eq!((running, most), (0, 2), "{}", output.stderr);
}

#[test]
fn a_slow_account_holds_up_no_other() {
    let sim = sim(3);
    let session = format!("ASIA{}SIMA", id(1));
    sim.delay_key(&session, Duration::from_millis(300));
    let agent = agent(&sim, 1..3).arg("collect");
    let output = agent.run().expect_code(0);
    let lines = output.stderr.lines();
    let complete: Vec<&str> = lines.filter(|it| it.contains("pass complete")).collect();
    assert!(
        complete[0].contains(&id(2)) && complete[1].contains(&id(1)),
        "{complete:?}"
    );
}

#[test]
fn an_alias_that_cannot_be_read_for_a_while_is_no_change() {
    let sim = sim(2);
    sim.change(&id(1), |account| {
        account.alias = Some("production".to_owned())
    });
    let agent = agent(&sim, 1..2).arg("collect");
    agent.run().expect_code(0);
    let file = agent.home().join("events.ndjson");
    for event in common::valid_file(Dialect::Ocsf, &file) {
        assert_eq!(event["cloud"]["account"]["name"], "production");
    }
    sim.inject(Fault::Denied(Denial::NothingAllows).of("ListAccountAliases"));
    agent.run().expect_code(0);
    assert_eq!(events(&agent), counts([(1, 3)]));
}

#[test]
fn more_than_twenty_accounts_are_summed_up_and_only_failed_ones_have_a_line() {
    let sim = sim(30);
    let session = format!("ASIA{}SIMA", id(7));
    let invalid = Fault::InvalidClientTokenId.of_all();
    sim.inject(invalid.signed_with(&session));
    let output = agent(&sim, 0..30).arg("collect").run().expect_code(4);
    let lines = output
        .stderr
        .lines()
        .filter(|line| line.starts_with("2100000000"));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 1, "{}", output.stderr);
    assert!(lines[0].starts_with(&id(7)) && lines[0].contains("refused"));
    assert_says(&output, "29 of 30 done");
}

#[test]
fn an_access_key_is_read_from_where_the_configuration_says() {
    let sim = sim(1);
    let key = "access_key_id = \"env:AUDIT_ID\"\nsecret_access_key = \"file:secret\"";
    let agent = agent_with(&sim, key, "")
        .file("secret", "s3cr3t\n")
        .arg("collect");
    let output = agent.run().expect_code(2);
    assert_says(&output, "environment variable AUDIT_ID is not set");
    let denied = Fault::InvalidClientTokenId.of_all();
    sim.inject(denied.signed_with("testing"));
    agent
        .env("AUDIT_ID", "AKIAIOSFODNN7EXAMPLE")
        .run()
        .expect_code(0);
    assert_eq!(events(&agent), counts([(0, 2)]));
}

#[test]
fn plan_has_a_part_for_each_account() {
    let sim = sim(3);
    let output = agent(&sim, 0..3).args(["plan", "--output", "json"]);
    let output = output.run().expect_code(0);
    let plans: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    for (number, plan) in plans["accounts"]
        .as_array()
        .expect("accounts")
        .iter()
        .enumerate()
    {
        assert_eq!(plan["account"], id(number));
        assert_eq!(plan["users"], number + 2);
    }
}
