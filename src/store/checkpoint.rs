//! How far the passes over an account came.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::record;
use super::stage::encode;
use super::{Store, StoreError};

/// The checkpoint of one account, moved only by a pass that saw every user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    newest_create_date_unix_s: i64,
    passed_at_unix_s: i64,
    /// Users that the pass saw.
    pub users: u64,
}

impl Checkpoint {
    /// The checkpoint of a pass at `passed_at` that saw `users`, the newest of them created at
    /// `newest_create_date`.
    pub fn new(newest_create_date: OffsetDateTime, passed_at: OffsetDateTime, users: u64) -> Self {
        Self {
            newest_create_date_unix_s: newest_create_date.unix_timestamp(),
            passed_at_unix_s: passed_at.unix_timestamp(),
            users,
        }
    }

    /// CreateDate of the newest user ever seen in the account.
    pub fn newest_create_date(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.newest_create_date_unix_s).ok()
    }

    /// This checkpoint, or the earlier one's creation date if that is newer: the newest user may
    /// have been deleted, and a creation date seen once is never unseen.
    fn after(self, earlier: Option<Self>) -> Self {
        let floor = earlier.map_or(i64::MIN, |earlier| earlier.newest_create_date_unix_s);
        Self {
            newest_create_date_unix_s: self.newest_create_date_unix_s.max(floor),
            ..self
        }
    }
}

impl Store {
    /// The checkpoint of `account_id`; none before its first complete pass.
    pub fn checkpoint(&self, account_id: &str) -> Result<Option<Checkpoint>, StoreError> {
        let shared = &self.shared;
        let key = key(account_id);
        let value = shared.meta.get(&key);
        let value = value.map_err(|source| shared.failed("read its checkpoints", source))?;
        Ok(value.and_then(|value| record::decode(&key, &value).ok()))
    }

    /// The accounts that a pass went over completely, at any time.
    pub fn account_ids(&self) -> Result<Vec<String>, StoreError> {
        let shared = &self.shared;
        let prefix = key("");
        let ids = shared.meta.scan_prefix(&prefix).keys().map(|key| {
            let key = key.map_err(|source| shared.failed("read its checkpoints", source))?;
            Ok(String::from_utf8_lossy(&key[prefix.len()..]).into_owned())
        });
        ids.collect()
    }

    /// Moves the checkpoint of `account_id`, durably and never backwards.
    pub fn advance_checkpoint(
        &self,
        account_id: &str,
        reached: Checkpoint,
    ) -> Result<Checkpoint, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let reached = reached.after(self.checkpoint(account_id)?);
        let key = key(account_id);
        let record = encode(&key, &reached)?;
        shared.durably(|| shared.meta.insert(key, record))?;
        Ok(reached)
    }
}

/// Removes every checkpoint.
pub(super) fn forget_all(meta: &sled::Tree) -> sled::Result<()> {
    for key in meta.scan_prefix(key("")).keys() {
        meta.remove(key?)?;
    }
    Ok(())
}

fn key(account_id: &str) -> Vec<u8> {
    ["checkpoint", account_id].join("\0").into_bytes()
}
