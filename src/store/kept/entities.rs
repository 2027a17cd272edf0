//! Entities as last known, and those that were deleted.

use serde::{Deserialize, Serialize};

use super::verdict::KeptVerdict;
use crate::model::{Digest, EntityKey, EntityKind, FormerName, StaleFact, User};
use crate::store::record::{self, AccountKey, blob, fixed, parse_entity_key};
use crate::store::trees::Tree;
use crate::store::{Store, StoreError};

/// One user as last known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityRecord {
    /// Digest of the last observation: of every value, and of which facts were unknown.
    #[serde(with = "fixed")]
    observed: [u8; 32],
    /// Digest of what events are made from, as observed last.
    #[serde(with = "fixed")]
    content: [u8; 32],
    /// Digest of what events are made from, with the last known value of what was unknown.
    #[serde(with = "fixed")]
    merged: [u8; 32],
    /// The observation that this comes from.
    pub ordinal: u64,
    /// The complete observation that did not hold the entity, if the last one did not.
    #[serde(default)]
    pub absent_since: Option<u64>,
    /// Names that the entity had before.
    #[serde(default)]
    pub former_names: Vec<FormerName>,
    /// The facts that are known from earlier observations alone.
    #[serde(default)]
    pub stale: Vec<StaleFact>,
    /// The verdict on it, where one was made.
    #[serde(default)]
    pub verdict: Option<KeptVerdict>,
    /// The user with the last known value of every fact.
    #[serde(with = "blob")]
    user: Vec<u8>,
}

/// The most bytes of a user in a record, which has room for the rest then.
const USER_SIZE_MAX: usize = record::SIZE_MAX - 16 * 1024;

/// The digests of one observation of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObservedDigests {
    /// Of every value, and of which facts are unknown.
    pub observed: Digest,
    /// Of what events are made from.
    pub content: Digest,
    /// Of what events are made from, with the last known value of what is unknown.
    pub merged: Digest,
}

/// A deleted user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When the deletion was noticed.
    pub deleted_at_unix_ms: i64,
    /// The pass that noticed it.
    pub pass_id: String,
    /// The last verdict on it, where one was made.
    #[serde(default)]
    pub verdict: Option<KeptVerdict>,
    /// The user as last known.
    #[serde(with = "blob")]
    user: Vec<u8>,
}

impl EntityRecord {
    /// The record of `user`, which holds the last known value of every fact. `None` if the user
    /// is too large to be kept.
    pub fn new(user: &User, digests: ObservedDigests, ordinal: u64) -> Option<Self> {
        let packed = record::pack(user).ok()?;
        (packed.len() <= USER_SIZE_MAX).then_some(Self {
            observed: *digests.observed.as_bytes(),
            content: *digests.content.as_bytes(),
            merged: *digests.merged.as_bytes(),
            ordinal,
            absent_since: None,
            former_names: Vec::new(),
            stale: Vec::new(),
            verdict: None,
            user: packed,
        })
    }

    /// The user, unless it was written in a way that is not readable any more.
    pub fn user(&self) -> Option<User> {
        record::unpack(&self.user).ok()
    }

    /// The digests of the last observation.
    pub fn digests(&self) -> ObservedDigests {
        ObservedDigests {
            observed: Digest::from_bytes(self.observed),
            content: Digest::from_bytes(self.content),
            merged: Digest::from_bytes(self.merged),
        }
    }

    /// The record of the same user, deleted.
    pub fn into_tombstone(self, deleted_at_unix_ms: i64, pass_id: String) -> Tombstone {
        Tombstone {
            deleted_at_unix_ms,
            pass_id,
            verdict: self.verdict,
            user: self.user,
        }
    }
}

impl Tombstone {
    /// The user as last known, if it is readable.
    pub fn user(&self) -> Option<User> {
        record::unpack(&self.user).ok()
    }
}

impl Store {
    /// What is known of each of `entities`, in their order.
    pub fn entities(
        &self,
        entities: &[EntityKey],
    ) -> Result<Vec<Option<EntityRecord>>, StoreError> {
        let records = entities.iter().map(|entity| {
            self.shared
                .read(Tree::Entities, &record::entity_key(entity))
        });
        records.collect()
    }

    /// The UserIds of the users of `account` that are known and not deleted.
    pub fn user_ids(&self, account: &str) -> Result<Vec<String>, StoreError> {
        let prefix = users_of(account);
        let keys = self.shared.trees.entities.scan_prefix(&prefix).keys();
        let ids = keys.map(|key| {
            let key = key.map_err(|source| self.shared.failed("read", source))?;
            Ok(String::from_utf8_lossy(&key[prefix.len()..]).into_owned())
        });
        ids.collect()
    }

    /// At most `count` users of `account` that are known and not deleted, in the order of their
    /// UserIds, from the one after `after` on.
    pub fn users_after(
        &self,
        account: &str,
        after: Option<&str>,
        count: usize,
    ) -> Result<Vec<(EntityKey, EntityRecord)>, StoreError> {
        let mut start = users_of(account);
        let end = after_prefix(&start);
        if let Some(after) = after {
            start.extend_from_slice(after.as_bytes());
            start.push(0);
        }
        let mut found = Vec::new();
        for item in self.shared.trees.entities.range(start..end) {
            let (key, value) = item.map_err(|source| self.shared.failed("read", source))?;
            let entity = parse_entity_key(&key).zip(record::decode(&key, &value).ok());
            found.extend(entity);
            if found.len() == count {
                break;
            }
        }
        Ok(found)
    }

    /// The deleted users of `account` that are still remembered.
    pub fn tombstones(&self, account: &str) -> Result<Vec<(EntityKey, Tombstone)>, StoreError> {
        let tree = &self.shared.trees.tombstones;
        let mut found = Vec::new();
        for item in tree.scan_prefix(users_of(account)) {
            let (key, value) = item.map_err(|source| self.shared.failed("read", source))?;
            found.extend(parse_entity_key(&key).zip(record::decode(&key, &value).ok()));
        }
        Ok(found)
    }

    /// Whether any deleted user of `account` is remembered.
    pub fn has_tombstones(&self, account: &str) -> Result<bool, StoreError> {
        let tree = &self.shared.trees.tombstones;
        let first = tree.scan_prefix(users_of(account)).next().transpose();
        Ok(first
            .map_err(|source| self.shared.failed("read", source))?
            .is_some())
    }
}

fn users_of(account: &str) -> Vec<u8> {
    let kind = EntityKind::User;
    AccountKey { account, kind }.prefix()
}

/// The first key after every key with `prefix`, which ends with a zero byte.
fn after_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    if let Some(last) = end.last_mut() {
        *last = 1;
    }
    end
}
