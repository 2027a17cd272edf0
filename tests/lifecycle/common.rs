//! The agent with a `[lifecycle]`, and what is left in its account.

use std::path::Path;

use aws_credential_types::Credentials;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::types::AccessKeyMetadata;
use rollcall::aws::AwsClient;
use rollcall::config::{AwsSettings, LifecycleSettings};
use rollcall::lifecycle::{Executor, NewUser, UserRef};
use serde_json::{Value, json};

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;

/// One of AWS's, which every account has.
pub(super) const BOUNDARY: &str = "arn:aws:iam::aws:policy/PowerUserAccess";

/// An agent that may change users of `account`, as `more` of `[lifecycle]` says.
pub(super) fn agent(account: &Account, more: &str) -> Agent {
    let config = format!("[lifecycle]\nfile = \"people.toml\"\nboundary = \"{BOUNDARY}\"\n{more}");
    Agent::new().account(account).config(&config)
}

/// What carries out actions in `account`, reached at `url`, with its intents in `state_dir`.
pub(super) async fn executor(account: &Account, url: &str, state_dir: &Path) -> Executor {
    executor_of(account, url, state_dir, "file = \"people.toml\"").await
}

/// The same with desired users in this place.
pub(super) async fn executor_of(
    account: &Account,
    url: &str,
    state_dir: &Path,
    place: &str,
) -> Executor {
    let text = format!("{place}\nboundary = \"{BOUNDARY}\"");
    let settings: LifecycleSettings = toml::from_str(&text).unwrap();
    let aws = AwsSettings {
        endpoint_url: Some(url.to_owned()),
        region: Some("us-east-1".to_owned()),
        ..AwsSettings::default()
    };
    let key = Credentials::new(account.access_key_id(), "testing", None, None, "tests");
    let client = AwsClient::connect_as(&aws, key).await;
    Executor::new(client, settings, state_dir).await.unwrap()
}

/// Creates a user of ours.
pub(super) fn created(account: &Account, name: &str) -> UserRef {
    let home = tempfile::tempdir().unwrap();
    let user = NewUser {
        name,
        path: "/rollcall/",
        boundary: BOUNDARY,
        tags: &[],
    };
    block_on(async {
        let executor = executor(account, account.url(), home.path()).await;
        executor.create(&user).await.unwrap()
    })
}

/// AccessKeyIds of the keys of `name` and whether they are active, in the order of their making.
pub(super) fn keys(account: &Account, name: &str) -> Vec<(String, bool)> {
    let list = account.iam().list_access_keys().user_name(name);
    let keys = block_on(list.send()).unwrap().access_key_metadata;
    let key = |it: AccessKeyMetadata| {
        (
            it.access_key_id.unwrap(),
            it.status.unwrap().as_str() == "Active",
        )
    };
    keys.into_iter().map(key).collect()
}

/// What the parameter of `name` holds.
pub(super) fn stored(account: &Account, name: &str) -> Value {
    let input = json!({ "Name": format!("/rollcall/keys/{name}"), "WithDecryption": true });
    let answer = block_on(account.ssm("GetParameter", &input));
    let value = answer["Parameter"]["Value"].as_str().expect("a parameter");
    serde_json::from_str(value).unwrap()
}

/// A user `name` with one of each thing, and a parameter with its secret; its UserId.
pub(super) fn plant(account: &Account, name: &str) -> String {
    let id = owner::with(account, name, &owner::NINE);
    parameter(account, name, &id);
    id
}

/// Stores something as the secret of the user `name` with this UserId.
pub(super) fn parameter(account: &Account, name: &str, id: &str) {
    let input = json!({
        "Name": format!("/rollcall/keys/{name}"), "Value": "x", "Type": "SecureString",
        "Tags": [{ "Key": "managed-by", "Value": "rollcall" },
                 { "Key": "rollcall:user-id", "Value": id }],
    });
    let put = block_on(account.ssm("PutParameter", &input));
    assert_eq!(put["Version"], 1, "{put}");
}

/// What is left of the user `name`, in words.
pub(super) fn left(account: &Account, name: &str) -> Vec<&'static str> {
    let mut left = Vec::new();
    let client = account.iam();
    match block_on(client.get_user().user_name(name).send()) {
        Ok(_) => left.push("user"),
        Err(error) => assert_eq!(error.code(), Some("NoSuchEntity")),
    }
    let devices = block_on(client.list_virtual_mfa_devices().send()).unwrap();
    if !devices.virtual_mfa_devices.is_empty() {
        left.push("device");
    }
    let input = json!({ "Name": format!("/rollcall/keys/{name}") });
    if block_on(account.ssm("GetParameter", &input))["Parameter"].is_object() {
        left.push("parameter");
    }
    left
}
