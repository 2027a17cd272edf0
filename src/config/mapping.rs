//! `[mapping]`: how facts become events.

use serde::Deserialize;

use crate::analyze::AdminRule;
use crate::map::TagNames;

/// `[mapping]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MappingSettings {
    /// Which users are sent.
    pub emit: Emit,
    /// Names of group policies that make an administrator: case-insensitive substrings.
    pub admin: Vec<String>,
    /// Whether the account's root user is an inventory entry; only the credential report
    /// holds it.
    pub root_account: bool,
    /// Whether the deletion of a user is reported.
    pub deleted_users: DeletedUsers,
    /// The share of known users, in percent, that may be gone at once; more are held back until
    /// they are accepted.
    pub max_deleted_percent: u8,
    /// Whether a user is sent again when only the time of its password's or a key's last use has
    /// changed.
    pub send_last_used: bool,
    /// Which tags describe the person behind a user.
    pub tags: TagNames,
}

/// Which users are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emit {
    /// Who is new or has changed.
    Changed,
    /// Who was created since the checkpoint, and nobody a second time: neither a change nor a
    /// deletion is noticed, and no call is made for the others.
    Created,
    /// Everybody, in every pass.
    All,
}

/// Whether the deletion of a user is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletedUsers {
    /// Once it is proven.
    Send,
    /// Never.
    Skip,
}

impl Default for MappingSettings {
    fn default() -> Self {
        Self {
            emit: Emit::Changed,
            admin: AdminRule::DOCUMENTED.map(str::to_owned).to_vec(),
            root_account: true,
            deleted_users: DeletedUsers::Send,
            max_deleted_percent: 20,
            send_last_used: false,
            tags: TagNames::default(),
        }
    }
}
