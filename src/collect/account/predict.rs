//! What a pass will cost, from the account's own counts and what is known to be denied.

use std::collections::BTreeMap;
use std::time::Duration;

use super::pages::PAGE_SIZE;
use super::summary::AccountSummary;
use crate::aws::Action;
use crate::config::{AccessKeyLookup, AwsSettings, MfaLookup, Strategy};

/// What a pass is expected to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Calls by action. Users whose MFA only ListMFADevices can tell come on top, and one call
    /// for each access key where ids are asked for. Pages of virtual devices are the most there
    /// can be: the summary counts devices of every kind.
    pub calls: BTreeMap<Action, u64>,
    /// Facts that will be missing, each with the permission it lacks.
    pub missing: Vec<(&'static str, Action)>,
}

/// Seconds that one call takes on its way, for calls that wait for one another.
const ROUND_TRIP: Duration = Duration::from_millis(100);

impl Prediction {
    /// The prediction for an account of `summary`'s size, in which `denied` was denied.
    pub fn of(settings: &AwsSettings, summary: &AccountSummary, denied: &[Action]) -> Self {
        let mut calls = BTreeMap::from([
            (Action::GetCallerIdentity, 1),
            (Action::GetAccountSummary, 1),
            (Action::ListUsers, pages(summary.users)),
        ]);
        let is_denied = |action| denied.contains(&action);
        let (users, mut missing) = (summary.users, Vec::new());
        let in_bulk = settings.strategy != Strategy::PerUser;
        let falls_back = settings.strategy != Strategy::Bulk;
        let has_details = in_bulk && !is_denied(Action::GetAccountAuthorizationDetails);
        if in_bulk {
            let details = if has_details {
                pages(users) + pages(summary.groups)
            } else {
                1
            };
            calls.insert(Action::GetAccountAuthorizationDetails, details);
            calls.insert(Action::GenerateCredentialReport, 1);
            if !is_denied(Action::GenerateCredentialReport) {
                calls.insert(Action::GetCredentialReport, 1);
            }
        }
        if !has_details && falls_back {
            calls.insert(Action::ListGroupsForUser, users);
            // Without groups of users, no group is known to ask about.
            if !is_denied(Action::ListGroupsForUser) {
                calls.insert(Action::ListAttachedGroupPolicies, summary.groups);
            }
        }
        if in_bulk && !has_details {
            missing.push((
                "policies and tags of users",
                Action::GetAccountAuthorizationDetails,
            ));
        }
        let reports = [
            Action::GenerateCredentialReport,
            Action::GetCredentialReport,
        ];
        let report_denied = reports.into_iter().find(|&action| is_denied(action));
        if let (true, Some(action)) = (in_bulk, report_denied) {
            missing.push(("passwords and access keys", action));
        }
        let is_live = !in_bulk || settings.mfa == MfaLookup::Live;
        if !is_live {
            calls.insert(
                Action::ListVirtualMfaDevices,
                pages(summary.mfa_devices_in_use),
            );
        }
        let bulk_mfa_denied = report_denied.is_some() || is_denied(Action::ListVirtualMfaDevices);
        if is_live || (bulk_mfa_denied && falls_back) {
            calls.insert(Action::ListMfaDevices, users);
        }
        if settings.access_keys == AccessKeyLookup::Ids {
            calls.insert(Action::ListAccessKeys, users);
        }
        for (fact, action) in [
            ("groups", Action::ListGroupsForUser),
            ("policies of groups", Action::ListAttachedGroupPolicies),
            ("MFA", Action::ListMfaDevices),
            ("access key ids", Action::ListAccessKeys),
        ] {
            if is_denied(action) && calls.contains_key(&action) {
                missing.push((fact, action));
                calls.insert(action, 1);
            }
        }
        Self { calls, missing }
    }

    /// How long the pass takes at `requests_per_second`: actions have a gate each and go at the
    /// same time, and `max_in_flight` users are asked about at once.
    pub fn duration(&self, settings: &AwsSettings) -> Duration {
        let rate = f64::from(settings.requests_per_second.get());
        let in_flight = settings.max_in_flight.get() as f64;
        let of_action = |(action, &calls): (&Action, &u64)| {
            let at_once = if action.is_per_user() { in_flight } else { 1.0 };
            let by_latency = calls as f64 * ROUND_TRIP.as_secs_f64() / at_once;
            let by_rate = (calls as f64 - rate).max(0.0) / rate;
            by_latency.max(by_rate)
        };
        let longest = self.calls.iter().map(of_action).fold(0.0, f64::max);
        Duration::from_secs_f64(longest)
    }
}

/// Pages of a listing of `count` entries; an empty one is a page as well.
fn pages(count: u64) -> u64 {
    count.div_ceil(u64::from(PAGE_SIZE.unsigned_abs())).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: AccountSummary = AccountSummary {
        users: 5_000,
        groups: 300,
        mfa_devices_in_use: 4_100,
        virtual_mfa_devices: 4_100,
        has_root_mfa: None,
    };

    fn total(settings: &AwsSettings, denied: &[Action]) -> u64 {
        Prediction::of(settings, &SUMMARY, denied)
            .calls
            .values()
            .sum()
    }

    #[test]
    fn the_largest_account_takes_twenty_calls_in_bulk_and_two_a_user_without() {
        let mut settings = AwsSettings::default();
        assert_eq!(total(&settings, &[]), 20);
        settings.strategy = Strategy::PerUser;
        assert_eq!(total(&settings, &[]), 2 + 5 + 5_000 + 300 + 5_000);
    }

    #[test]
    fn a_denied_permission_moves_its_facts_to_other_calls_or_to_the_missing() {
        let settings = AwsSettings::default();
        let denied = [
            Action::GetAccountAuthorizationDetails,
            Action::ListGroupsForUser,
        ];
        let prediction = Prediction::of(&settings, &SUMMARY, &denied);
        assert_eq!(prediction.calls[&Action::ListGroupsForUser], 1);
        let of_groups = Action::ListAttachedGroupPolicies;
        assert_eq!(prediction.calls.get(&of_groups), None);
        let missing: Vec<_> = prediction.missing.iter().map(|(fact, _)| *fact).collect();
        assert_eq!(missing, ["policies and tags of users", "groups"]);
    }

    #[test]
    fn duration_follows_the_rate_or_the_latency_whichever_is_slower() {
        let mut settings = AwsSettings {
            strategy: Strategy::PerUser,
            ..AwsSettings::default()
        };
        let prediction = Prediction::of(&settings, &SUMMARY, &[]);
        assert_eq!(prediction.duration(&settings), Duration::from_secs(499));
        settings.requests_per_second = settings
            .requests_per_second
            .saturating_mul(std::num::NonZeroU32::new(1_000).unwrap());
        assert_eq!(
            prediction.duration(&settings),
            Duration::from_millis(62_500)
        );
    }
}
