//! What questions call: what `policy --for queries` allows, all of it, and nothing of the state.

use std::collections::BTreeSet;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{SMALL, agent, ask, id_of};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::sim_aws::{SimAccount, SimAws, SimReport};

/// Every question that calls something else.
fn questions() -> [String; 6] {
    let id = id_of(&SMALL, "Anna");
    [
        "users list".to_owned(),
        "users get Anna".to_owned(),
        format!("users get AIDAEXAMPLENOBODY0001:{id}"),
        "groups list".to_owned(),
        "groups get OPS".to_owned(),
        "groups members ops".to_owned(),
    ]
}

fn proxied(proxy: &AwsProxy, settings: &str) -> Agent {
    let agent = agent(&SMALL).env("AWS_ENDPOINT_URL", &proxy.url());
    agent.config(settings)
}

#[test]
fn questions_call_what_the_policy_for_queries_allows_and_all_of_it() {
    for settings in [
        "",
        "[aws]\nstrategy = \"bulk\"\n",
        "[aws]\nstrategy = \"per-user\"\n",
    ] {
        let proxy = AwsProxy::transparent(&SMALL);
        let agent = proxied(&proxy, settings);
        let policy = ask(&agent, "policy --for queries").expect_code(0).stdout;
        let policy: Value = serde_json::from_str(&policy).unwrap();
        let allowed = policy["Statement"][0]["Action"].as_array().unwrap();
        let allowed = allowed
            .iter()
            .map(|it| it.as_str().unwrap().replace("iam:", ""));
        let mut allowed: BTreeSet<String> = allowed.collect();
        for question in questions() {
            ask(&agent, &question);
        }
        let calls = proxy.calls();
        let called: BTreeSet<String> = calls.iter().map(|it| it.action().to_owned()).collect();
        allowed.insert("GetCallerIdentity".to_owned());
        assert_eq!(called, allowed, "{settings}");
    }
}

#[test]
fn a_user_is_read_by_calls_about_it_alone() {
    let proxy = AwsProxy::transparent(&SMALL);
    ask(&proxied(&proxy, ""), "users get Anna").expect_code(0);
    let bulk = [
        "ListUsers",
        "GetAccountAuthorizationDetails",
        "GetCredentialReport",
    ];
    for action in bulk {
        assert_eq!(proxy.count(action), 0, "{action}");
    }
    assert!(proxy.calls().len() <= 12, "{}", proxy.calls().len());
}

#[test]
fn a_live_question_leaves_the_state_as_it_is() {
    let agent = agent(&SMALL).config("[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n");
    for question in questions() {
        ask(&agent, &question);
    }
    let state = std::fs::read_dir(agent.state_home()).unwrap();
    assert_eq!(state.count(), 0);
    ask(&agent, "collect").expect_code(0);
    let kept = || {
        let mut status: Value =
            serde_json::from_str(&ask(&agent, "status --output json").stdout).unwrap();
        status.as_object_mut().unwrap().remove("now");
        let history = ask(&agent, "history --output json").stdout;
        let events = std::fs::read_to_string(agent.home().join("events.ndjson")).unwrap();
        (
            status["accounts"].clone(),
            status["sinks"].clone(),
            history,
            events,
        )
    };
    let before = kept();
    for question in questions() {
        ask(&agent, &question);
    }
    assert_eq!(kept(), before);
}

#[test]
fn a_list_of_5000_users_takes_some_20_calls() {
    let mut account = SimAccount::generate(51, 5_000);
    let hour_ago = OffsetDateTime::now_utc() - Duration::HOUR;
    account.report = Some(SimReport::of(&account, hour_ago));
    let sim = SimAws::start([account]);
    let agent = Agent::new().config("[aws]\nrequests_per_second = 100000\n");
    let list = ask(&agent.aws(&sim.url()), "users list --output csv").expect_code(0);
    // And the heads, and the root user.
    assert_eq!(list.stdout.lines().count(), 5_002);
    let calls = sim.calls();
    let in_bulk: u64 = calls
        .iter()
        .filter(|(action, _)| *action != "ListMFADevices")
        .map(|(_, calls)| calls)
        .sum();
    assert!(in_bulk <= 25, "{calls:#?}");
}
