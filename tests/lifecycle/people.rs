//! Accounts with users of ours and of others, and states that desire some of them.

use aws_sdk_iam::types::{StatusType, Tag};
use serde_json::{Value, json};

use super::common::BOUNDARY;
use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;

/// The table of desired users.
pub(super) const TABLE: &str = "people";

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

/// A user of ours, a hundred days old; its UserId.
pub(super) fn ours(account: &Account, name: &str) -> String {
    block_on(async {
        let iam = account.iam();
        let create = iam.create_user().user_name(name).path("/rollcall/");
        let create = create.permissions_boundary(BOUNDARY);
        let created = create.tags(tag("managed-by", "rollcall")).send().await;
        let id = created.unwrap().user.unwrap().user_id;
        let age = iam.tag_user().user_name(name).tags(tag("test:aged", "100"));
        age.send().await.unwrap();
        id
    })
}

/// A key of the user, so many days old; its id.
pub(super) fn key(account: &Account, name: &str, days: u32) -> String {
    block_on(async {
        let iam = account.iam();
        let created = iam.create_access_key().user_name(name).send().await;
        let id = created.unwrap().access_key.unwrap().access_key_id;
        let age = StatusType::from(format!("Aged{days}").as_str());
        let update = iam.update_access_key().user_name(name).access_key_id(&id);
        update.status(age).send().await.unwrap();
        id
    })
}

/// Puts the user into quarantine, since then, with a key.
pub(super) fn quarantined(account: &Account, name: &str, since: &str) {
    let key = key(account, name, 40);
    block_on(async {
        let iam = account.iam();
        let update = iam.update_access_key().user_name(name).access_key_id(&key);
        update.status(StatusType::Inactive).send().await.unwrap();
        let mark = tag("rollcall:quarantined", &format!("{since} {key}"));
        iam.tag_user()
            .user_name(name)
            .tags(mark)
            .send()
            .await
            .unwrap();
    });
}

/// The tags of the user, as `key=value`.
pub(super) fn tags(account: &Account, name: &str) -> Vec<String> {
    let iam = account.iam();
    let listed = block_on(iam.list_user_tags().user_name(name).send()).unwrap();
    let tags = listed.tags.iter();
    let mut tags: Vec<_> = tags.map(|it| format!("{}={}", it.key, it.value)).collect();
    tags.sort();
    tags
}

/// The names of everybody.
pub(super) fn names(account: &Account) -> Vec<String> {
    let listed = block_on(account.iam().list_users().send()).unwrap();
    let mut names: Vec<_> = listed.users.into_iter().map(|it| it.user_name).collect();
    names.sort();
    names
}

/// An agent whose desired users stand in a file with this content.
pub(super) fn of_file(account: &Account, content: &str, more: &str) -> Agent {
    let config = format!("[lifecycle]\nfile = \"people.csv\"\nboundary = \"{BOUNDARY}\"\n{more}");
    let agent = Agent::new().account(account).config(&config);
    agent.file("people.csv", content)
}

/// An agent whose desired users stand in [`TABLE`], which has the items `UserName` = these.
pub(super) fn of_table(account: &Account, names: &[&str], more: &str) -> Agent {
    let key = json!({ "AttributeName": "UserName", "KeyType": "HASH" });
    let table = json!({
        "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST", "KeySchema": [key],
        "AttributeDefinitions": [{ "AttributeName": "UserName", "AttributeType": "S" }],
    });
    let made = block_on(account.dynamodb("CreateTable", &table));
    assert!(made["TableDescription"].is_object(), "{made}");
    for name in names {
        put(account, &json!({ "UserName": { "S": name } }));
    }
    let config = format!("[lifecycle]\ntable = \"{TABLE}\"\nboundary = \"{BOUNDARY}\"\n{more}");
    Agent::new().account(account).config(&config)
}

/// Has [`TABLE`] tell of changes.
pub(super) fn stream(account: &Account) {
    let update = json!({
        "TableName": TABLE,
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "KEYS_ONLY" },
    });
    let updated = block_on(account.dynamodb("UpdateTable", &update));
    assert!(
        updated["TableDescription"]["LatestStreamArn"].is_string(),
        "{updated}"
    );
}

/// Puts an item into [`TABLE`].
pub(super) fn put(account: &Account, item: &Value) {
    let input = json!({ "TableName": TABLE, "Item": item });
    let put = block_on(account.dynamodb("PutItem", &input));
    assert_eq!(put, json!({}));
}
