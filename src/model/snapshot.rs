//! An account as a whole: what a judgement that spans entities looks at.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Account, DocumentId, Group, PolicyDocument, Role, User};

/// The entities of one account as last known, and every policy document once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The account.
    pub account: Account,
    /// Users by UserId.
    pub users: BTreeMap<String, Arc<User>>,
    /// Groups by GroupId.
    pub groups: BTreeMap<String, Arc<Group>>,
    /// Roles by RoleId.
    pub roles: BTreeMap<String, Arc<Role>>,
    /// The documents that any of them refers to.
    pub documents: BTreeMap<DocumentId, Arc<PolicyDocument>>,
}
