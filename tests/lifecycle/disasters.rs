//! The table of disasters in docs/lifecycle.md, row by row, with removals automatic.

use serde_json::json;

use super::common::BOUNDARY;
use super::people::{TABLE, names, of_file, of_table, ours, put, tags};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;

const AUTOMATIC: &str = "removals = \"automatic\"\n";
const SENTINEL: &str = "rollcall:sentinel";
const TEN: [&str; 10] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

/// An account with ten users of ours.
fn ten() -> Account {
    let account = Account::strict();
    for name in TEN {
        ours(&account, name);
    }
    account
}

/// Runs once; what it says. Nobody of the ten was touched.
#[track_caller]
fn harmless(account: &Account, agent: &Agent, code: i32) -> String {
    let output = agent
        .args(["lifecycle", "run", "--once"])
        .run()
        .expect_code(code);
    let names = names(account);
    for name in TEN {
        assert!(names.iter().any(|it| it == name), "{name} of {names:?}");
        assert_eq!(tags(account, name), ["managed-by=rollcall"], "{name}");
    }
    output.stderr
}

#[test]
fn a_wrong_table_without_a_sentinel_removes_nobody() {
    let account = ten();
    let agent = of_table(&account, &["x"], AUTOMATIC);
    assert!(harmless(&account, &agent, 0).contains(SENTINEL));
}

#[test]
fn an_empty_table_removes_nobody() {
    let account = ten();
    let agent = of_table(&account, &[SENTINEL], AUTOMATIC);
    assert!(harmless(&account, &agent, 0).contains("desires nobody"));
}

#[test]
fn an_item_that_has_expired_removes_nobody() {
    let account = ten();
    let mut names = TEN[..9].to_vec();
    names.push(SENTINEL);
    let agent = of_table(&account, &names, AUTOMATIC);
    let expire = json!({
        "TableName": TABLE,
        "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
    });
    block_on(account.dynamodb("UpdateTimeToLive", &expire));
    assert!(harmless(&account, &agent, 0).contains("expire"));
}

#[test]
fn a_table_that_is_not_there_does_nothing() {
    let account = ten();
    let agent = of_table(&account, &[SENTINEL], &format!("{AUTOMATIC}# {TABLE}\n"));
    let gone = block_on(account.dynamodb("DeleteTable", &json!({ "TableName": TABLE })));
    assert!(gone["TableDescription"].is_object(), "{gone}");
    let output = agent.args(["lifecycle", "run", "--once"]).run();
    assert!(
        output.stderr.contains("nothing was done"),
        "{}",
        output.stderr
    );
    assert!(matches!(output.code, Some(3 | 4)), "{:?}", output.code);
    assert_eq!(names(&account).len(), 10);
}

#[test]
fn half_a_scan_does_nothing() {
    let account = ten();
    let agent = of_table(&account, &[SENTINEL, "x"], AUTOMATIC);
    let filler = "x".repeat(300_000);
    for number in 0..6 {
        let name = format!("rollcall:filler-{number}");
        put(
            &account,
            &json!({ "UserName": { "S": name }, "filler": { "S": filler } }),
        );
    }
    // The second page is denied.
    let proxy = AwsProxy::start(&account, |call| {
        let is_second = call.says("ExclusiveStartKey");
        is_second.then(|| aws_error(400, "AccessDenied"))
    });
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    let output = harmless(&account, &agent, 3);
    assert!(output.contains("nothing was done"), "{output}");
    assert!(!names(&account).contains(&"x".to_owned()));
}

#[test]
fn a_renamed_attribute_does_nothing() {
    let account = ten();
    let agent = of_table(&account, &[SENTINEL], AUTOMATIC);
    put(
        &account,
        &json!({ "UserName": { "S": "a" }, "Groups": { "SS": ["ops"] } }),
    );
    let output = harmless(&account, &agent, 2);
    assert!(
        output.contains("Groups") && output.contains("UserName = "),
        "{output}"
    );
}

#[test]
fn a_restored_backup_without_many_of_them_removes_nobody() {
    let account = ten();
    let agent = of_table(
        &account,
        &[SENTINEL, "a", "b", "c", "d", "e", "f", "g", "h"],
        AUTOMATIC,
    );
    let output = harmless(&account, &agent, 7);
    assert!(output.contains("2 of our 10 users"), "{output}");
}

#[test]
fn a_plan_for_another_account_is_refused() {
    let (planned, other) = (ten(), ten());
    let people = TEN[1..].join("\n");
    let agent = of_file(&planned, &format!("name\n{people}\n"), "");
    agent
        .args(["lifecycle", "plan", "--out", "plan.json"])
        .run()
        .expect_code(0);
    let elsewhere = agent.env("AWS_ACCESS_KEY_ID", other.access_key_id());
    let apply = elsewhere.args(["lifecycle", "apply", "plan.json", "--yes"]);
    let output = apply.run().expect_code(7);
    assert!(
        output.stderr.contains("another account"),
        "{}",
        output.stderr
    );
    assert_eq!(tags(&other, "a"), ["managed-by=rollcall"]);
}

#[test]
fn users_that_were_not_listed_keep_everybody() {
    let account = ten();
    let agent = of_file(&account, "name\na\nnew\n", AUTOMATIC);
    let proxy = AwsProxy::start(&account, |call| {
        (call.action() == "GetAccountSummary").then(|| aws_error(403, "AccessDenied"))
    });
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    harmless(&account, &agent, 0);
    assert_eq!(names(&account).len(), 10);
}

#[test]
fn credentials_of_another_account_do_nothing() {
    let account = ten();
    let people = "name\na\nnew\n";
    let agent = of_file(&account, people, AUTOMATIC);
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let edge = "arn:aws:iam::999999999999:policy/edge";
    let agent = agent.config(&config.replace(BOUNDARY, edge));
    let said = harmless(&account, &agent, 7);
    let plan = agent.args(["lifecycle", "plan"]).run().expect_code(7);
    for said in [said, plan.stderr] {
        let names = [account.id(), "999999999999"];
        assert!(names.iter().all(|it| said.contains(it)), "{said}");
    }
    assert_eq!(names(&account).len(), 10);
}

#[test]
fn groups_that_many_would_lose_are_taken_from_nobody_and_nothing_is_done() {
    let account = ten();
    for name in ["a", "b"] {
        owner::give_all(&account, name, &["group"]);
    }
    let users = |name: &&str| format!("{{\"name\": \"{name}\", \"groups\": []}}");
    let users: Vec<String> = TEN.iter().chain(&["new"]).map(users).collect();
    let agent = of_file(&account, "", "");
    agent.file(
        "people.json",
        &format!("{{\"users\": [{}]}}", users.join(", ")),
    );
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let agent = agent.config(&config.replace("people.csv", "people.json"));
    let said = harmless(&account, &agent, 7);
    assert!(
        said.contains("2 of our 10 users would lose groups"),
        "{said}"
    );
    assert_eq!(names(&account).len(), 10);
}
