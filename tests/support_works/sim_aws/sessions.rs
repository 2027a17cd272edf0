//! Who calls, and sessions in other accounts.

use aws_credential_types::Credentials;
use aws_sdk_iam::error::ProvideErrorMetadata;

use crate::support::block_on;
use crate::support::sim_aws::{Denial, Fault, SimAccount, SimAws, SimUser, any_credentials};

#[test]
fn a_session_of_a_role_sees_the_account_of_the_role() {
    let first = SimAccount::new("210000000001").user(SimUser::new("here"));
    let second = SimAccount::new("210000000002").user(SimUser::new("there"));
    let sim = SimAws::start([first, second]);
    block_on(async {
        let sts = sim.sts_as(any_credentials());
        let caller = sts.get_caller_identity().send().await.unwrap();
        assert_eq!(
            caller.arn.as_deref(),
            Some("arn:aws:iam::210000000001:user/collector")
        );
        let credentials = assume(&sts, "arn:aws:iam::210000000002:role/path/Auditor").await;
        let credentials = credentials.unwrap();
        let caller = sim
            .sts_as(credentials.clone())
            .get_caller_identity()
            .send()
            .await
            .unwrap();
        let arn = "arn:aws:sts::210000000002:assumed-role/Auditor/tests";
        assert_eq!(caller.account.as_deref(), Some("210000000002"));
        assert_eq!(caller.arn.as_deref(), Some(arn));
        let iam = sim.iam_as(credentials);
        let users = iam.list_users().send().await.unwrap().users;
        assert_eq!(users[0].arn, "arn:aws:iam::210000000002:user/there");
        sim.inject(Fault::Denied(Denial::NothingAllows).of("ListUsers"));
        let denied = iam.list_users().send().await.unwrap_err();
        assert!(
            denied
                .message()
                .unwrap()
                .starts_with(&format!("User: {arn} is not"))
        );
    });
}

#[test]
fn a_role_of_no_account_is_denied_and_a_key_of_none_is_invalid() {
    let sim = SimAws::start([SimAccount::new("210000000001")]);
    block_on(async {
        let sts = sim.sts_as(any_credentials());
        let denied = assume(&sts, "arn:aws:iam::210000000009:role/Auditor").await;
        assert_eq!(denied.unwrap_err().as_deref(), Some("AccessDenied"));
        let stray = Credentials::new("ASIA210000000009SIMA", "secret", None, None, "tests");
        let invalid = sim.iam_as(stray).list_users().send().await.unwrap_err();
        assert_eq!(invalid.code(), Some("InvalidClientTokenId"));
    });
}

#[test]
fn a_role_asks_for_its_external_id_and_a_chained_session_lasts_an_hour_at_most() {
    let mut second = SimAccount::new("210000000002");
    second.external_id = Some("tenant-7".to_owned());
    let sim = SimAws::start([SimAccount::new("210000000001"), second]);
    block_on(async {
        let sts = sim.sts_as(any_credentials());
        let role = "arn:aws:iam::210000000002:role/Auditor";
        let denied = assume(&sts, role).await;
        assert_eq!(denied.unwrap_err().as_deref(), Some("AccessDenied"));
        let request = || sts.assume_role().role_arn(role).role_session_name("tests");
        let wrong = request().external_id("tenant-8").send().await.unwrap_err();
        assert_eq!(wrong.code(), Some("AccessDenied"));
        let right = request().external_id("tenant-7").duration_seconds(7_200);
        right.send().await.unwrap();
        let hub = assume(&sts, "arn:aws:iam::210000000001:role/Hub").await;
        let chained = sim.sts_as(hub.unwrap()).assume_role().role_arn(role);
        let chained = chained.role_session_name("tests").external_id("tenant-7");
        let long = chained.duration_seconds(7_200).send().await.unwrap_err();
        assert_eq!(long.code(), Some("ValidationError"));
    });
}

/// The credentials of a session, or AWS's error code.
async fn assume(sts: &aws_sdk_sts::Client, role: &str) -> Result<Credentials, Option<String>> {
    let request = sts.assume_role().role_arn(role).role_session_name("tests");
    let answer = request.send().await;
    let answer = answer.map_err(|error| error.code().map(str::to_owned))?;
    let answer = answer.credentials.unwrap();
    Ok(Credentials::new(
        answer.access_key_id,
        answer.secret_access_key,
        Some(answer.session_token),
        None,
        "tests",
    ))
}
