//! `check`: each permission that is missing is named, with what is lost and what to add.

use rollcall::aws::Action;
use serde_json::Value;

use super::accounts::TINY;
use super::policy::{self, SETTINGS, bare};
use crate::support::agent::Agent;
use crate::support::intake_posts::Posts;
use crate::support::reply::Reply;
use crate::support::running::Output;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser, UNIT_ID};

/// The name that the simulated AWS knows `action` by.
fn spelled(action: &str) -> &'static str {
    bare(Action::parse(action).expect("an action of ours").as_str())
}

fn deny(sim: &SimAws, action: &str) {
    sim.inject(Fault::Denied(Denial::NothingAllows).of(spelled(action)));
}

/// What `check` found about `item`, and the line that follows.
#[track_caller]
fn found<'a>(output: &'a Output, item: &str) -> (&'a str, &'a str) {
    let mut lines = output.stdout.lines();
    let is_about = |line: &&str| line.split_whitespace().nth(1) == Some(item);
    let line = lines.find(is_about);
    let line = line.unwrap_or_else(|| panic!("nothing of {item}:\n{}", output.stdout));
    let finding = line.split_whitespace().next().expect("a word");
    (finding, lines.next().unwrap_or_default())
}

#[test]
fn each_action_of_the_policy_is_named_when_it_is_denied() {
    for settings in SETTINGS {
        let sim = SimAws::start([policy::account()]);
        let agent = policy::agent(&sim, settings);
        let check = agent.arg("check");
        check.run().expect_code(0);
        for action in policy::actions(&agent, "accounts") {
            sim.calm();
            deny(&sim, &action);
            let output = check.run();
            let (finding, add) = found(&output, &action);
            let code = match finding {
                "missing" => 3,
                "note" => 0,
                other => panic!("{settings}: {action}: {other}"),
            };
            assert_eq!(output.code, Some(code), "{settings}\n{}", output.stdout);
            let statement = add.split_once("add ").expect("a statement").1;
            let statement: Value = serde_json::from_str(statement).expect("JSON");
            assert_eq!(statement["Action"], action.as_str());
        }
    }
}

#[test]
fn a_permission_that_only_makes_up_for_another_is_missed_only_without_that_one() {
    let sim = SimAws::start([policy::account()]);
    let check = policy::agent(&sim, "").arg("check");
    let (spare, details) = (
        "iam:ListGroupsForUser",
        "iam:GetAccountAuthorizationDetails",
    );
    deny(&sim, spare);
    assert_eq!(found(&check.run().expect_code(0), spare).0, "note");
    deny(&sim, details);
    let output = check.run().expect_code(3);
    assert_eq!(found(&output, spare).0, "missing");
    assert_eq!(found(&output, details).0, "missing");
}

#[test]
fn check_needs_no_user_with_a_password_or_a_key_and_sends_no_event() {
    let account = SimAccount::new("210000000000").user(SimUser::new("ann"));
    let sim = SimAws::start([account]);
    let agent = policy::agent(&sim, "access_keys = \"ids\"");
    let output = agent.arg("check").run().expect_code(0);
    assert!(!sim.calls().contains_key("GetLoginProfile"));
    assert_eq!(found(&output, "iam:GetAccessKeyLastUsed").0, "note");
    assert!(!agent.home().join("events.ndjson").exists());
    let state = std::fs::read_dir(agent.state_home()).expect("the state home");
    assert_eq!(state.count(), 0, "nothing is written");
    let empty = SimAws::start([SimAccount::new("210000000000")]);
    policy::agent(&empty, "").arg("check").run().expect_code(0);
}

#[test]
fn moto_accepts_every_permission_probe() {
    let config = "[aws]\naccess_keys = \"ids\"\nrequests_per_second = 1000\n";
    let agent = Agent::new().config(config).account(&TINY.account);
    let output = agent.arg("check").run().expect_code(0);
    assert!(
        output.stdout.contains("it can be written to"),
        "{}",
        output.stdout
    );
}

