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
    let first_post = intake.posts()[0].at;
    let (mut before, mut after) = (0, 0);
    for call in proxy
        .calls()
        .iter()
        .filter(|call| call.action() == "ListMFADevices")
    {
        if call.at < first_post {
            before += 1
        } else {
            after += 1
        }
    }
    assert_eq!(before + after, 253);
    assert!(
        before >= 100 && after >= 50,
        "{before} users were read before the first post, {after} after it"
    );
}
