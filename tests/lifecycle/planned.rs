//! `rollcall lifecycle plan`.

use serde_json::Value;

use super::people::{key, names, of_file, of_table, ours, put, tags};
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;

/// An account of ours with everything that a plan can say.
fn account() -> Account {
    let account = Account::strict();
    block_on(async {
        let iam = account.iam();
        iam.create_group().group_name("ops").send().await.unwrap();
        iam.create_user().user_name("carl").send().await.unwrap();
    });
    for name in ["anna", "dora", "eve"] {
        ours(&account, name);
    }
    key(&account, "dora", 20);
    account
}

const PEOPLE: &str = "name,groups,keys,tags\nanna,ops,one,team=core\nbob,ops,one,\ncarl,,,\n\
                      dora,,one,\n";

fn steady(text: &str, account: &Account) -> String {
    let words = text.split_inclusive([' ', '\n']);
    let key = |word: &str| word.starts_with("AKIA") || word.starts_with("LKIA");
    let is_of_id = |it: char| it.is_ascii_alphanumeric();
    let words = words.map(|word| match key(word) {
        true => format!("AKIAXXXXXXXXXXXXXXXX{}", word.trim_start_matches(is_of_id)),
        false => word.to_owned(),
    });
    words
        .collect::<String>()
        .replace(account.id(), "111122223333")
}

#[test]
fn a_plan_says_what_is_done_to_whom_why_and_what_is_held_back() {
    let account = account();
    let agent = of_file(&account, PEOPLE, "");
    let plan = agent.args(["lifecycle", "plan", "--out", "plan.json"]);
    let output = plan.run().expect_code(0);
    let plan = steady(&output.stdout, &account);
    insta::assert_snapshot!("plan", plan);
    // It has changed nothing.
    assert_eq!(names(&account), ["anna", "carl", "dora", "eve"]);
    assert_eq!(tags(&account, "eve"), ["managed-by=rollcall"]);
    let file = std::fs::read_to_string(agent.home().join("plan.json")).unwrap();
    let file: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(file["account"], account.id());
    assert_eq!(file["desired"], "people.csv");
    for digest in ["desired_digest", "observed_digest"] {
        assert_eq!(file[digest].as_str().unwrap().len(), 64);
    }
    let mut eve = file["actions"].as_array().unwrap().iter();
    let eve = eve.find(|it| it["user"]["name"] == "eve").unwrap();
    assert!(eve["user"]["id"].is_string() && eve["action"]["quarantine"].is_object());
    // The document shows it as it is, and what is done by it.
    let apply = agent.args(["lifecycle", "apply", "plan.json", "--yes"]);
    let applied = steady(&apply.run().expect_code(0).stdout, &account);
    insta::assert_snapshot!("applied", applied);
    let document = include_str!("../../docs/lifecycle.md");
    assert!(document.contains(&plan) && document.contains(&applied));
}

#[test]
fn a_table_desires_users_and_its_sentinel_lets_others_be_removed() {
    let account = Account::strict();
    ours(&account, "eve");
    let agent = of_table(&account, &["anna"], "").args(["lifecycle", "plan"]);
    let without = agent.run().expect_code(0).stdout;
    assert!(without.contains("create in /rollcall/"), "{without}");
    assert!(
        without.contains("rollcall:sentinel") && !without.contains("quarantine"),
        "{without}"
    );
    put(
        &account,
        &serde_json::json!({ "UserName": { "S": "rollcall:sentinel" } }),
    );
    let with = agent.run().expect_code(0).stdout;
    assert!(
        with.contains("eve") && with.contains("quarantine"),
        "{with}"
    );
}

#[test]
fn without_a_lifecycle_in_the_configuration_nothing_is_planned() {
    let output = Agent::new()
        .args(["lifecycle", "plan"])
        .run()
        .expect_code(2);
    assert!(output.stderr.contains("[lifecycle]"), "{}", output.stderr);
}
