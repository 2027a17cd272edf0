//! What happened to a user, and what a pass found: the account's history.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::foreign::Shown;

/// What happened to a user, as one pass noticed it, or as `lifecycle` did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// The pass that noticed it, or the plan that it was of.
    pub pass_id: String,
    /// UserName.
    pub user_name: String,
    /// The user's ARN; empty where `lifecycle` did not come to know it.
    pub arn: String,
    /// What it is.
    pub kind: HistoryKind,
    /// Field by field; none for a user that appeared or went.
    pub changes: Vec<FieldChange>,
    /// What `lifecycle` did or could not do, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Shown>,
}

/// What happened to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistoryKind {
    /// Seen for the first time.
    Appeared,
    /// Something about it changed.
    Changed,
    /// Proven to be deleted.
    Deleted,
    /// Something was done to it by `lifecycle`, or could not be done.
    Lifecycle,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field, as events name it.
    pub field: String,
    /// As it was.
    pub before: Value,
    /// As it became.
    pub after: Value,
}

/// What one pass over an account found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassRecord {
    /// The pass, `metadata.correlation_uid` of its events.
    pub id: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Users seen.
    pub users: u64,
    /// What is known of them.
    pub tally: Tally,
    /// Users seen for the first time.
    pub appeared: u64,
    /// Users who changed.
    pub changed: u64,
    /// Users reported as deleted.
    pub deleted: u64,
    /// Users who are gone and not reported as deleted: too many at once to believe it.
    #[serde(default)]
    pub held_back: u64,
    /// Facts that were asked for, could not be read, and were never known, over all users.
    #[serde(default)]
    pub missing_facts: u64,
    /// Facts that could not be read and are as last known, over all users.
    #[serde(default)]
    pub stale_facts: u64,
    /// Why it did not see every user; `None` if nothing contradicts that it did.
    pub incomplete: Option<Shown>,
}

/// Users by what an auditor asks first; the last known value stands for what is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Administrators.
    pub admins: u64,
    /// Users for which that is unknown.
    pub admin_unknown: u64,
    /// Users without MFA.
    pub without_mfa: u64,
    /// Users whose MFA is unknown.
    pub mfa_unknown: u64,
    /// Administrators without MFA.
    #[serde(default)]
    pub admins_without_mfa: u64,
}

impl PassRecord {
    /// Whether it saw every user, and nothing new about any.
    pub fn is_quiet(&self) -> bool {
        self.incomplete.is_none() && self.appeared + self.changed + self.deleted == 0
    }
}

impl Tally {
    /// Adds those of another chunk.
    pub fn add(&mut self, other: Self) {
        self.admins += other.admins;
        self.admin_unknown += other.admin_unknown;
        self.without_mfa += other.without_mfa;
        self.admins_without_mfa += other.admins_without_mfa;
        self.mfa_unknown += other.mfa_unknown;
    }
}
