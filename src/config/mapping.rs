//! `[mapping]`: how facts become events.

use serde::Deserialize;

use crate::analyze::AdminRule;
use crate::map::TagNames;

/// `[mapping]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappingSettings {
    /// Names of group policies that make an administrator: case-insensitive substrings.
    pub admin: Vec<String>,
    /// Whether the account's root user is an inventory entry; only the credential report tells
    /// of it.
    pub root_account: bool,
    /// Which tags tell about the person behind a user.
    pub tags: TagNames,
}

impl Default for MappingSettings {
    fn default() -> Self {
        Self {
            admin: AdminRule::DOCUMENTED.map(str::to_owned).to_vec(),
            root_account: true,
            tags: TagNames::default(),
        }
    }
}
