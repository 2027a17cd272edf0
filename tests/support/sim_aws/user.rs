//! A user of a simulated account.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::model::AccessKey;
use time::OffsetDateTime;
use time::macros::datetime;

use super::policy::{Document, unique_id};

/// A user with everything that IAM knows about it.
#[derive(Clone, Debug)]
pub(crate) struct SimUser {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// What answers say in place of its own ARN, if anything.
    pub(crate) told_arn: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) password: Option<SimPassword>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Names of groups.
    pub(crate) groups: BTreeSet<String>,
    /// ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
    pub(crate) inline: BTreeMap<String, Document>,
    /// ARN of a managed policy.
    pub(crate) boundary: Option<String>,
    /// Devices: the serial number, and since when.
    pub(crate) mfa: BTreeMap<String, OffsetDateTime>,
    /// What the credential report says of keys that it has no room for.
    pub(crate) more_keys: Option<String>,
    /// By id.
    pub(crate) keys: BTreeMap<String, AccessKey>,
}

/// A console password.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SimPassword {
    pub(crate) changed_at: OffsetDateTime,
    pub(crate) last_used: Option<OffsetDateTime>,
}

impl SimUser {
    /// A user that holds nothing.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: unique_id("AIDA", name),
            told_arn: None,
            created_at: datetime!(2021-03-04 05:06:07 UTC),
            password: None,
            tags: BTreeMap::new(),
            groups: BTreeSet::new(),
            attached: BTreeSet::new(),
            inline: BTreeMap::new(),
            boundary: None,
            mfa: BTreeMap::new(),
            more_keys: None,
            keys: BTreeMap::new(),
        }
    }

    pub(crate) fn in_group(mut self, name: &str) -> Self {
        self.groups.insert(name.to_owned());
        self
    }

    /// Adds an MFA device, used since the day after the user was created.
    pub(crate) fn mfa(mut self, serial_number: &str) -> Self {
        let enabled_at = self.created_at + time::Duration::DAY;
        self.mfa.insert(serial_number.to_owned(), enabled_at);
        self
    }
}
