//! The API actions that are called.

use std::fmt;

/// Makes the actions of a table: each with its spelling in IAM policies.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident = $spelling:literal,)*) => {
        /// An API action, which is also the permission that it needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: [Self; [$($spelling),*].len()] = [$(Self::$action),*];

            /// The spelling of IAM policies: `iam:ListUsers`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$action => $spelling,)*
                }
            }
        }
    };
}

actions! {
    /// Who the credentials belong to; needs no permission.
    GetCallerIdentity = "sts:GetCallerIdentity",
    /// A session of a role.
    AssumeRole = "sts:AssumeRole",
    /// A session of a role for the token of an identity provider; needs no permission.
    AssumeRoleWithWebIdentity = "sts:AssumeRoleWithWebIdentity",
    /// The name that the account gave itself.
    ListAccountAliases = "iam:ListAccountAliases",
    /// The accounts of an organization.
    ListAccounts = "organizations:ListAccounts",
    /// The accounts directly in an organizational unit.
    ListAccountsForParent = "organizations:ListAccountsForParent",
    /// The units directly in an organizational unit.
    ListOrganizationalUnitsForParent = "organizations:ListOrganizationalUnitsForParent",
    /// The name of an organizational unit.
    DescribeOrganizationalUnit = "organizations:DescribeOrganizationalUnit",
    /// The unit or root that a unit or an account is in.
    ListParents = "organizations:ListParents",
    /// The service control policies of an account, unit or root.
    ListPoliciesForTarget = "organizations:ListPoliciesForTarget",
    /// One of them.
    DescribePolicy = "organizations:DescribePolicy",
    /// How many users, groups and devices there are.
    GetAccountSummary = "iam:GetAccountSummary",
    /// Every user.
    ListUsers = "iam:ListUsers",
    /// Every user's and group's details, in bulk.
    GetAccountAuthorizationDetails = "iam:GetAccountAuthorizationDetails",
    /// Every virtual MFA device that somebody uses.
    ListVirtualMfaDevices = "iam:ListVirtualMFADevices",
    /// Has AWS make a credential report.
    GenerateCredentialReport = "iam:GenerateCredentialReport",
    /// The credential report.
    GetCredentialReport = "iam:GetCredentialReport",
    /// The service-specific credentials of every user.
    ListServiceSpecificCredentials = "iam:ListServiceSpecificCredentials",
    /// The groups of one user.
    ListGroupsForUser = "iam:ListGroupsForUser",
    /// The managed policies of one group.
    ListAttachedGroupPolicies = "iam:ListAttachedGroupPolicies",
    /// The MFA devices of one user.
    ListMfaDevices = "iam:ListMFADevices",
    /// The access keys of one user.
    ListAccessKeys = "iam:ListAccessKeys",
    /// The last use of one access key.
    GetAccessKeyLastUsed = "iam:GetAccessKeyLastUsed",
    /// The SSH public keys of one user.
    ListSshPublicKeys = "iam:ListSSHPublicKeys",
    /// One user.
    GetUser = "iam:GetUser",
    /// Every group.
    ListGroups = "iam:ListGroups",
    /// One group, and its members.
    GetGroup = "iam:GetGroup",
    /// The inline policies of one group.
    ListGroupPolicies = "iam:ListGroupPolicies",
    /// The managed policies of one user.
    ListAttachedUserPolicies = "iam:ListAttachedUserPolicies",
    /// The inline policies of one user.
    ListUserPolicies = "iam:ListUserPolicies",
    /// The tags of one user.
    ListUserTags = "iam:ListUserTags",
    /// Whether one user has a console password.
    GetLoginProfile = "iam:GetLoginProfile",
    /// The audit log's records.
    LookupEvents = "cloudtrail:LookupEvents",
    /// Messages of a queue.
    ReceiveMessage = "sqs:ReceiveMessage",
    /// Takes a message off a queue.
    DeleteMessage = "sqs:DeleteMessage",
    /// How much waits on a queue.
    GetQueueAttributes = "sqs:GetQueueAttributes",
    /// A page of a table.
    Scan = "dynamodb:Scan",
    /// What a table is like, its stream among it.
    DescribeTable = "dynamodb:DescribeTable",
    /// The shards of a stream.
    DescribeStream = "dynamodb:DescribeStream",
    /// Where a shard is read from.
    GetShardIterator = "dynamodb:GetShardIterator",
    /// Records of a shard.
    GetRecords = "dynamodb:GetRecords",
    /// Whether items of a table expire.
    DescribeTimeToLive = "dynamodb:DescribeTimeToLive",
    /// Creates a user.
    CreateUser = "iam:CreateUser",
    /// Deletes a user that has nothing left.
    DeleteUser = "iam:DeleteUser",
    /// Sets tags of one user.
    TagUser = "iam:TagUser",
    /// Removes tags of one user.
    UntagUser = "iam:UntagUser",
    /// Makes one user a member of a group.
    AddUserToGroup = "iam:AddUserToGroup",
    /// Ends a membership.
    RemoveUserFromGroup = "iam:RemoveUserFromGroup",
    /// Attaches a managed policy to one user.
    AttachUserPolicy = "iam:AttachUserPolicy",
    /// Detaches one.
    DetachUserPolicy = "iam:DetachUserPolicy",
    /// Deletes an inline policy of one user.
    DeleteUserPolicy = "iam:DeleteUserPolicy",
    /// Creates an access key, and tells its secret this once.
    CreateAccessKey = "iam:CreateAccessKey",
    /// Makes an access key active or inactive.
    UpdateAccessKey = "iam:UpdateAccessKey",
    /// Deletes an access key.
    DeleteAccessKey = "iam:DeleteAccessKey",
    /// Deletes the console password of one user.
    DeleteLoginProfile = "iam:DeleteLoginProfile",
    /// Takes an MFA device from its user.
    DeactivateMfaDevice = "iam:DeactivateMFADevice",
    /// Deletes a virtual MFA device that nobody uses.
    DeleteVirtualMfaDevice = "iam:DeleteVirtualMFADevice",
    /// Deletes an SSH public key of one user.
    DeleteSshPublicKey = "iam:DeleteSSHPublicKey",
    /// The signing certificates of one user.
    ListSigningCertificates = "iam:ListSigningCertificates",
    /// Deletes one.
    DeleteSigningCertificate = "iam:DeleteSigningCertificate",
    /// Deletes a service-specific credential of one user.
    DeleteServiceSpecificCredential = "iam:DeleteServiceSpecificCredential",
    /// One parameter.
    GetParameter = "ssm:GetParameter",
    /// Writes a version of a parameter.
    PutParameter = "ssm:PutParameter",
    /// Deletes a parameter with all its versions.
    DeleteParameter = "ssm:DeleteParameter",
    /// Writes an item of a table.
    PutItem = "dynamodb:PutItem",
    /// Deletes an item of a table.
    DeleteItem = "dynamodb:DeleteItem",
    /// The tags of one parameter.
    ListTagsForResource = "ssm:ListTagsForResource",
    /// Never called: PutParameter needs it to create a parameter with tags.
    AddTagsToResource = "ssm:AddTagsToResource",
    /// Never called: Parameter Store needs it of a KMS key to write.
    Encrypt = "kms:Encrypt",
    /// Never called: the same to read.
    Decrypt = "kms:Decrypt",
}

impl Action {
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
