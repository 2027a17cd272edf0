//! Answers of 200 that are no answers: none may pass for a listing.

use aws_sdk_iam::operation::list_mfa_devices::ListMfaDevicesOutput;
use rollcall::aws::{Action, AwsError, AwsErrorClass, Endpoint};

use crate::support::block_on;
use crate::support::sim_aws::{Fault, SimAccount, SimAws, SimUser};

fn alice_with_two_tokens() -> SimAccount {
    let alice = SimUser::new("alice")
        .mfa("GAHT12345678")
        .mfa("GAHT87654321");
    SimAccount::new("210000000001").user(alice)
}

/// What the product's client reads of Alice's devices with each of these faults, in turn.
fn devices(faults: &[Fault]) -> Vec<Result<ListMfaDevicesOutput, AwsError>> {
    let sim = SimAws::start([alice_with_two_tokens()]);
    block_on(async {
        let client = sim.client().await;
        let mut answer = Vec::new();
        for fault in faults {
            sim.inject(fault.of("ListMFADevices").times(1));
            let sent = client.iam().list_mfa_devices().user_name("alice").send();
            let sent = sent.await;
            answer.push(sent.map_err(|error| {
                AwsError::of(Action::ListMfaDevices, &error, &Endpoint::default())
            }));
        }
        answer
    })
}

#[test]
fn an_answer_that_ends_anywhere_in_the_middle_is_malformed_and_never_a_shorter_listing() {
    let faults: Vec<Fault> = (0..600).map(Fault::TruncatedAt).collect();
    let mut whole = 0;
    for (length, answer) in devices(&faults).into_iter().enumerate() {
        match answer {
            Ok(answer) => {
                assert_eq!(answer.mfa_devices.len(), 2);
                whole += 1;
            }
            Err(error) => {
                assert_eq!(error.class, AwsErrorClass::Malformed, "{length}: {error}");
                assert_eq!(whole, 0, "{length}: {error}");
            }
        }
    }
    assert!((1..200).contains(&whole), "{whole}");
}

#[test]
fn a_page_of_a_proxy_an_empty_body_and_tags_that_do_not_match_are_malformed() {
    for (fault, message) in [
        (Fault::Html, "invalid root, expected ListMFADevicesResponse"),
        (Fault::EmptyBody, "no root element"),
        (
            Fault::MismatchedXml,
            "the answer is not whole: unexpected end of \"Nonsense\"",
        ),
    ] {
        let error = devices(&[fault]).remove(0).unwrap_err();
        assert_eq!(error.class, AwsErrorClass::Malformed, "{error}");
        assert!(error.message.contains(message), "{error}");
    }
}

/// Why the product checks answers itself. Should the SDK do it one day, that check can go.
#[test]
fn the_sdk_alone_takes_half_an_answer_for_a_whole_one() {
    let sim = SimAws::start([alice_with_two_tokens()]);
    sim.inject(Fault::TruncatedAt(230).of("ListMFADevices"));
    let iam = sim.iam();
    let answer = block_on(async { iam.list_mfa_devices().user_name("alice").send().await });
    let answer = answer.unwrap();
    assert_eq!((answer.mfa_devices.len(), answer.is_truncated), (1, false));
}
