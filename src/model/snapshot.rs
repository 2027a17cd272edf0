//! An account as a whole: what a judgement that spans entities looks at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{
    Account, DocumentId, EntityKind, Fact, Group, InlinePolicy, ManagedPolicy, PolicyDocument,
    Role, ServiceControlLevels, User,
};

/// The entities of one account as last known, and every policy document once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The account.
    pub account: Account,
    /// Users by UserId.
    pub users: BTreeMap<String, Arc<User>>,
    /// Groups by GroupName, which is how users name them.
    pub groups: BTreeMap<String, Arc<Group>>,
    /// Roles by RoleId, if they were read.
    pub roles: Fact<BTreeMap<String, Arc<Role>>>,
    /// Managed policies by ARN: the account's, and AWS's as far as they were read.
    pub managed_policies: BTreeMap<String, ManagedPolicy>,
    /// Inline policies with their documents, of users by UserId and of groups by GroupName.
    pub inline_policies: BTreeMap<(EntityKind, String), Vec<InlinePolicy>>,
    /// The service control policies that bind the account, where they were read.
    pub service_control_policies: Option<ServiceControlLevels>,
    /// The documents that any of them refers to.
    pub documents: BTreeMap<DocumentId, Arc<PolicyDocument>>,
}

/// What an account has of groups, roles and policies: a snapshot without its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPolicies {
    /// See [`Snapshot::groups`].
    pub groups: BTreeMap<String, Arc<Group>>,
    /// See [`Snapshot::roles`].
    pub roles: Fact<BTreeMap<String, Arc<Role>>>,
    /// See [`Snapshot::managed_policies`].
    pub managed_policies: BTreeMap<String, ManagedPolicy>,
    /// See [`Snapshot::inline_policies`].
    pub inline_policies: BTreeMap<(EntityKind, String), Vec<InlinePolicy>>,
    /// See [`Snapshot::service_control_policies`].
    pub service_control_policies: Option<ServiceControlLevels>,
    /// See [`Snapshot::documents`].
    pub documents: BTreeMap<DocumentId, Arc<PolicyDocument>>,
}

impl AccountPolicies {
    /// The account as a whole, with `users`.
    pub fn with_users(
        self,
        account: Account,
        users: impl IntoIterator<Item = Arc<User>>,
    ) -> Snapshot {
        let users = users.into_iter();
        Snapshot {
            account,
            users: users.map(|user| (user.id.clone(), user)).collect(),
            groups: self.groups,
            roles: self.roles,
            managed_policies: self.managed_policies,
            inline_policies: self.inline_policies,
            service_control_policies: self.service_control_policies,
            documents: self.documents,
        }
    }
}
