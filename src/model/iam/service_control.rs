//! Service control policies: what an organization lets the principals of an account do at most.

use std::sync::Arc;

use super::PolicyDocument;

/// A service control policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceControlPolicy {
    /// Its name.
    pub name: String,
    /// Its document.
    pub document: Arc<PolicyDocument>,
}

/// The policies that bind an account by level, from the organization's root to the account itself:
/// at each level one has to allow. Without levels none binds, as in the management account.
pub type ServiceControlLevels = Vec<Vec<ServiceControlPolicy>>;
