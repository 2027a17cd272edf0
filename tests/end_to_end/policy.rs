//! `policy`: exactly what a configuration needs, in the words of three tools.

use std::collections::BTreeSet;

use rollcall::map::Dialect;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::common;
use crate::support::agent::Agent;
use crate::support::sim_aws::{SimAccount, SimAws, SimReport, SimUser};

/// An account with users of every kind, and a credential report that is an hour old.
pub(super) fn account() -> SimAccount {
    let mut account = SimAccount::generate(51, 40);
    let hour_ago = OffsetDateTime::now_utc() - Duration::HOUR;
    account.report = Some(SimReport::of(&account, hour_ago));
    account
}

/// An agent with `settings` of `[aws]`, and a sink that is a file.
pub(super) fn agent(sim: &SimAws, settings: &str) -> Agent {
    let config = format!(
        "[aws]\nrequests_per_second = 100000\n{settings}\n\
         [[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n"
    );
    Agent::new().config(&config).aws(&sim.url())
}

fn document(agent: &Agent, holder: &str) -> Value {
    let output = agent.args(["policy", "--for", holder]).run().expect_code(0);
    serde_json::from_str(&output.stdout).expect("one JSON document")
}

/// A text, or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values
            .iter()
            .map(|it| it.as_str().expect("a text"))
            .collect(),
        value => vec![value.as_str().expect("a text or a list")],
    }
}

/// The actions of a policy, with their prefix.
pub(super) fn actions(agent: &Agent, holder: &str) -> BTreeSet<String> {
    let policy = document(agent, holder);
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let actions = statements.flat_map(|it| texts(&it["Action"]));
    actions.map(str::to_owned).collect()
}

/// An action without its prefix.
pub(super) fn bare(action: &str) -> &str {
    action.split_once(':').expect("a service and an action").1
}

fn allow_only(sim: &SimAws, actions: &BTreeSet<String>) {
    sim.calm();
    sim.allow_only(&actions.iter().map(|it| bare(it)).collect());
}

/// Every strategy, with the features that change what is called.
pub(super) const SETTINGS: [&str; 7] = [
    "strategy = \"auto\"",
    "strategy = \"auto\"\nmfa = \"live\"",
    "strategy = \"auto\"\naccess_keys = \"ids\"",
    "strategy = \"bulk\"",
    "strategy = \"bulk\"\nmfa = \"live\"\naccess_keys = \"ids\"",
    "strategy = \"per-user\"",
    "strategy = \"per-user\"\naccess_keys = \"ids\"",
];

#[test]
fn with_nothing_but_the_policy_everything_is_known_and_nothing_of_it_is_too_much() {
    for settings in SETTINGS {
        let sim = SimAws::start([account()]);
        let agent = agent(&sim, settings);
        let policy = actions(&agent, "accounts");
        allow_only(&sim, &policy);
        let collect = agent.arg("collect");
        collect.run().expect_code(0);
        let printed = common::valid_file(Dialect::Ocsf, &agent.home().join("events.ndjson"));
        assert!(printed.len() >= 40, "{settings}");
        for event in &printed {
            let unknown = event["unmapped"]["aws_iam"]["unknown"].as_array();
            for fact in unknown.into_iter().flatten() {
                assert_eq!(fact["reason"], "not_collected", "{settings}: {fact:#}");
            }
        }
        let gone = sim.account().users.keys().next().expect("a user").clone();
        sim.change(&sim.account().id, |account| {
            account.users.remove(&gone);
        });
        let output = collect.run().expect_code(0);
        assert!(
            !output.stderr.contains("cannot confirm"),
            "{}",
            output.stderr
        );
        let called: BTreeSet<String> = sim.calls().into_keys().collect();
        let unused = policy.iter().filter(|it| !called.contains(bare(it)));
        let unused: Vec<&str> = unused.map(|it| bare(it)).collect();
        // What is only for the case that bulk fails, and it did not.
        let spare: &[&str] = match settings.contains("auto") {
            true => &["ListAttachedGroupPolicies", "ListGroupsForUser"],
            false => &[],
        };
        assert_eq!(unused, spare, "{settings}");
    }
}

const ORGANIZATION: &str = "[aws.organization]\nrole_name = \"audit/rollcall-read\"\n\
                            external_id = \"tenant:7\"\ninclude = [\"ou-sim1-members1\"]\n";

/// A managing account and two others.
fn organization() -> SimAws {
    let account = |id: &str| {
        let mut account = SimAccount::new(id).user(SimUser::new("ann"));
        account.external_id = Some("tenant:7".to_owned());
        account
    };
    let ids = ["210000000000", "210000000001", "210000000002"];
    SimAws::start(ids.map(account))
}

#[test]
fn with_nothing_but_the_policies_an_organization_is_listed_and_read() {
    let sim = organization();
    let agent = agent(&sim, ORGANIZATION);
    let mut policies = actions(&agent, "credentials");
    policies.extend(actions(&agent, "accounts"));
    allow_only(&sim, &policies);
    let output = agent.arg("collect").run().expect_code(0);
    assert!(output.stderr.contains("2 of 2 done"), "{}", output.stderr);
    let called: BTreeSet<String> = sim.calls().into_keys().collect();
    let listed = actions(&agent, "credentials");
    let listed = listed.iter().filter(|it| !it.starts_with("iam:"));
    for action in listed {
        assert!(called.contains(bare(action)), "{action} is too much");
    }
    assert!(!actions(&agent, "accounts").contains("sts:AssumeRole"));
    let output = agent.arg("policy").run().expect_code(0);
    assert!(
        output.stderr.contains("--for credentials"),
        "{}",
        output.stderr
    );
}

