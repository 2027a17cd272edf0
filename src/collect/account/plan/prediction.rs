//! What a pass will cost, from the account's own counts and what is known to be denied.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::details::POLICIES_A_PAGE;
use super::super::listing::PAGE_SIZE;
use super::super::summary::AccountSummary;
use super::{Asked, CallPlan, Facts};
use crate::aws::Action;
use crate::config::AwsSettings;

/// What a pass is expected to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// Calls by action. Users whose MFA only ListMFADevices has come on top, and one call
    /// for each access key where ids are asked for. Pages of virtual devices are the most there
    /// can be: the summary counts devices of every kind. Service-specific credentials are in no
    /// count: one page holds a thousand of them. AWS's own policies, more than a thousand, are
    /// in no count: they are some pages of details more.
    pub calls: BTreeMap<Action, u64>,
    /// Actions whose calls cannot be counted, since the size of the account is not known.
    pub uncounted: Vec<Action>,
    /// The denials by which no call says who there is, so that nothing is collected; none if one
    /// does.
    pub nobody_by: Vec<Action>,
    /// Facts that will be missing, each with the permission it lacks.
    pub missing: Vec<(&'static str, Action)>,
}

/// An account without anything, next to which a larger one shows which calls depend on the size.
const EMPTY: AccountSummary = AccountSummary {
    users: 0,
    groups: 0,
    roles: 0,
    policies: 0,
    mfa_devices_in_use: 0,
    virtual_mfa_devices: 0,
    has_root_mfa: None,
};
const LARGE: AccountSummary = AccountSummary {
    users: 10_000,
    groups: 10_000,
    roles: 10_000,
    policies: 10_000,
    mfa_devices_in_use: 10_000,
    virtual_mfa_devices: 10_000,
    has_root_mfa: None,
};

/// Seconds that one call takes on its way, for calls that wait for one another.
const ROUND_TRIP: Duration = Duration::from_millis(100);

impl Prediction {
    /// What `plan` comes to in an account of `summary`'s size, if that is known, in which `denied`
    /// are denied.
    pub fn of(plan: &CallPlan, summary: Option<&AccountSummary>, denied: &[Action]) -> Self {
        let of_size = |summary| Predicted {
            plan,
            summary,
            denied,
        };
        let account = of_size(summary.unwrap_or(&EMPTY));
        let mut calls = account.calls();
        let mut uncounted = Vec::new();
        if summary.is_none() {
            let of_larger = of_size(&LARGE).calls();
            uncounted.extend(of_larger.iter().filter_map(|(action, count)| {
                (calls.get(action) != Some(count)).then_some(*action)
            }));
            calls.retain(|action, _| !uncounted.contains(action));
        }
        Self {
            calls,
            uncounted,
            nobody_by: account.nobody_by(),
            missing: account.missing(),
        }
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

/// An account of which calls are predicted.
struct Predicted<'a> {
    plan: &'a CallPlan,
    summary: &'a AccountSummary,
    denied: &'a [Action],
}

impl Predicted<'_> {
    fn is_denied(&self, action: Action) -> bool {
        self.denied.contains(&action)
    }

    fn has_report(&self) -> bool {
        self.plan.is_in_bulk() && self.bulk_denied(Facts::Passwords).is_none()
    }

    fn bulk_denied(&self, facts: Facts) -> Option<Action> {
        self.plan.bulk_denied(facts, self.denied)
    }

    /// Whether everybody is asked about `facts`.
    fn is_every_user_asked(&self, facts: Facts) -> bool {
        match self.plan.asked(facts) {
            Asked::Nobody => false,
            Asked::WhereOpen => self.plan.falls_back && self.bulk_denied(facts).is_some(),
            Asked::Everybody => true,
        }
    }

    fn calls(&self) -> BTreeMap<Action, u64> {
        let calls = Action::ALL.into_iter().filter_map(|action| {
            let is_planned = action == Action::GetAccountSummary || self.plan.has(action);
            let count = match action {
                Action::GetCallerIdentity => Some(1),
                // There is nobody to ask about.
                _ if action.is_per_user() && !self.nobody_by().is_empty() => None,
                _ if is_planned => self.count(action),
                _ => None,
            };
            // A denial is the answer to one call, and to all others.
            let sent = count.map(|count| if self.is_denied(action) { 1 } else { count });
            Some((action, sent?))
        });
        calls.collect()
    }

