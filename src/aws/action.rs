//! The API actions that are called.

use std::fmt;

/// An API action, which is also the permission that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Who the credentials belong to; needs no permission.
    GetCallerIdentity,
    /// Every user.
    ListUsers,
    /// The groups of one user.
    ListGroupsForUser,
    /// The managed policies of one group.
    ListAttachedGroupPolicies,
    /// The MFA devices of one user.
    ListMfaDevices,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::GetCallerIdentity,
        Self::ListUsers,
        Self::ListGroupsForUser,
        Self::ListAttachedGroupPolicies,
        Self::ListMfaDevices,
    ];

    /// The spelling of IAM policies: `iam:ListUsers`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
            Self::ListUsers => "iam:ListUsers",
            Self::ListGroupsForUser => "iam:ListGroupsForUser",
            Self::ListAttachedGroupPolicies => "iam:ListAttachedGroupPolicies",
            Self::ListMfaDevices => "iam:ListMFADevices",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
