//! The plan of calls: which facts come by which calls, in bulk or per user. The collection follows
//! it, and `rollcall plan` predicts from it.

mod prediction;

use std::collections::BTreeSet;

use crate::aws::Action;
use crate::config::{AccessKeyLookup, AwsSettings, MfaLookup, Strategy};

pub use prediction::Prediction;

/// Which calls a pass over an account makes, and for which facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPlan {
    /// Whether users are asked about one by one where a call about the whole account fails.
    pub falls_back: bool,
    /// Whether the documents of policies and roles are read with the details.
    reads_policies: bool,
    /// Whether a question is answered, which asks for less than a pass.
    is_query: bool,
    calls: Vec<FactCalls>,
}

/// Facts that the same calls have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum Facts {
    Users,
    UserPolicies,
    Groups,
    Mfa,
    Passwords,
    AccessKeys,
    ServiceCredentials,
    SshPublicKeys,
}

/// The calls that have some facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FactCalls {
    facts: Facts,
    /// About the whole account.
    bulk: &'static [Action],
    /// About one user or group.
    per_user: &'static [Action],
    /// For which users the latter are made.
    asked: Asked,
}

/// For which users calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::collect) enum Asked {
    Nobody,
    /// Those that the calls in bulk say nothing about.
    WhereOpen,
    Everybody,
}

use Action::{
    GenerateCredentialReport, GetAccessKeyLastUsed, GetAccountAuthorizationDetails,
    GetAccountSummary, GetCredentialReport, ListAccessKeys, ListAttachedGroupPolicies,
    ListGroupsForUser, ListMfaDevices, ListServiceSpecificCredentials, ListSshPublicKeys,
    ListUsers, ListVirtualMfaDevices,
};

const REPORT: &[Action] = &[GenerateCredentialReport, GetCredentialReport];
const DETAILS: &[Action] = &[GetAccountAuthorizationDetails];
const NONE: &[Action] = &[];

impl CallPlan {
    /// The plan that `settings` ask for.
    pub fn of(settings: &AwsSettings) -> Self {
        let in_bulk = settings.strategy != Strategy::PerUser;
        let falls_back = settings.strategy != Strategy::Bulk;
        let mut calls = vec![FactCalls::in_bulk(Facts::Users, &[ListUsers])];
        if in_bulk {
            calls.push(FactCalls::in_bulk(Facts::UserPolicies, DETAILS));
            calls.push(FactCalls::in_bulk(Facts::Passwords, REPORT));
            let bulk = &[ListServiceSpecificCredentials];
            calls.push(FactCalls::in_bulk(Facts::ServiceCredentials, bulk));
        }
        calls.push(FactCalls {
            facts: Facts::Groups,
            bulk: if in_bulk { DETAILS } else { NONE },
            per_user: &[ListGroupsForUser, ListAttachedGroupPolicies],
            asked: match settings.strategy {
                Strategy::Auto => Asked::WhereOpen,
                Strategy::Bulk => Asked::Nobody,
                Strategy::PerUser => Asked::Everybody,
            },
        });
        let is_live = !in_bulk || settings.mfa == MfaLookup::Live;
        calls.push(FactCalls {
            facts: Facts::Mfa,
            bulk: match is_live {
                false => &[
                    ListVirtualMfaDevices,
                    GenerateCredentialReport,
                    GetCredentialReport,
                ],
                true => NONE,
            },
            per_user: &[ListMfaDevices],
            asked: match is_live {
                true => Asked::Everybody,
                false => Asked::WhereOpen,
            },
        });
        let by_ids = settings.access_keys == AccessKeyLookup::Ids;
        if in_bulk || by_ids {
            calls.push(FactCalls {
                facts: Facts::AccessKeys,
                bulk: if in_bulk { REPORT } else { NONE },
                per_user: &[ListAccessKeys, GetAccessKeyLastUsed],
                asked: match by_ids {
                    true => Asked::Everybody,
                    false => Asked::Nobody,
                },
            });
        }
        if in_bulk && by_ids {
            calls.push(FactCalls {
                facts: Facts::SshPublicKeys,
                bulk: NONE,
                per_user: &[ListSshPublicKeys],
                asked: Asked::Everybody,
            });
        }
        Self {
            falls_back,
            reads_policies: false,
            is_query: false,
            calls,
        }
    }

