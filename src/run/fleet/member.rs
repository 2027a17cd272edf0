//! One account of a fleet.

use std::sync::Arc;

use crate::config::{AccountSettings, Role};
use crate::model::Membership;

/// An account to pass over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The id that is expected; without one, whatever account the credentials belong to.
    pub id: Option<String>,
    /// The configured name, or the organization's.
    pub name: Option<String>,
    /// The account's place in the organization, where that was listed.
    pub membership: Option<Arc<Membership>>,
    /// Whether the organization may hold the account although it was not listed.
    pub is_unlisted: bool,
    /// The role to read it as; without one, the credentials themselves.
    pub role: Option<Role>,
}

impl Member {
    pub(super) fn configured(account: &AccountSettings) -> Self {
        Self {
            id: Some(account.id.clone()),
            name: account.name.clone(),
            role: account.role(),
            ..Self::default()
        }
    }
}
