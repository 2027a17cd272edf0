//! What the operator decides about events.

use super::{AdminBy, ServiceAccounts, TagNames};

/// What the operator decides about events, the administrator rule aside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MappingRules {
    /// Whether names or policy documents give the user's type.
    pub admin_by: AdminBy,
    /// Which users are programs.
    pub service_accounts: ServiceAccounts,
    /// Which tags hold a person's name and address.
    pub tag_names: TagNames,
    /// Whether last-used times are content, so that a new one alone is a change; else they are
    /// stamped on the event.
    pub is_last_use_content: bool,
    /// Whether events have `user.risk_level_id`.
    pub has_risk: bool,
}