    /// The plan of a list of users: of credentials, what the report has, and no count of the users.
    pub fn of_query(settings: &AwsSettings) -> Self {
        let settings = AwsSettings {
            access_keys: AccessKeyLookup::Report,
            ..settings.clone()
        };
        let mut plan = Self::of(&settings);
        plan.calls
            .retain(|it| it.facts != Facts::ServiceCredentials);
        Self {
            is_query: true,
            ..plan
        }
    }

    /// The plan of who there is, with groups, policies, boundary and tags, and nothing of credentials:
    /// two listings in bulk.
    pub fn without_credentials() -> Self {
        Self {
            falls_back: false,
            reads_policies: false,
            is_query: true,
            calls: vec![
                FactCalls::in_bulk(Facts::Users, &[ListUsers]),
                FactCalls::in_bulk(Facts::UserPolicies, DETAILS),
                FactCalls::in_bulk(Facts::Groups, DETAILS),
            ],
        }
    }

    /// Whether a question is answered, which asks for less than a pass.
    pub fn is_query(&self) -> bool {
        self.is_query
    }

    /// The same with the documents of policies and roles or without them, as far as it is in bulk.
    #[must_use]
    pub fn with_policies(self, reads_policies: bool) -> Self {
        Self {
            reads_policies: reads_policies && self.is_in_bulk(),
            ..self
        }
    }

    /// Whether the documents of policies and roles are read.
    pub fn reads_policies(&self) -> bool {
        self.reads_policies
    }

    /// Whether the plan may call `action`.
    pub fn has(&self, action: Action) -> bool {
        let mut calls = self.calls.iter();
        calls.any(|it| it.bulk.contains(&action) || it.asks_with(action))
    }

    /// Every action that the plan may call in the account, those that list users first.
    pub fn actions(&self) -> BTreeSet<Action> {
        let all = Action::ALL.into_iter();
        let planned = all
            .filter(|&action| (action == GetAccountSummary && !self.is_query) || self.has(action));
        planned.collect()
    }

    /// Whether anything is read in bulk.
    pub fn is_in_bulk(&self) -> bool {
        self.has(GetAccountAuthorizationDetails)
    }

    /// For which users the calls about one user are made that have `facts`.
    pub(in crate::collect) fn asked(&self, facts: Facts) -> Asked {
        let mut calls = self.calls.iter();
        let found = calls.find(|it| it.facts == facts);
        found.map_or(Asked::Nobody, |it| it.asked)
    }

    /// Which of `denied` keeps the calls in bulk from telling `facts`.
    fn bulk_denied(&self, facts: Facts, denied: &[Action]) -> Option<Action> {
        let calls = self.calls.iter().find(|it| it.facts == facts)?;
        let mut bulk = calls.bulk.iter().copied();
        bulk.find(|action| denied.contains(action))
    }
}

impl FactCalls {
    fn in_bulk(facts: Facts, bulk: &'static [Action]) -> Self {
        Self {
            facts,
            bulk,
            per_user: NONE,
            asked: Asked::Nobody,
        }
    }

    fn asks_with(&self, action: Action) -> bool {
        self.asked != Asked::Nobody && self.per_user.contains(&action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(strategy: Strategy) -> Vec<&'static str> {
        let settings = AwsSettings {
            strategy,
            ..AwsSettings::default()
        };
        let actions = CallPlan::of(&settings).actions().into_iter();
        actions.map(Action::as_str).collect()
    }

    #[test]
    fn each_strategy_has_the_calls_that_it_may_make_and_no_others() {
        let bulk = [
            "iam:GetAccountSummary",
            "iam:ListUsers",
            "iam:GetAccountAuthorizationDetails",
            "iam:ListVirtualMFADevices",
            "iam:GenerateCredentialReport",
            "iam:GetCredentialReport",
            "iam:ListServiceSpecificCredentials",
            "iam:ListMFADevices",
        ];
        assert_eq!(actions(Strategy::Bulk), bulk);
        let mut auto = bulk.to_vec();
        let of_groups = ["iam:ListGroupsForUser", "iam:ListAttachedGroupPolicies"];
        auto.splice(7..7, of_groups);
        assert_eq!(actions(Strategy::Auto), auto);
        let per_user = [
            "iam:GetAccountSummary",
            "iam:ListUsers",
            "iam:ListGroupsForUser",
            "iam:ListAttachedGroupPolicies",
            "iam:ListMFADevices",
        ];
        assert_eq!(actions(Strategy::PerUser), per_user);
    }
}
