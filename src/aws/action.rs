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
    /// Messages of a queue.
    ReceiveMessage,
    /// Takes a message off a queue.
    DeleteMessage,
    /// How much waits on a queue.
    GetQueueAttributes,
    /// A page of a table.
    Scan,
    /// Creates a user.
    CreateUser,
    /// Deletes a user that has nothing left.
    DeleteUser,
    /// Sets tags of one user.
    TagUser,
    /// Removes tags of one user.
    UntagUser,
    /// Makes one user a member of a group.
    AddUserToGroup,
    /// Ends a membership.
    RemoveUserFromGroup,
    /// Attaches a managed policy to one user.
    AttachUserPolicy,
    /// Detaches one.
    DetachUserPolicy,
    /// Deletes an inline policy of one user.
    DeleteUserPolicy,
    /// Creates an access key, and tells its secret this once.
    CreateAccessKey,
    /// Makes an access key active or inactive.
    UpdateAccessKey,
    /// Deletes an access key.
    DeleteAccessKey,
    /// Deletes the console password of one user.
    DeleteLoginProfile,
    /// Takes an MFA device from its user.
    DeactivateMfaDevice,
    /// Deletes a virtual MFA device that nobody uses.
    DeleteVirtualMfaDevice,
    /// Deletes an SSH public key of one user.
    DeleteSshPublicKey,
    /// The signing certificates of one user.
    ListSigningCertificates,
    /// Deletes one.
    DeleteSigningCertificate,
    /// Deletes a service-specific credential of one user.
    DeleteServiceSpecificCredential,
    /// One parameter.
    GetParameter,
    /// Writes a version of a parameter.
    PutParameter,
    /// Deletes a parameter with all its versions.
    DeleteParameter,
    /// Writes an item of a table.
    PutItem,
    /// Deletes an item of a table.
    DeleteItem,
    /// The tags of one parameter.
    ListTagsForResource,
    /// Never called: PutParameter needs it to create a parameter with tags.
    AddTagsToResource,
    /// Never called: Parameter Store needs it of a KMS key to write.
    Encrypt,
    /// Never called: the same to read.
    Decrypt,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 65] = [
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
        Self::ReceiveMessage,
        Self::DeleteMessage,
        Self::GetQueueAttributes,
        Self::Scan,
        Self::CreateUser,
        Self::DeleteUser,
        Self::TagUser,
        Self::UntagUser,
        Self::AddUserToGroup,
        Self::RemoveUserFromGroup,
        Self::AttachUserPolicy,
        Self::DetachUserPolicy,
        Self::DeleteUserPolicy,
        Self::CreateAccessKey,
        Self::UpdateAccessKey,
        Self::DeleteAccessKey,
        Self::DeleteLoginProfile,
        Self::DeactivateMfaDevice,
        Self::DeleteVirtualMfaDevice,
        Self::DeleteSshPublicKey,
        Self::ListSigningCertificates,
        Self::DeleteSigningCertificate,
        Self::DeleteServiceSpecificCredential,
        Self::GetParameter,
        Self::PutParameter,
        Self::DeleteParameter,
        Self::PutItem,
        Self::DeleteItem,
        Self::ListTagsForResource,
        Self::AddTagsToResource,
        Self::Encrypt,
        Self::Decrypt,
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
            Self::ReceiveMessage => "sqs:ReceiveMessage",
            Self::DeleteMessage => "sqs:DeleteMessage",
            Self::GetQueueAttributes => "sqs:GetQueueAttributes",
            Self::Scan => "dynamodb:Scan",
            Self::CreateUser => "iam:CreateUser",
            Self::DeleteUser => "iam:DeleteUser",
            Self::TagUser => "iam:TagUser",
            Self::UntagUser => "iam:UntagUser",
            Self::AddUserToGroup => "iam:AddUserToGroup",
            Self::RemoveUserFromGroup => "iam:RemoveUserFromGroup",
            Self::AttachUserPolicy => "iam:AttachUserPolicy",
            Self::DetachUserPolicy => "iam:DetachUserPolicy",
            Self::DeleteUserPolicy => "iam:DeleteUserPolicy",
            Self::CreateAccessKey => "iam:CreateAccessKey",
            Self::UpdateAccessKey => "iam:UpdateAccessKey",
            Self::DeleteAccessKey => "iam:DeleteAccessKey",
            Self::DeleteLoginProfile => "iam:DeleteLoginProfile",
            Self::DeactivateMfaDevice => "iam:DeactivateMFADevice",
            Self::DeleteVirtualMfaDevice => "iam:DeleteVirtualMFADevice",
            Self::DeleteSshPublicKey => "iam:DeleteSSHPublicKey",
            Self::ListSigningCertificates => "iam:ListSigningCertificates",
            Self::DeleteSigningCertificate => "iam:DeleteSigningCertificate",
            Self::DeleteServiceSpecificCredential => "iam:DeleteServiceSpecificCredential",
            Self::GetParameter => "ssm:GetParameter",
            Self::PutParameter => "ssm:PutParameter",
            Self::DeleteParameter => "ssm:DeleteParameter",
            Self::PutItem => "dynamodb:PutItem",
            Self::DeleteItem => "dynamodb:DeleteItem",
            Self::ListTagsForResource => "ssm:ListTagsForResource",
            Self::AddTagsToResource => "ssm:AddTagsToResource",
            Self::Encrypt => "kms:Encrypt",
            Self::Decrypt => "kms:Decrypt",
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

    /// Whether it changes something.
    pub fn is_write(self) -> bool {
        matches!(
            self,
            Self::CreateUser
                | Self::DeleteUser
                | Self::TagUser
                | Self::UntagUser
                | Self::AddUserToGroup
                | Self::RemoveUserFromGroup
                | Self::AttachUserPolicy
                | Self::DetachUserPolicy
                | Self::DeleteUserPolicy
                | Self::CreateAccessKey
                | Self::UpdateAccessKey
                | Self::DeleteAccessKey
                | Self::DeleteLoginProfile
                | Self::DeactivateMfaDevice
                | Self::DeleteVirtualMfaDevice
                | Self::DeleteSshPublicKey
                | Self::DeleteSigningCertificate
                | Self::DeleteServiceSpecificCredential
                | Self::PutParameter
                | Self::DeleteParameter
                | Self::AddTagsToResource
                | Self::PutItem
                | Self::DeleteItem
        )
    }

    /// Whether a second call of it would do something else once more: it must not be sent again
    /// while nobody knows what became of the first.
    pub fn is_once(self) -> bool {
        self == Self::CreateAccessKey
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
