use super::*;
use crate::config::{AccessKeyLookup, Strategy};

const SUMMARY: AccountSummary = AccountSummary {
    users: 5_000,
    roles: 0,
    policies: 0,
    groups: 300,
    mfa_devices_in_use: 4_100,
    virtual_mfa_devices: 4_100,
    has_root_mfa: None,
};

fn predict(settings: &AwsSettings, denied: &[Action]) -> Prediction {
    Prediction::of(&CallPlan::of(settings), Some(&SUMMARY), denied)
}

fn by(strategy: Strategy) -> AwsSettings {
    AwsSettings {
        strategy,
        ..AwsSettings::default()
    }
}

#[test]
fn the_largest_account_takes_twenty_one_calls_in_bulk_and_two_a_user_without() {
    let total = |settings: &AwsSettings| predict(settings, &[]).calls.values().sum::<u64>();
    assert_eq!(total(&AwsSettings::default()), 21);
    let per_user = by(Strategy::PerUser);
    assert_eq!(total(&per_user), 2 + 5 + 5_000 + 300 + 5_000);
}

#[test]
fn a_denied_permission_moves_its_facts_to_other_calls_or_to_the_missing() {
    let denied = [
        Action::GetAccountAuthorizationDetails,
        Action::ListGroupsForUser,
    ];
    let prediction = predict(&AwsSettings::default(), &denied);
    assert_eq!(prediction.calls[&Action::ListGroupsForUser], 1);
    let of_groups = Action::ListAttachedGroupPolicies;
    assert_eq!(prediction.calls.get(&of_groups), None);
    let missing: Vec<_> = prediction.missing.iter().map(|(fact, _)| *fact).collect();
    assert_eq!(missing, ["policies and tags of users", "groups"]);
}

#[test]
fn what_is_missing_follows_from_the_plan_and_the_denials() {
    use Action::{
        GetAccountAuthorizationDetails, GetCredentialReport, ListMfaDevices, ListUsers,
        ListVirtualMfaDevices,
    };
    let details = GetAccountAuthorizationDetails;
    let with_ids = AwsSettings {
        access_keys: AccessKeyLookup::Ids,
        ..AwsSettings::default()
    };
    let cases: [(AwsSettings, &[Action], &[&str]); 12] = [
        (by(Strategy::Auto), &[], &[]),
        (by(Strategy::Auto), &[ListMfaDevices], &[]),
        (by(Strategy::Auto), &[ListVirtualMfaDevices], &[]),
        (
            by(Strategy::Auto),
            &[ListMfaDevices, GetCredentialReport],
            &[
                "MFA that is not virtual",
                "passwords, access keys and certificates",
            ],
        ),
        (by(Strategy::Auto), &[ListUsers], &[]),
        (
            by(Strategy::Auto),
            &[ListUsers, details],
            &["everything", "everything"],
        ),
        (
            by(Strategy::Bulk),
            &[details],
            &["policies and tags of users", "groups"],
        ),
        (
            by(Strategy::Bulk),
            &[GetCredentialReport],
            &[
                "MFA that is not virtual",
                "passwords, access keys and certificates",
            ],
        ),
        (by(Strategy::PerUser), &[ListMfaDevices], &["MFA"]),
        (
            with_ids.clone(),
            &[GetCredentialReport, Action::ListAccessKeys],
            &["passwords and certificates", "access key ids"],
        ),
        (
            with_ids,
            &[
                Action::ListServiceSpecificCredentials,
                Action::ListSshPublicKeys,
            ],
            &["service-specific credentials", "SSH public keys"],
        ),
        (
            by(Strategy::PerUser),
            &[Action::ListServiceSpecificCredentials],
            &[],
        ),
    ];
    for (settings, denied, expected) in cases {
        let missing = predict(&settings, denied).missing.into_iter();
        let missing: Vec<&str> = missing.map(|(fact, _)| fact).collect();
        assert_eq!(missing, expected, "{:?} {denied:?}", settings.strategy);
    }
}

#[test]
fn duration_follows_the_rate_or_the_latency_whichever_is_slower() {
    let mut settings = by(Strategy::PerUser);
    let prediction = predict(&settings, &[]);
    assert_eq!(prediction.duration(&settings), Duration::from_secs(499));
    settings.requests_per_second = settings
        .requests_per_second
        .saturating_mul(std::num::NonZeroU32::new(1_000).unwrap());
    assert_eq!(
        prediction.duration(&settings),
        Duration::from_millis(62_500)
    );
}
