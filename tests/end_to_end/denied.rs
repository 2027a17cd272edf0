//! A denied permission costs one fact, never a user, and never becomes a value.

use serde_json::{Value, json};

use rollcall::map::Dialect;

use super::accounts::{Planted, SMALL, TINY};
use super::common::{self, API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, Call, aws_error};
use crate::support::intake::Intake;
use crate::support::reply::Reply;

/// What a run in which one action was denied left.
struct Denied {
    sekoia: Vec<Value>,
    strict: Vec<Value>,
}

#[test]
fn without_list_mfa_devices_has_mfa_is_absent_and_never_false() {
    let sent = collect_without(
        "ListMFADevices",
        "mfa of 30 users (denied: iam:ListMFADevices)",
    );
    for event in sent.sekoia.iter().chain(&sent.strict) {
        assert_eq!(event["user"].get("has_mfa"), None, "{event:#}");
        assert!(event["user"]["groups"].is_array(), "{event:#}");
    }
    for event in &sent.strict {
        assert_eq!(
            reason(event, "mfa"),
            json!(["denied", "iam:ListMFADevices"])
        );
        assert_eq!(event["unmapped"]["aws_iam"].get("mfa_devices"), None);
    }
}

#[test]
fn without_list_groups_for_user_groups_are_absent_and_the_type_unknown() {
    let sent = collect_without(
        "ListGroupsForUser",
        "groups of 30 users (denied: iam:ListGroupsForUser)",
    );
    for event in &sent.sekoia {
        let user = &event["user"];
        assert_eq!(
            (user.get("groups"), user.get("type"), user.get("type_id")),
            (None, None, None)
        );
        assert!(user["has_mfa"].is_boolean(), "{event:#}");
    }
    for event in &sent.strict {
        assert_eq!(
            reason(event, "groups"),
            json!(["denied", "iam:ListGroupsForUser"])
        );
        assert_eq!(event["user"].get("groups"), None);
        assert_eq!(
            (&event["user"]["type"], &event["user"]["type_id"]),
            (&json!("Unknown"), &json!(0))
        );
    }
}

#[test]
fn without_list_attached_group_policies_no_user_is_called_a_plain_user() {
    let sent = collect_without(
        "ListAttachedGroupPolicies",
        "groups.attached_policies of 27 users (denied: iam:ListAttachedGroupPolicies)",
    );
    for event in &sent.sekoia {
        let user = &event["user"];
        let groups = user["groups"].as_array().expect("groups");
        assert!(
            groups.iter().all(|group| group.get("privileges").is_none()),
            "{event:#}"
        );
        // Of somebody in no group, everything is known.
        let r#type = groups.is_empty().then(|| json!("User"));
        assert_eq!(user.get("type"), r#type.as_ref(), "{event:#}");
    }
    for event in &sent.strict {
        let groups = event["user"]["groups"].as_array().expect("groups");
        let r#type = if groups.is_empty() { "User" } else { "Unknown" };
        assert_eq!(event["user"]["type"], r#type, "{event:#}");
        let denied = json!(["denied", "iam:ListAttachedGroupPolicies"]);
        let expected = if groups.is_empty() {
            Value::Null
        } else {
            denied
        };
        assert_eq!(reason(event, "groups.attached_policies"), expected);
    }
}

#[test]
fn dry_run_without_a_permission_says_so_and_ends_as_partial() {
    let proxy = AwsProxy::start(&TINY.account, |call| denied(call, "ListMFADevices"));
    let agent = Agent::new()
        .config("[aws]\nstrategy = \"per-user\"\n")
        .account(&TINY.account)
        .env("AWS_ENDPOINT_URL", &proxy.url());
    let output = agent.args(["collect", "--dry-run"]).run().expect_code(4);
    common::assert_each_once(
        &TINY.users,
        &common::valid_lines(Dialect::Ocsf, &output.stdout),
    );
    assert!(
        output.stderr.contains("denied: iam:ListMFADevices"),
        "{}",
        output.stderr
    );
}

/// Collects with `action` denied: everybody arrives in both dialects, exit code 4, and the
/// summary says `unknown`.
#[track_caller]
fn collect_without(action: &'static str, unknown: &str) -> Denied {
    let Planted { account, users } = &*SMALL;
    let proxy = AwsProxy::start(account, move |call| denied(call, action));
    let intake = Intake::start();
    let file = "\n[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";
    let agent = Agent::new()
        .config(&format!("{}{file}", sekoia_config(&intake, "")))
        .account(account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY);
    let output = agent.arg("collect").run().expect_code(4);
    assert!(output.stderr.contains(unknown), "{}", output.stderr);
    assert!(proxy.count(action) > 0, "{action} was never called");
    let sent = Denied {
        sekoia: intake.events(),
        strict: common::valid_file(Dialect::Ocsf, &agent.home().join("events.ndjson")),
    };
    common::assert_valid(Dialect::Sekoia, &sent.sekoia);
    common::assert_each_once(users, &sent.sekoia);
    common::assert_each_once(users, &sent.strict);
    sent
}

fn denied(call: &Call, action: &str) -> Option<Reply> {
    (call.action() == action).then(|| aws_error(403, "AccessDenied"))
}

/// Reason and detail with which a strict event names an unknown fact; null if it names none.
fn reason(event: &Value, fact: &str) -> Value {
    let unknown = event["unmapped"]["aws_iam"]["unknown"]
        .as_array()
        .expect("unknown facts");
    let named = unknown.iter().find(|unknown| unknown["fact"] == fact);
    named.map_or(Value::Null, |unknown| {
        json!([unknown["reason"], unknown["detail"]])
    })
}
