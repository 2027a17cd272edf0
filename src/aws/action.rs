//! The API actions that are called.

use std::fmt;

/// An API action, which is also the permission that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Who the credentials belong to; needs no permission.
    GetCallerIdentity,
    /// A session of a role.
    AssumeRole,
    /// A session of a role for the token of an identity provider; needs no permission.
    AssumeRoleWithWebIdentity,
    /// The name that the account gave itself.
    ListAccountAliases,
    /// The accounts of an organization.
    ListAccounts,
    /// The accounts directly in an organizational unit.
    ListAccountsForParent,
    /// The units directly in an organizational unit.
    ListOrganizationalUnitsForParent,
    /// The name of an organizational unit.
    DescribeOrganizationalUnit,
    /// The unit or root that a unit or an account is in.
    ListParents,
    /// The service control policies of an account, unit or root.
    ListPoliciesForTarget,
    /// One of them.
    DescribePolicy,
    /// How many users, groups and devices there are.
    GetAccountSummary,
    /// Every user.
    ListUsers,
    /// Every user's and group's details, in bulk.
    GetAccountAuthorizationDetails,
    /// Every virtual MFA device that somebody uses.
    ListVirtualMfaDevices,
    /// Has AWS make a credential report.
    GenerateCredentialReport,
    /// The credential report.
    GetCredentialReport,
    /// The service-specific credentials of every user.
    ListServiceSpecificCredentials,
    /// The groups of one user.
    ListGroupsForUser,
    /// The managed policies of one group.
    ListAttachedGroupPolicies,
    /// The MFA devices of one user.
    ListMfaDevices,
    /// The access keys of one user.
    ListAccessKeys,
    /// The last use of one access key.
    GetAccessKeyLastUsed,
    /// The SSH public keys of one user.
    ListSshPublicKeys,
    /// One user.
    GetUser,
    /// Every group.
    ListGroups,
    /// One group, and its members.
    GetGroup,
    /// The inline policies of one group.
    ListGroupPolicies,
    /// The managed policies of one user.
    ListAttachedUserPolicies,
    /// The inline policies of one user.
    ListUserPolicies,
    /// The tags of one user.
    ListUserTags,
    /// Whether one user has a console password.
    GetLoginProfile,
    /// The audit log's records.
    LookupEvents,
    /// A page of a table.
    Scan,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 34] = [
        Self::GetCallerIdentity,
        Self::AssumeRole,
        Self::AssumeRoleWithWebIdentity,
        Self::ListAccountAliases,
        Self::ListAccounts,
        Self::ListAccountsForParent,
        Self::ListOrganizationalUnitsForParent,
        Self::DescribeOrganizationalUnit,
        Self::ListParents,
        Self::ListPoliciesForTarget,
        Self::DescribePolicy,
        Self::GetAccountSummary,
        Self::ListUsers,
        Self::GetAccountAuthorizationDetails,
        Self::ListVirtualMfaDevices,
        Self::GenerateCredentialReport,
        Self::GetCredentialReport,
        Self::ListServiceSpecificCredentials,
        Self::ListGroupsForUser,
        Self::ListAttachedGroupPolicies,
        Self::ListMfaDevices,
        Self::ListAccessKeys,
        Self::GetAccessKeyLastUsed,
        Self::ListSshPublicKeys,
        Self::GetUser,
        Self::ListGroups,
        Self::GetGroup,
        Self::ListGroupPolicies,
        Self::ListAttachedUserPolicies,
        Self::ListUserPolicies,
        Self::ListUserTags,
        Self::GetLoginProfile,
        Self::LookupEvents,
        Self::Scan,
    ];

    /// The spelling of IAM policies: `iam:ListUsers`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
            Self::AssumeRole => "sts:AssumeRole",
            Self::AssumeRoleWithWebIdentity => "sts:AssumeRoleWithWebIdentity",
            Self::ListAccountAliases => "iam:ListAccountAliases",
            Self::ListAccounts => "organizations:ListAccounts",
            Self::ListAccountsForParent => "organizations:ListAccountsForParent",
            Self::ListOrganizationalUnitsForParent => {
                "organizations:ListOrganizationalUnitsForParent"
            }
            Self::DescribeOrganizationalUnit => "organizations:DescribeOrganizationalUnit",
            Self::ListParents => "organizations:ListParents",
            Self::ListPoliciesForTarget => "organizations:ListPoliciesForTarget",
            Self::DescribePolicy => "organizations:DescribePolicy",
            Self::GetAccountSummary => "iam:GetAccountSummary",
            Self::ListUsers => "iam:ListUsers",
            Self::GetAccountAuthorizationDetails => "iam:GetAccountAuthorizationDetails",
            Self::ListVirtualMfaDevices => "iam:ListVirtualMFADevices",
            Self::GenerateCredentialReport => "iam:GenerateCredentialReport",
            Self::GetCredentialReport => "iam:GetCredentialReport",
            Self::ListServiceSpecificCredentials => "iam:ListServiceSpecificCredentials",
            Self::ListGroupsForUser => "iam:ListGroupsForUser",
            Self::ListAttachedGroupPolicies => "iam:ListAttachedGroupPolicies",
            Self::ListMfaDevices => "iam:ListMFADevices",
            Self::ListAccessKeys => "iam:ListAccessKeys",
            Self::GetAccessKeyLastUsed => "iam:GetAccessKeyLastUsed",
            Self::ListSshPublicKeys => "iam:ListSSHPublicKeys",
            Self::GetUser => "iam:GetUser",
            Self::ListGroups => "iam:ListGroups",
            Self::GetGroup => "iam:GetGroup",
            Self::ListGroupPolicies => "iam:ListGroupPolicies",
            Self::ListAttachedUserPolicies => "iam:ListAttachedUserPolicies",
            Self::ListUserPolicies => "iam:ListUserPolicies",
            Self::ListUserTags => "iam:ListUserTags",
            Self::GetLoginProfile => "iam:GetLoginProfile",
            Self::LookupEvents => "cloudtrail:LookupEvents",
            Self::Scan => "dynamodb:Scan",
        }
    }

    /// Whether it is called for one user, group or key at a time.
    pub fn is_per_user(self) -> bool {
        matches!(
            self,
            Self::ListGroupsForUser
                | Self::ListAttachedGroupPolicies
                | Self::ListMfaDevices
                | Self::ListAccessKeys
                | Self::GetAccessKeyLastUsed
                | Self::ListSshPublicKeys
                | Self::GetGroup
                | Self::ListGroupPolicies
                | Self::ListAttachedUserPolicies
                | Self::ListUserPolicies
                | Self::ListUserTags
                | Self::GetLoginProfile
        )
    }

    /// The action of this spelling.
    pub fn parse(spelling: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|action| action.as_str() == spelling)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
