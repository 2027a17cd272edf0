//! One run per account at a time. moto's conditions hold for writes one after the other; that they
//! are atomic is DynamoDB's part.

use rollcall::lifecycle::ActionError;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::common::{agent, executor_of, left, plant};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;

const PLACE: &str = "table = \"people\"";

/// An account with an empty table of desired users.
fn account_with_table() -> Account {
    let account = Account::strict();
    let input = json!({
        "TableName": "people", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "UserName", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "UserName", "AttributeType": "S" }],
    });
    block_on(account.dynamodb("CreateTable", &input));
    account
}

/// Another run's lease, which ends so many minutes from now.
fn lease_of_another(account: &Account, minutes: i64) {
    let until = OffsetDateTime::now_utc().unix_timestamp() + minutes * 60;
    let input = json!({ "TableName": "people", "Item": {
        "UserName": { "S": format!("rollcall:lease:{}", account.id()) },
        "holder": { "S": "another" }, "until": { "N": until.to_string() },
    }});
    block_on(account.dynamodb("PutItem", &input));
}

/// The lease of a run that died has lapsed.
pub(super) fn age_lease(account: &Account) {
    let key = json!({ "UserName": { "S": format!("rollcall:lease:{}", account.id()) } });
    let input = json!({ "TableName": "people", "Key": key });
    block_on(account.dynamodb("DeleteItem", &input));
}

fn items(account: &Account) -> Value {
    let input = json!({ "TableName": "people" });
    block_on(account.dynamodb("Scan", &input))["Items"].clone()
}

#[test]
fn a_second_run_elsewhere_waits_until_the_first_has_ended() {
    let account = account_with_table();
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    block_on(async {
        let first = executor_of(&account, account.url(), here.path(), PLACE).await;
        let second = executor_of(&account, account.url(), there.path(), PLACE).await;
        first.take_lease().await.unwrap();
        let held = second.take_lease().await.unwrap_err();
        assert!(matches!(held, ActionError::Lease(_)), "{held}");
        // What it does not have it does not give back.
        second.release().await;
        assert!(second.take_lease().await.is_err());
        first.release().await;
        second.take_lease().await.unwrap();
        second.release().await;
    });
    assert_eq!(items(&account), json!([]));
}

#[test]
fn the_lease_of_a_run_that_died_lapses_once_no_clock_takes_it_for_valid() {
    for (minutes, is_taken) in [(5, false), (-5, false), (-16, true)] {
        let account = account_with_table();
        lease_of_another(&account, minutes);
        let home = tempfile::tempdir().unwrap();
        let taken = block_on(async {
            let executor = executor_of(&account, account.url(), home.path(), PLACE).await;
            executor.take_lease().await
        });
        assert_eq!(taken.is_ok(), is_taken, "{minutes}: {taken:?}");
    }
}

#[test]
fn a_deletion_beside_a_run_says_so_and_changes_nothing() {
    let account = account_with_table();
    lease_of_another(&account, 5);
    let id = plant(&account, "anna");
    let agent: Agent = agent(&account, "");
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let agent = agent.config(&config.replace("file = \"people.toml\"", PLACE));
    let delete = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    let output = delete.run().expect_code(7);
    assert!(
        output.stderr.contains("another run changes users"),
        "{}",
        output.stderr
    );
    assert_eq!(left(&account, "anna"), ["user", "device", "parameter"]);
}

#[test]
fn a_run_beside_another_says_so_and_changes_nothing() {
    let account = account_with_table();
    lease_of_another(&account, 5);
    let proxy = AwsProxy::transparent(&account);
    let agent: Agent = agent(&account, "");
    let config = std::fs::read_to_string(agent.home().join("config.toml")).unwrap();
    let agent = agent.config(&config.replace("file = \"people.toml\"", PLACE));
    let run = agent
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .args(["lifecycle", "run", "--once"]);
    let output = run.run().expect_code(7);
    assert!(
        output.stderr.contains("another run changes users"),
        "{}",
        output.stderr
    );
    assert_eq!(proxy.calls().len(), 2);
}
