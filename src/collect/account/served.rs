//! Where facts came from in one pass, and why not by the cheapest call.

use super::bulk::{AccountWide, Bulk};
use crate::aws::{Action, AwsError, AwsErrorClass, CallCounts};
use crate::collect::Served;
use crate::config::{AccessKeyLookup, AwsSettings, Strategy};

/// What a pass over an account leaves to tell from.
pub(super) struct Sources<'a> {
    pub(super) settings: &'a AwsSettings,
    pub(super) wide: &'a AccountWide,
    /// Why the details ended early, if they did.
    pub(super) details_error: Option<&'a AwsError>,
    pub(super) calls: &'a CallCounts,
    /// The actions whose first call was denied.
    pub(super) denied: &'a [Action],
}

const GROUPS: [Action; 2] = [Action::ListGroupsForUser, Action::ListAttachedGroupPolicies];
const KEYS: [Action; 2] = [Action::ListAccessKeys, Action::GetAccessKeyLastUsed];
const DETAILS: &str = "GetAccountAuthorizationDetails";
const REPORT: &str = "the credential report";

impl Sources<'_> {
    /// Every group of facts that the plan asks for.
    pub(super) fn served(&self) -> Vec<Served> {
        let mut served = vec![self.groups()];
        if self.is_bulk() {
            let details = match self.details_error {
                None => vec![DETAILS],
                Some(_) => Vec::new(),
            };
            served.push(row("user policies, tags", &details, self.why_no_details()));
        }
        served.push(self.mfa());
        served.extend(self.passwords_and_keys());
        served
    }

    fn is_bulk(&self) -> bool {
        self.settings.strategy != Strategy::PerUser
    }

    fn groups(&self) -> Served {
        let mut why = self.why_no_details();
        let by = match (self.is_bulk(), self.details_error) {
            (true, None) => vec![DETAILS],
            (true, Some(_)) if self.settings.strategy == Strategy::Bulk => Vec::new(),
            _ if self.denied.contains(&Action::ListGroupsForUser) => {
                why.extend(self.why_denied(&GROUPS));
                Vec::new()
            }
            _ => {
                why.extend(self.why_denied(&GROUPS));
                self.names(&GROUPS)
            }
        };
        row("groups", &by, why)
    }

    /// What settled nobody's MFA is not named.
    fn mfa(&self) -> Served {
        let asked = self.names(&[Action::ListMfaDevices]);
        let mut by = Vec::new();
        if self.wide.virtual_mfa.value().is_some() {
            by.push("ListVirtualMFADevices");
        }
        let settles = !by.is_empty() || asked.is_empty();
        if settles && self.wide.report.value().is_some() {
            by.push(REPORT);
        }
        by.extend(asked);
        let mut why: Vec<String> = self
            .wide
            .virtual_mfa
            .error()
            .map(told)
            .into_iter()
            .collect();
        if !matches!(self.wide.virtual_mfa, Bulk::NotAsked) {
            why.extend(self.wide.report.error().map(told));
        }
        why.extend(self.why_denied(&[Action::ListMfaDevices]));
        row("MFA", &by, why)
    }

    fn passwords_and_keys(&self) -> Vec<Served> {
        let reported = self.wide.report.value().map(|_| REPORT);
        let why: Vec<String> = self.wide.report.error().map(told).into_iter().collect();
        let reported: Vec<&str> = reported.into_iter().collect();
        if self.settings.access_keys == AccessKeyLookup::Ids {
            let is_denied = KEYS.iter().any(|action| self.denied.contains(action));
            let listed = self.names(&KEYS);
            let keys = if is_denied { &reported } else { &listed };
            let keys = row("access keys", keys, self.why_denied(&KEYS));
            return match self.is_bulk() {
                true => vec![row("passwords", &reported, why), keys],
                false => vec![keys],
            };
        }
        match self.is_bulk() {
            true => vec![row("passwords, keys", &reported, why)],
            false => Vec::new(),
        }
    }

    fn why_no_details(&self) -> Vec<String> {
        self.details_error.map(told).into_iter().collect()
    }

    fn why_denied(&self, actions: &[Action]) -> Vec<String> {
        let denied = actions.iter().filter(|action| self.denied.contains(action));
        denied
            .map(|action| format!("{action}: {}", AwsErrorClass::Denied))
            .collect()
    }

    /// Those of `actions` that were called and not denied, without their prefix.
    fn names(&self, actions: &[Action]) -> Vec<&'static str> {
        let told = actions
            .iter()
            .filter(|action| self.calls.contains_key(action) && !self.denied.contains(action));
        told.map(|action| action.as_str().trim_start_matches("iam:"))
            .collect()
    }
}

fn told(error: &AwsError) -> String {
    format!("{}: {}", error.action, error.class)
}

fn row(facts: &'static str, by: &[&str], why: Vec<String>) -> Served {
    let by = match by {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    };
    Served {
        facts,
        by,
        why: (!why.is_empty()).then(|| why.join("; ")),
    }
}
