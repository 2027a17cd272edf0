//! Whom a question is about: by name, ARN or id, in one account or in several.

use serde_json::Value;

use super::{SMALL, agent, ask, id_of};
use crate::support::agent::Agent;
use crate::support::moto::Account;
use crate::support::seed::{Mfa, Seed};

#[test]
fn a_user_is_found_by_name_in_any_case_arn_id_and_id_with_name() {
    let (id, account) = (id_of(&SMALL, "Anna"), SMALL.id());
    let arn = format!("arn:aws:iam::{account}:user/Anna");
    let names = [
        "Anna",
        "aNNa",
        &arn,
        &id,
        &format!("{id}:Anna"),
        &format!("{id}:former-name"),
    ];
    for name in names {
        let answer = ask(&agent(&SMALL), &format!("users get {name} --output json"));
        let answer = answer.expect_code(0);
        let found: Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(found["users"][0]["id"], id.as_str(), "{name}");
        let is_respelled = answer.stderr.contains("aNNa is spelled Anna");
        assert_eq!(is_respelled, name == "aNNa", "{}", answer.stderr);
    }
}

#[test]
fn nobody_of_that_name_is_exit_code_7_and_nothing_on_standard_output() {
    let id = id_of(&SMALL, "bob");
    let account = SMALL.id();
    let gone = format!("arn:aws:iam::{account}:user/other/Anna");
    for question in [
        "users get nobody".to_owned(),
        "users get AIDAEXAMPLENOBODY0001".to_owned(),
        // The name is of another user by now.
        "users get AIDAEXAMPLEFORMER0001:Anna".to_owned(),
        format!("users get {gone}"),
        format!("groups get {id}"),
        "groups members nobody".to_owned(),
    ] {
        let answer = ask(&agent(&SMALL), &question).expect_code(7);
        assert_eq!(answer.stdout, "", "{question}");
        assert!(answer.stderr.contains("there is no "), "{}", answer.stderr);
    }
}

#[test]
fn an_empty_name_is_never_sent() {
    let answer = agent(&SMALL)
        .args(["users", "get", ""])
        .run()
        .expect_code(2);
    assert!(answer.stderr.contains("it is empty"), "{}", answer.stderr);
}

/// Two accounts with a user anna each, read by roles.
fn two_accounts() -> (Agent, [String; 2]) {
    let first = Account::new();
    let second = Account::new();
    for account in [&first, &second] {
        Seed::new().user("anna", &[], Mfa::None).plant(account);
    }
    let ids = [first.id().to_owned(), second.id().to_owned()];
    let accounts = ids.each_ref().map(|id| {
        format!("[[aws.accounts]]\nid = \"{id}\"\nrole_arn = \"arn:aws:iam::{id}:role/read\"\n")
    });
    let agent = Agent::new().config(&accounts.concat()).account(&first);
    (agent, ids)
}

#[test]
fn a_name_of_several_accounts_is_listed_and_account_chooses() {
    let (agent, [first, second]) = two_accounts();
    let several = ask(&agent, "users get ANNA").expect_code(2);
    for id in [&first, &second] {
        let arn = format!("arn:aws:iam::{id}:user/anna");
        assert!(several.stderr.contains(&arn), "{}", several.stderr);
    }
    let chosen = ask(&agent, &format!("users get anna --account {second}")).expect_code(0);
    assert!(chosen.stdout.contains(&second), "{}", chosen.stdout);
    let by_arn = ask(
        &agent,
        &format!("users get arn:aws:iam::{second}:user/anna"),
    );
    assert!(by_arn.expect_code(0).stdout.contains(&second));
    let listed = ask(&agent, "users list --output csv").expect_code(0);
    assert_eq!(listed.stdout.lines().count(), 3, "{}", listed.stdout);
}