    /// How often `action` is called where it is not denied.
    fn count(&self, action: Action) -> Option<u64> {
        let AccountSummary {
            users,
            groups,
            roles,
            policies,
            mfa_devices_in_use,
            ..
        } = *self.summary;
        let of_everybody = |facts| self.is_every_user_asked(facts).then_some(users);
        match action {
            // One page holds a thousand credentials, which nothing counts.
            Action::GetAccountSummary
            | Action::GenerateCredentialReport
            | Action::ListServiceSpecificCredentials => Some(1),
            Action::ListUsers => Some(pages(users)),
            Action::GetAccountAuthorizationDetails => {
                let of_policies = match self.plan.reads_policies() {
                    true => pages_of(roles + policies, POLICIES_A_PAGE),
                    false => 0,
                };
                Some(pages(users) + pages(groups) + of_policies)
            }
            Action::ListVirtualMfaDevices => Some(pages(mfa_devices_in_use)),
            Action::GetCredentialReport => {
                (!self.is_denied(Action::GenerateCredentialReport)).then_some(1)
            }
            Action::ListGroupsForUser => of_everybody(Facts::Groups),
            // Without groups of users, no group is known to ask about.
            Action::ListAttachedGroupPolicies => (self.is_every_user_asked(Facts::Groups)
                && !self.is_denied(Action::ListGroupsForUser))
            .then_some(groups),
            Action::ListMfaDevices => of_everybody(Facts::Mfa),
            Action::ListAccessKeys => of_everybody(Facts::AccessKeys),
            Action::ListSshPublicKeys => of_everybody(Facts::SshPublicKeys),
            _ => None,
        }
    }

    /// The denials by which no call says who there is.
    fn nobody_by(&self) -> Vec<Action> {
        let listings = [Action::ListUsers, Action::GetAccountAuthorizationDetails];
        let asked = listings.into_iter().filter(|&it| self.plan.has(it));
        let asked: Vec<Action> = asked.collect();
        match asked.iter().all(|&action| self.is_denied(action)) {
            true => asked,
            false => Vec::new(),
        }
    }

    fn missing(&self) -> Vec<(&'static str, Action)> {
        let nobody_by = self.nobody_by();
        if !nobody_by.is_empty() {
            return nobody_by.into_iter().map(|it| ("everything", it)).collect();
        }
        let mut missing = Vec::new();
        if self.is_denied(Action::GetAccountSummary) {
            let proof = "the proof that nobody is missing";
            missing.push((proof, Action::GetAccountSummary));
        }
        if self.is_denied(Action::ListUsers) && !self.has_report() {
            missing.push(("last use of passwords", Action::ListUsers));
        }
        if let Some(action) = self.bulk_denied(Facts::UserPolicies) {
            missing.push(("policies and tags of users", action));
        }
        missing.extend(self.missing_of_groups());
        missing.extend(self.missing_mfa());
        missing.extend(self.missing_keys());
        missing.extend(self.missing_credentials());
        missing
    }

    fn missing_of_groups(&self) -> Option<(&'static str, Action)> {
        let denied = self.bulk_denied(Facts::Groups);
        if let (Asked::Nobody, Some(action)) = (self.plan.asked(Facts::Groups), denied) {
            return Some(("groups", action));
        }
        let calls = [
            ("groups", Action::ListGroupsForUser),
            ("policies of groups", Action::ListAttachedGroupPolicies),
        ];
        let is_missing =
            |it: &(_, Action)| self.is_every_user_asked(Facts::Groups) && self.is_denied(it.1);
        calls.into_iter().find(is_missing)
    }

    /// Virtual devices prove MFA, and the report makes up for whatever else is denied.
    fn missing_mfa(&self) -> Option<(&'static str, Action)> {
        let denied = match self.is_every_user_asked(Facts::Mfa) {
            true => Action::ListMfaDevices,
            false => self.bulk_denied(Facts::Mfa)?,
        };
        if !self.is_denied(denied) || self.has_report() {
            return None;
        }
        let lists_virtual = Action::ListVirtualMfaDevices;
        let has_virtual = self.plan.has(lists_virtual) && !self.is_denied(lists_virtual);
        Some(match has_virtual {
            true => ("MFA that is not virtual", denied),
            false => ("MFA", denied),
        })
    }

    fn missing_keys(&self) -> Vec<(&'static str, Action)> {
        let report = self.bulk_denied(Facts::Passwords);
        if self.plan.asked(Facts::AccessKeys) == Asked::Nobody {
            let missing = report.map(|action| ("passwords, access keys and certificates", action));
            return missing.into_iter().collect();
        }
        let ids = [Action::ListAccessKeys, Action::GetAccessKeyLastUsed].into_iter();
        let ids = ids
            .filter(|&action| self.is_denied(action))
            .map(|action| ("access key ids", action));
        let passwords = report.map(|action| ("passwords and certificates", action));
        passwords.into_iter().chain(ids.take(1)).collect()
    }

    /// Credentials that have a call of their own each.
    fn missing_credentials(&self) -> impl Iterator<Item = (&'static str, Action)> {
        let calls = [
            (
                "service-specific credentials",
                Action::ListServiceSpecificCredentials,
            ),
            ("SSH public keys", Action::ListSshPublicKeys),
        ];
        let (plan, denied) = (self.plan, self.denied);
        let calls = calls.into_iter();
        calls.filter(move |(_, action)| plan.has(*action) && denied.contains(action))
    }
}

/// Pages of a listing of `count` entries; an empty one is a page as well.
fn pages(count: u64) -> u64 {
    pages_of(count, PAGE_SIZE)
}

fn pages_of(count: u64, size: i32) -> u64 {
    count.div_ceil(u64::from(size.unsigned_abs())).max(1)
}

#[cfg(test)]
mod tests;
