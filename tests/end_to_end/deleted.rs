//! Users who are gone: reported when it is proven, and not before.

use serde_json::{Value, json};

use super::accounts::{Planted, plant};
use super::common::{self, API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::intake::Intake;
use rollcall::map::Dialect;

const FILE_SINK: &str = "\n[[sinks]]\ntype = \"ndjson\"\npath = \"events.ndjson\"\n";

fn agent(planted: &Planted, intake: &Intake) -> Agent {
    Agent::new()
        .config(&format!("{}{FILE_SINK}", sekoia_config(intake, "")))
        .account(&planted.account)
        .env("SEKOIA_API_KEY", API_KEY)
        .arg("collect")
}

/// Takes everything from the users and deletes them.
fn delete<'a>(planted: &Planted, names: impl IntoIterator<Item = &'a str>) {
    let iam = planted.account.iam();
    for name in names {
        for group in &planted.users[name].groups {
            let leave = iam.remove_user_from_group().user_name(name);
            block_on(leave.group_name(group).send()).expect("left");
        }
        let devices = block_on(iam.list_mfa_devices().user_name(name).send()).expect("devices");
        for device in devices.mfa_devices() {
            let deactivate = iam.deactivate_mfa_device().user_name(name);
            block_on(deactivate.serial_number(device.serial_number()).send()).expect("off");
        }
        block_on(iam.delete_user().user_name(name).send()).expect("deleted");
    }
}

fn first_names(planted: &Planted, count: usize) -> Vec<&str> {
    planted
        .users
        .keys()
        .take(count)
        .map(String::as_str)
        .collect()
}

fn deletions(events: &[Value]) -> usize {
    let login = json!([{"name": "login", "value": "infos", "data": {"is_enabled": false}}]);
    events
        .iter()
        .filter(|event| event["enrichments"] == login)
        .count()
}

#[test]
fn a_deletion_is_sent_once_in_both_dialects_with_the_user_as_last_known() {
    let planted = plant(9);
    let intake = Intake::start();
    let agent = agent(&planted, &intake);
    agent.run().expect_code(0);
    let name = first_names(&planted, 1)[0];
    delete(&planted, [name]);
    let output = agent.run().expect_code(0);
    assert!(output.stderr.contains("deleted"), "{}", output.stderr);
    agent.run().expect_code(0);

    let sent = intake.events().split_off(9);
    common::assert_valid(Dialect::Sekoia, &sent);
    assert_eq!((sent.len(), deletions(&sent)), (1, 1), "{sent:#?}");
    assert_eq!(sent[0]["user"]["name"], name);
    let strict = common::valid_file(Dialect::Ocsf, &agent.home().join("events.ndjson"));
    let strict = &strict[9..];
    assert_eq!(strict.len(), 1);
    assert_eq!(strict[0]["type_uid"], 300_106);
    let uid = planted.users[name].arn.as_str();
    assert_eq!(strict[0]["user"]["uid"], uid);
    assert_eq!(strict[0]["user"]["has_mfa"], planted.users[name].has_mfa);
}

#[test]
fn mass_disappearance_is_held_back_until_it_is_accepted() {
    let planted = plant(12);
    let intake = Intake::start();
    let agent = agent(&planted, &intake);
    agent.run().expect_code(0);
    delete(&planted, first_names(&planted, 6));
    let output = agent.run().expect_code(4);
    assert!(
        output.stderr.contains("--accept-deletions"),
        "{}",
        output.stderr
    );
    assert_eq!(intake.events().len(), 12);
    agent.arg("--accept-deletions").run().expect_code(0);
    assert_eq!(deletions(&intake.events()), 6);
}

#[test]
fn a_user_deleted_while_it_is_read_is_reported_once_get_user_confirms_it() {
    let planted = plant(9);
    let intake = Intake::start();
    let agent = agent(&planted, &intake);
    agent.run().expect_code(0);
    let gone = first_names(&planted, 1)[0].to_owned();
    let proxy = AwsProxy::start(&planted.account, move |call| {
        let is_gone = call.parameter("UserName") == Some(&gone);
        is_gone.then(|| aws_error(404, "NoSuchEntity"))
    });
    let proxied = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    proxied.run().expect_code(0);
    assert_eq!(
        (deletions(&intake.events()), proxy.count("GetUser")),
        (1, 1)
    );
}

#[test]
fn a_user_that_get_user_still_finds_is_not_reported_as_deleted() {
    let planted = plant(9);
    let intake = Intake::start();
    let agent = agent(&planted, &intake);
    agent.run().expect_code(0);
    let hidden = first_names(&planted, 1)[0].to_owned();
    let proxy = AwsProxy::start(&planted.account, move |call| {
        let is_hidden = call.parameter("UserName") == Some(&hidden) && call.action() != "GetUser";
        is_hidden.then(|| aws_error(404, "NoSuchEntity"))
    });
    agent
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .run()
        .expect_code(0);
    assert_eq!(
        (deletions(&intake.events()), proxy.count("GetUser")),
        (0, 1)
    );
}

#[test]
fn no_deletion_is_reported_until_a_complete_inventory_proves_it() {
    let planted = plant(9);
    let intake = Intake::start();
    let agent = agent(&planted, &intake);
    agent.run().expect_code(0);
    let proxy = AwsProxy::start(&planted.account, |call| {
        (call.action() == "GetAccountSummary").then(|| aws_error(403, "AccessDenied"))
    });
    delete(&planted, first_names(&planted, 1));
    agent
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .run()
        .expect_code(0);
    assert_eq!(deletions(&intake.events()), 0);
}
