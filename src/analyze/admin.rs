//! The documented administrator rule: names of the policies attached to the user's groups.

use crate::model::{AttachedPolicy, Group, User};

/// Which policy names make an administrator: case-insensitive substrings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRule {
    needles: Vec<String>,
}

/// Whether a user is an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminVerdict {
    /// Yes; at least one proof.
    Admin(Vec<AdminProof>),
    /// No: every policy of every group is known, and none matches.
    NotAdmin,
    /// No match so far, but a group or its policies could not be read.
    Unknown,
}

/// A policy that makes a user an administrator, and the group that grants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminProof {
    /// GroupName.
    pub group: String,
    /// The matching policy.
    pub policy: AttachedPolicy,
}

impl AdminRule {
    /// The substrings of the documented rule.
    pub const DOCUMENTED: [&str; 3] = ["admin", "administrator", "poweruser"];

    /// A rule from substrings; empty ones would match every policy and are left out.
    pub fn new<I: IntoIterator<Item = S>, S: AsRef<str>>(needles: I) -> Self {
        let needles = needles
            .into_iter()
            .map(|needle| needle.as_ref().trim().to_lowercase())
            .filter(|needle| !needle.is_empty())
            .collect();
        Self { needles }
    }

    /// The verdict on `user`, from the facts at hand.
    pub fn judge(&self, user: &User) -> AdminVerdict {
        let Some(groups) = user.groups.value() else {
            return AdminVerdict::Unknown;
        };
        let proofs: Vec<AdminProof> = groups.iter().flat_map(|group| self.proofs(group)).collect();
        if !proofs.is_empty() {
            AdminVerdict::Admin(proofs)
        } else if groups
            .iter()
            .all(|group| group.attached_policies.value().is_some())
        {
            AdminVerdict::NotAdmin
        } else {
            AdminVerdict::Unknown
        }
    }

    fn proofs<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = AdminProof> + 'a {
        let policies = group.attached_policies.value().into_iter().flatten();
        policies
            .filter(|policy| self.matches(&policy.name))
            .map(|policy| AdminProof {
                group: group.name.clone(),
                policy: policy.clone(),
            })
    }

    fn matches(&self, policy_name: &str) -> bool {
        let name = policy_name.to_lowercase();
        self.needles.iter().any(|needle| name.contains(needle))
    }
}
