//! `rollcall policy --for lifecycle`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::people::{key, of_file, of_table, ours};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;

fn policy(agent: &Agent) -> String {
    let policy = agent.args(["policy", "--for", "lifecycle"]);
    policy.run().expect_code(0).stdout
}

#[test]
fn the_policy_writes_to_what_is_ours_by_path_and_tag_alone() {
    let kms = "kms_key = \"alias/keys\"\n";
    let agent = of_table(&Account::strict(), &[], kms);
    insta::assert_snapshot!("policy", policy(&agent));
}

#[test]
fn whatever_a_plan_its_application_and_a_deletion_call_is_in_the_policy() {
    let account = Account::strict();
    let group = account.iam();
    block_on(group.create_group().group_name("ops").send()).unwrap();
    let eve = ours(&account, "eve");
    ours(&account, "dora");
    key(&account, "dora", 20);
    let proxy = AwsProxy::transparent(&account);
    let people = "name,groups,keys,tags\nanna,ops,one,\ndora,ops,one,team=core\n";
    let agent = of_file(&account, people, "removals = \"automatic\"\n");
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    agent.args(["lifecycle", "run"]).run().expect_code(0);
    let delete = agent.args(["lifecycle", "delete", &format!("{eve}:eve")]);
    delete.run().expect_code(0);
    let policy: Value = serde_json::from_str(&policy(&agent)).unwrap();
    let statements = policy["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|it| match &it["Action"] {
        Value::String(one) => vec![one.clone()],
        all => serde_json::from_value(all.clone()).unwrap(),
    });
    let names = actions.filter_map(|it| Some(it.split_once(':')?.1.to_owned()));
    let allowed: BTreeSet<String> = names.collect();
    let calls = proxy.calls();
    let called: BTreeSet<String> = calls.iter().map(|it| it.action().to_owned()).collect();
    let missing: Vec<_> = called.difference(&allowed).collect();
    assert_eq!(missing, ["GetCallerIdentity"]);
    assert!(
        called.contains("DeleteUser") && called.contains("PutParameter"),
        "{called:?}"
    );
}

#[test]
fn without_a_lifecycle_there_is_no_policy_that_writes() {
    let output = Agent::new().args(["policy", "--for", "lifecycle"]).run();
    let output = output.expect_code(2);
    assert!(output.stderr.contains("[lifecycle]"), "{}", output.stderr);
}
