//! A fact that cannot be read for a while: neither lost nor hidden.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::accounts::plant;
use super::common::{API_KEY, names, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::intake::Intake;

#[test]
fn mfa_that_is_denied_for_a_pass_is_not_sent_as_lost_and_a_real_loss_still_shows() {
    let planted = plant(9);
    let is_denied = Arc::new(AtomicBool::new(false));
    let denied = Arc::clone(&is_denied);
    let proxy = AwsProxy::start(&planted.account, move |call| {
        let answer = call.action() == "ListMFADevices" && denied.load(Ordering::Relaxed);
        answer.then(|| aws_error(403, "AccessDenied"))
    });
    let intake = Intake::start();
    let collect = Agent::new()
        .config(&sekoia_config(&intake, ""))
        .account(&planted.account)
        .env("AWS_ENDPOINT_URL", &proxy.url())
        .env("SEKOIA_API_KEY", API_KEY)
        .arg("collect");
    collect.run().expect_code(0);
    assert_eq!(intake.events().len(), 9);

    is_denied.store(true, Ordering::Relaxed);
    collect.run().expect_code(4);
    assert_eq!(intake.events().len(), 9, "unknown was sent as a change");

    let with_mfa = planted.users.iter().find(|(_, user)| user.has_mfa);
    let (name, _) = with_mfa.expect("a user with MFA");
    lose_mfa(&planted.account, name);
    collect.run().expect_code(4);
    assert_eq!(intake.events().len(), 9, "nobody could know");

    is_denied.store(false, Ordering::Relaxed);
    collect.run().expect_code(0);
    let events = intake.events().split_off(9);
    assert_eq!(names(&events).keys().collect::<Vec<_>>(), [name]);
    assert_eq!(events[0]["user"]["has_mfa"], false);
}

fn lose_mfa(account: &crate::support::moto::Account, user: &str) {
    let iam = account.iam();
    let devices = block_on(iam.list_mfa_devices().user_name(user).send()).expect("devices");
    for device in devices.mfa_devices() {
        let deactivate = iam.deactivate_mfa_device().user_name(user);
        block_on(deactivate.serial_number(device.serial_number()).send()).expect("deactivated");
    }
}