#[test]
fn whoever_assumes_roles_may_assume_those_of_the_configuration_and_no_other() {
    let sim = organization();
    let hub = "arn:aws-cn:iam::111122223333:role/hub";
    let accounts = format!(
        "role_arn = \"{hub}\"\nregion = \"cn-north-1\"\n{ORGANIZATION}\n\
         [[aws.accounts]]\nid = \"444455556666\"\nname = \"shop\"\n\
         role_arn = \"arn:aws-cn:iam::444455556666:role/other\"\n"
    );
    let agent = agent(&sim, &accounts);
    let first = document(&agent, "credentials");
    let assume = |resource: Value| {
        json!({
            "Sid": "AssumeRoles", "Effect": "Allow",
            "Action": "sts:AssumeRole", "Resource": resource,
        })
    };
    assert_eq!(first["Statement"], json!([assume(json!(hub))]));
    let hubs = document(&agent, "role");
    let roles = json!([
        "arn:aws-cn:iam::*:role/audit/rollcall-read",
        "arn:aws-cn:iam::444455556666:role/other",
    ]);
    assert_eq!(hubs["Statement"][2], assume(roles));
    let of_accounts = document(&agent, "accounts");
    assert_eq!(of_accounts["Statement"].as_array().map(Vec::len), Some(1));
    assert!(sim.calls().is_empty(), "it asks nobody");
}

#[test]
fn the_setup_shows_the_policy_of_the_defaults() {
    let setup = include_str!("../../docs/setup-aws.md");
    let printed = Agent::new().arg("policy").run().expect_code(0).stdout;
    assert!(
        setup.contains(&format!("```json\n{printed}```")),
        "{printed}"
    );
}

#[test]
fn there_is_no_policy_of_a_role_that_is_not_configured() {
    let sim = organization();
    let output = agent(&sim, "")
        .args(["policy", "--for", "role"])
        .run()
        .expect_code(2);
    assert!(
        output.stderr.contains("--for credentials"),
        "{}",
        output.stderr
    );
}

#[test]
fn a_trust_policy_asks_for_the_external_id_that_is_configured_given_or_new() {
    let sim = organization();
    let agent = agent(&sim, ORGANIZATION).args(["policy", "--trust", "111122223333"]);
    let printed = |agent: &Agent| -> Value {
        let output = agent.run().expect_code(0);
        serde_json::from_str(&output.stdout).expect("one JSON document")
    };
    let condition = "/Statement/0/Condition/StringEquals/sts:ExternalId";
    let configured = printed(&agent);
    assert_eq!(configured.pointer(condition), Some(&json!("tenant:7")));
    let principal = &configured["Statement"][0]["Principal"]["AWS"];
    assert_eq!(principal, "arn:aws:iam::111122223333:root");
    let given = printed(&agent.args(["--external-id", "given/1"]));
    assert_eq!(given.pointer(condition), Some(&json!("given/1")));
    let new = || {
        printed(&agent.arg("--new-external-id"))
            .pointer(condition)
            .cloned()
    };
    let (one, other) = (new(), new());
    assert_ne!(one, other);
    let length = one.as_ref().and_then(Value::as_str).map(str::len);
    assert_eq!(length, Some(36));
    let china = agent.env("AWS_REGION", "cn-north-1");
    let principal = &printed(&china)["Statement"][0]["Principal"]["AWS"];
    assert_eq!(principal, "arn:aws-cn:iam::111122223333:root");
    for (flag, bad) in [("--trust", "*"), ("--external-id", "a b")] {
        let bad = agent.args([flag, bad]).run().expect_code(2);
        assert!(bad.stderr.contains(flag), "{}", bad.stderr);
    }
}

#[test]
fn different_external_ids_are_not_mixed_in_one_trust_policy() {
    let sim = organization();
    let accounts = format!(
        "{ORGANIZATION}\n[[aws.accounts]]\nid = \"444455556666\"\n\
         role_arn = \"arn:aws:iam::444455556666:role/other\"\nexternal_id = \"tenant:8\"\n"
    );
    let agent = agent(&sim, &accounts).args(["policy", "--trust", "111122223333"]);
    let output = agent.run().expect_code(2);
    assert!(output.stderr.contains("--external-id"), "{}", output.stderr);
    agent
        .args(["--external-id", "tenant:8"])
        .run()
        .expect_code(0);
}

#[test]
fn templates_have_the_role_its_trusted_principals_and_the_partition_of_their_deployment() {
    let sim = organization();
    let agent = agent(
        &sim,
        &format!("role_arn = \"arn:aws:iam::111122223333:role/hub\"\n{ORGANIZATION}"),
    );
    let printed = |format: &str, holder: &str| {
        let agent = agent.args(["policy", "--format", format, "--for", holder]);
        let trusted = "arn:aws:iam::111122223333:role/hub";
        let agent = match holder {
            "accounts" => agent.args(["--trust", trusted]),
            _ => agent,
        };
        agent.run().expect_code(0).stdout
    };
    for holder in ["accounts", "role", "credentials"] {
        let template: Value =
            serde_json::from_str(&printed("cloudformation", holder)).expect("a template in JSON");
        insta::assert_json_snapshot!(format!("cloudformation_{holder}"), template);
        let configuration = printed("terraform", holder);
        insta::assert_snapshot!(format!("terraform_{holder}"), configuration);
        let both = format!("{template}{configuration}");
        let literal = both.replace("arn:aws:iam::111122223333:role/hub\"", "");
        assert!(!literal.contains("arn:aws:"), "{literal}");
    }
}