#[test]
fn a_receiver_that_answers_400_to_everything_is_not_called_fine() {
    let sim = SimAws::start([policy::account()]);
    let posts = Posts::start();
    let words = serde_json::json!({"error": "index missing"});
    posts.decide(move |_| Some(Reply::json(400, &words)));
    let sink = format!("[[sinks]]\ntype = \"http\"\nurl = \"{}/in\"\n", posts.url());
    let agent = Agent::new().config(&sink).aws(&sim.url());
    let output = agent.arg("check").run().expect_code(0);
    let line = output
        .stdout
        .lines()
        .find(|line| line.contains("sink http"));
    let line = line.expect("a line of the sink");
    assert!(line.starts_with("note "), "{line}");
    for part in ["400 Bad Request", "(index missing)", "cannot be told"] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn a_denial_that_no_statement_undoes_is_reported_as_one() {
    let sim = SimAws::start([policy::account()]);
    sim.inject(Fault::Denied(Denial::ServiceControlPolicy).of("ListUsers"));
    let output = policy::agent(&sim, "").arg("check").run().expect_code(3);
    let reported = "by an explicit deny in a service control policy, which stands above any Allow";
    assert!(output.stdout.contains(reported), "{}", output.stdout);
}

/// A managing account and as many others.
fn organization(others: usize) -> SimAws {
    let account = |number: usize| {
        let mut account = SimAccount::new(&id(number)).user(SimUser::new("ann"));
        account.external_id = (number > 0).then(|| "tenant:7".to_owned());
        account
    };
    SimAws::start((0..=others).map(account).collect::<Vec<_>>())
}

fn id(number: usize) -> String {
    format!("2100000000{number:02}")
}

fn session_key(number: usize) -> String {
    format!("ASIA{}SIMA", id(number))
}

fn of_organization(sim: &SimAws, more: &str) -> Agent {
    let settings = format!(
        "[aws.organization]\nrole_name = \"audit/rollcall-read\"\nexternal_id = \"tenant:7\"\n{more}"
    );
    policy::agent(sim, &settings)
}

#[test]
fn each_action_that_lists_an_organization_is_probed() {
    let sim = organization(2);
    let agent = of_organization(&sim, &format!("include = [\"{UNIT_ID}\"]"));
    let check = agent.arg("check");
    check.run().expect_code(0);
    let all = policy::actions(&agent, "credentials");
    let listing = all.iter().filter(|it| it.starts_with("organizations:"));
    let listing: Vec<&String> = listing.collect();
    assert_eq!(listing.len(), 4);
    for action in listing {
        sim.calm();
        deny(&sim, action);
        let output = check.run().expect_code(3);
        assert_eq!(found(&output, action).0, "missing");
    }
}

#[test]
fn of_many_accounts_only_those_with_a_problem_have_lines() {
    let sim = organization(7);
    let denied = Fault::Denied(Denial::NothingAllows);
    sim.inject(denied.of("ListUsers").signed_with(&session_key(3)));
    sim.inject(
        denied
            .of("AssumeRole")
            .about(&format!("arn:aws:iam::{}:role/audit/rollcall-read", id(5))),
    );
    let agent = of_organization(&sim, "").arg("check");
    let output = agent.run().expect_code(3);
    assert!(
        output.stdout.contains("6 of 8 without a problem"),
        "{}",
        output.stdout
    );
    assert_eq!(found(&output, "iam:ListUsers").0, "missing");
    let lines = output.stdout.lines();
    let accounts = lines.filter(|line| line.contains(" account 21"));
    assert_eq!(accounts.count(), 2, "{}", output.stdout);
    assert!(
        output.stdout.contains("\"Action\":\"sts:AssumeRole\""),
        "{}",
        output.stdout
    );
    let fine = agent.args(["--account", &id(4)]).run().expect_code(0);
    assert!(
        fine.stdout.contains(&format!("account {}", id(4))),
        "{}",
        fine.stdout
    );
    let unknown = agent
        .args(["--account", "999999999999"])
        .run()
        .expect_code(2);
    assert!(
        unknown.stdout.contains("there is no account 999999999999"),
        "{}",
        unknown.stdout
    );
}

#[test]
fn a_first_role_that_is_not_granted_is_reported_with_the_statement_that_may_be_missing() {
    let sim = organization(2);
    let hub = format!("arn:aws:iam::{}:role/hub", id(1));
    let with_id = format!("role_arn = \"{hub}\"\nexternal_id = \"tenant:7\"");
    let output = policy::agent(&sim, &with_id)
        .arg("check")
        .run()
        .expect_code(0);
    let session = format!("arn:aws:sts::{}:assumed-role/hub/rollcall", id(1));
    assert!(output.stdout.contains(&session), "{}", output.stdout);
    let without = format!("role_arn = \"{hub}\"");
    let output = policy::agent(&sim, &without)
        .arg("check")
        .run()
        .expect_code(3);
    let statement =
        format!("{{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Resource\":\"{hub}\"}}");
    assert!(output.stdout.contains(&statement), "{}", output.stdout);
}

#[test]
fn aws_that_cannot_be_reached_is_no_refusal() {
    let sim = organization(0);
    sim.inject(Fault::Html.of("GetAccountSummary"));
    let output = policy::agent(&sim, "").arg("check").run().expect_code(4);
    assert_eq!(found(&output, "iam:GetAccountSummary").0, "failed");
}
