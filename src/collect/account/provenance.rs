//! The provenance of facts in one pass, and why not the cheapest call.

use super::plan::{Asked, CallPlan, Facts};
use super::whole::{AccountWide, Bulk};
use crate::aws::{Action, AwsError, AwsErrorClass, CallCounts};
use crate::collect::FactsProvenance;

/// The calls of a pass over an account, and what came of them.
pub(super) struct PassCalls<'a> {
    pub(super) plan: &'a CallPlan,
    pub(super) wide: &'a AccountWide,
    /// Why ListUsers ended early, if it did.
    pub(super) listing_error: Option<&'a AwsError>,
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

impl PassCalls<'_> {
    /// The provenance of all facts that the plan asks for.
    pub(super) fn provenance(&self) -> Vec<FactsProvenance> {
        let mut provenance: Vec<_> = self.users_without_listing().into_iter().collect();
        provenance.push(self.groups());
        if self.is_bulk() {
            let details = match self.details_error {
                None => vec![DETAILS],
                Some(_) => Vec::new(),
            };
            provenance.push(row("user policies, tags", &details, self.why_no_details()));
        }
        provenance.push(self.mfa());
        provenance.extend(self.passwords_and_keys());
        provenance.extend(self.service_credentials());
        provenance.extend(self.ssh_public_keys());
        provenance
    }

    fn is_bulk(&self) -> bool {
        self.plan.is_in_bulk()
    }

    /// Who there is, where ListUsers did not tell.
    fn users_without_listing(&self) -> Option<FactsProvenance> {
        let error = self.listing_error?;
        let by = match self.details_error {
            None => vec![DETAILS],
            Some(_) => Vec::new(),
        };
        Some(row("who there is", &by, vec![reason(error)]))
    }

    fn groups(&self) -> FactsProvenance {
        let mut why = self.why_no_details();
        let has_details = self.is_bulk() && self.details_error.is_none();
        let by = if has_details {
            vec![DETAILS]
        } else if self.plan.asked(Facts::Groups) == Asked::Nobody {
            Vec::new()
        } else {
            why.extend(self.why_denied(&GROUPS));
            match self.denied.contains(&Action::ListGroupsForUser) {
                true => Vec::new(),
                false => self.names(&GROUPS),
            }
        };
        row("groups", &by, why)
    }

    /// A call that settled nobody's MFA is not named.
    fn mfa(&self) -> FactsProvenance {
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
            .map(reason)
            .into_iter()
            .collect();
        if !matches!(self.wide.virtual_mfa, Bulk::NotAsked) {
            why.extend(self.wide.report.error().map(reason));
        }
        why.extend(self.why_denied(&[Action::ListMfaDevices]));
        row("MFA", &by, why)
    }

    fn passwords_and_keys(&self) -> Vec<FactsProvenance> {
        let reported = self.wide.report.value().map(|_| REPORT);
        let why: Vec<String> = self.wide.report.error().map(reason).into_iter().collect();
        let reported: Vec<&str> = reported.into_iter().collect();
        if self.plan.asked(Facts::AccessKeys) == Asked::Everybody {
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

    /// Nothing is said where the endpoint has no such call.
    fn service_credentials(&self) -> Option<FactsProvenance> {
        let facts = "service credentials";
        match &self.wide.service_credentials {
            Bulk::Read(_) => Some(row(facts, &["ListServiceSpecificCredentials"], Vec::new())),
            Bulk::Failed(error) if error.class == AwsErrorClass::NotOffered => None,
            Bulk::Failed(error) => Some(row(facts, &[], vec![reason(error)])),
            Bulk::NotAsked => None,
        }
    }

    fn ssh_public_keys(&self) -> Option<FactsProvenance> {
        let action = [Action::ListSshPublicKeys];
        let is_asked = self.plan.asked(Facts::SshPublicKeys) == Asked::Everybody;
        is_asked.then(|| row("SSH keys", &self.names(&action), self.why_denied(&action)))
    }

    fn why_no_details(&self) -> Vec<String> {
        self.details_error.map(reason).into_iter().collect()
    }

    fn why_denied(&self, actions: &[Action]) -> Vec<String> {
        let denied = actions.iter().filter(|action| self.denied.contains(action));
        denied
            .map(|action| format!("{action}: {}", AwsErrorClass::Denied))
            .collect()
    }

    /// Those of `actions` that were called and not denied, without their prefix.
    fn names(&self, actions: &[Action]) -> Vec<&'static str> {
        let answered = actions
            .iter()
            .filter(|action| self.calls.contains_key(action) && !self.denied.contains(action));
        answered
            .map(|action| action.as_str().trim_start_matches("iam:"))
            .collect()
    }
}

fn reason(error: &AwsError) -> String {
    format!("{}: {}", error.action, error.class)
}

fn row(facts: &'static str, by: &[&str], why: Vec<String>) -> FactsProvenance {
    let by = match by {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    };
    FactsProvenance {
        facts,
        by,
        why: (!why.is_empty()).then(|| why.join("; ")),
    }
}
