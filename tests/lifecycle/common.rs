//! The agent with a `[lifecycle]`, and what is left in its account.

use aws_sdk_iam::error::ProvideErrorMetadata;
use serde_json::json;

use crate::support::agent::Agent;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;

pub(super) const BOUNDARY: &str = "arn:aws:iam::111122223333:policy/edge";

/// An agent that may change users of `account`, as `more` of `[lifecycle]` says.
pub(super) fn agent(account: &Account, more: &str) -> Agent {
    let config = format!("[lifecycle]\nfile = \"people.toml\"\nboundary = \"{BOUNDARY}\"\n{more}");
    Agent::new().account(account).config(&config)
}

/// A user `name` with one of each thing, and a parameter with its secret; its UserId.
pub(super) fn plant(account: &Account, name: &str) -> String {
    let id = owner::with(account, name, &owner::NINE);
    let input = json!({
        "Name": format!("/rollcall/keys/{name}"), "Value": "x", "Type": "SecureString",
        "Tags": [{ "Key": "managed-by", "Value": "rollcall" },
                 { "Key": "rollcall:user-id", "Value": id }],
    });
    let put = block_on(account.ssm("PutParameter", &input));
    assert_eq!(put["Version"], 1, "{put}");
    id
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
