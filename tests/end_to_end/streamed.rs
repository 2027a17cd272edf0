//! Users are on their way while others are still being read.

use super::accounts::LARGE;
use super::common::{API_KEY, sekoia_config};
use crate::support::agent::Agent;
use crate::support::aws_proxy::AwsProxy;
use crate::support::intake::Intake;

#[test]
fn first_batch_is_sent_long_before_the_last_user_is_read() {
    let proxy = AwsProxy::transparent(&LARGE.account);
    let intake = Intake::start();
    let config = sekoia_config(&intake, "").replace("= 1000", "= 40");
    let agent = Agent::new().config(&config).account(&LARGE.account);
    let agent = agent.env("AWS_ENDPOINT_URL", &proxy.url());
    let agent = agent.env("SEKOIA_API_KEY", API_KEY).arg("collect");
    agent.run().expect_code(0);

    assert_eq!(intake.users().len(), 253);
    // How many are read before the first batch depends on the machine; that others are not, does not.
    let first_post = intake.posts()[0].at;
    let reads: Vec<bool> = proxy
        .calls()
        .iter()
        .filter(|call| call.action() == "ListMFADevices")
        .map(|call| call.at < first_post)
        .collect();
    assert_eq!(reads.len(), 253);
    let before = reads.iter().filter(|before| **before).count();
    assert!(
        before <= 203,
        "{before} of 253 users were read before the first post"
    );
}
