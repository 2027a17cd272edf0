//! Sessions that take the place of others in the middle of a pass, and what AWS says about them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use rollcall::aws::{Action, AwsClient, AwsErrorClass};
use rollcall::config::Role;
use rollcall::model::Arn;

use super::credential_places::{agent, ends, sim, with_profiles};
use crate::support::block_on;
use crate::support::sim_aws::Fault;

const FIRST: &str = "ASIAFIRSTFIRSTFIRST1";
const SECOND: &str = "ASIASECONDSECONDSEC2";
/// The key of the role's sessions in the simulated account.
const OF_ROLE: &str = "ASIA210000000001SIMA";

/// A session, and then another one; counts how often it is asked.
#[derive(Debug, Clone, Default)]
struct Sessions(Arc<AtomicUsize>);

impl Sessions {
    fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl ProvideCredentials for Sessions {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => FIRST,
            _ => SECOND,
        };
        let end = Some(SystemTime::now() + Duration::from_secs(3600));
        let session = Credentials::new(key, "s3cr3t", None, end, "tests");
        future::ProvideCredentials::ready(Ok(session))
    }
}

fn reader() -> Role {
    Role {
        arn: Arn::parse("arn:aws:iam::210000000001:role/reader").expect("an ARN"),
        external_id: None,
        session_name: "rollcall".to_owned(),
        duration: None,
    }
}

async fn devices(client: &AwsClient) -> Result<(), AwsErrorClass> {
    let devices = || client.iam().list_mfa_devices().user_name("ann").send();
    let answer = client.call(Action::ListMfaDevices, devices).await;
    answer.map(drop).map_err(|error| error.class)
}

#[test]
fn a_renewed_session_that_aws_does_not_know_yet_is_used_again() {
    let (sim, sessions) = (sim(), Sessions::default());
    sim.inject(Fault::ExpiredToken.of("ListMFADevices").signed_with(FIRST));
    let unknown = Fault::InvalidClientTokenId.of_all();
    sim.inject(unknown.signed_with(SECOND).times(2));
    let answer = block_on(async {
        let client = AwsClient::connect_as(&sim.settings(), sessions.clone()).await;
        client.account().await.expect("an account");
        devices(&client).await
    });
    assert_eq!(answer, Ok(()));
    assert_eq!(sessions.asked(), 2);
}

#[test]
fn a_renewed_session_of_a_role_that_aws_does_not_know_yet_is_used_again() {
    let sim = sim();
    let over = Fault::ExpiredToken.of("ListMFADevices");
    sim.inject(over.signed_with(OF_ROLE).times(1));
    let unknown = Fault::InvalidClientTokenId.of("GetCallerIdentity");
    sim.inject(unknown.signed_with(OF_ROLE).sparing(1).times(2));
    let answer = block_on(async {
        let key = Credentials::new("AKIAKEYKEYKEYKEYKEY1", "s3cr3t", None, None, "tests");
        let parent = AwsClient::connect_as(&sim.settings(), key).await;
        let client = parent.as_role(reader());
        client.account().await.expect("an account");
        devices(&client).await
    });
    assert_eq!(answer, Ok(()));
    assert_eq!(sim.calls()["AssumeRole"], 2);
}

#[test]
fn a_session_of_a_role_that_is_over_is_renewed_without_the_one_that_assumes_the_role() {
    let (sim, sessions) = (sim(), Sessions::default());
    let over = Fault::ExpiredToken.of("GetCallerIdentity");
    sim.inject(over.signed_with(OF_ROLE).sparing(1).times(1));
    let over = Fault::ExpiredToken.of("ListMFADevices");
    sim.inject(over.signed_with(OF_ROLE).times(1));
    block_on(async {
        let parent = AwsClient::connect_as(&sim.settings(), sessions.clone()).await;
        let client = parent.as_role(reader());
        client.account().await.expect("an account");
        // Over when it is used, and the next one when it is asked whose it is.
        let over = Err(AwsErrorClass::ExpiredCredentials);
        assert_eq!(devices(&client).await, over);
        assert_eq!(devices(&client).await, Ok(()));
        assert_eq!(sessions.asked(), 1, "what assumes the role was renewed");
    });
}

#[test]
fn a_session_that_aws_does_not_know_yet_assumes_the_role_of_a_profile_a_little_later() {
    let sim = sim();
    let base = format!("ASIA{}", "B".repeat(16));
    let profiles = format!(
        "[profile base]\ncredential_process = echo '{{\"Version\":1,\"AccessKeyId\":\"{base}\",\
         \"SecretAccessKey\":\"s3cr3t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}}'\n\
         [profile p]\nrole_arn = arn:aws:iam::210000000001:role/reader\nsource_profile = base\n"
    );
    let unknown = Fault::InvalidClientTokenId.of("AssumeRole");
    sim.inject(unknown.signed_with(&base).times(2));
    let agent = with_profiles(&agent(&sim), &profiles).env("AWS_PROFILE", "p");
    ends(&agent, 0, &[]);
    assert_eq!(sim.calls()["AssumeRole"], 3);
}
