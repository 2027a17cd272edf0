//! What nobody needs any more goes: deleted users, sinks and accounts that are gone, and damaged
//! stores that were moved aside.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::disk::{quarantines, remove_dir};
use super::kept::entities::Tombstone;
use super::outbox::unix_ms;
use super::record::{self, AccountKey, AuditKey, MetaKey, parse_entity_key, receiver_key};
use super::trees::{Tree, Writes};
use super::{LISTENER, Store, StoreError};
use crate::model::EntityKind;

/// So many damaged stores are kept beside this one.
const QUARANTINES_MAX: usize = 3;

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Deleted users that are not remembered any more.
    pub tombstones: u64,
    /// Receivers that were not configured for too long, and how many events waited for each.
    pub receivers: Vec<(String, u64)>,
    /// Accounts that no pass went over for too long.
    pub accounts: Vec<String>,
    /// Damaged stores that had been moved aside.
    pub quarantines: u64,
}

impl Store {
    /// Removes what ended before `horizon`. The `configured` receivers have not ended `now`,
    /// however long ago the process that they are configured in began; nor have the accounts that
    /// are `present`, whether or not they can be read. Where nobody knows which are, none goes.
    pub fn remove_ended(
        &self,
        configured: &[String],
        present: Option<&[String]>,
        now: OffsetDateTime,
        horizon: OffsetDateTime,
    ) -> Result<Removed, StoreError> {
        self.note_configured(configured, now)?;
        let horizon_unix_ms = unix_ms(horizon);
        let mut removed = Removed::default();
        for known in self.receivers()? {
            if known.configured_at_unix_ms < horizon_unix_ms {
                let waiting = self.forget_receiver(&known.receiver)?;
                removed.receivers.push((known.receiver, waiting));
            }
        }
        let known = self.accounts()?.into_iter();
        let is_gone = |id: &String| present.is_some_and(|present| !present.contains(id));
        for account in known.filter(is_gone) {
            let record = self.account(&account)?;
            let last_pass = record.last_pass.map(|pass| pass.at_unix_ms);
            let last = last_pass.max(record.failed_attempts.map(|it| it.at_unix_ms));
            if last.is_some_and(|at| at < horizon_unix_ms) {
                self.forget_account(&account)?;
                removed.accounts.push(account);
            }
        }
        removed.tombstones = self.remove_tombstones(horizon_unix_ms)?;
        removed.quarantines = self.remove_quarantines(horizon);
        Ok(removed)
    }

    /// Removes tombstones from before `horizon`, with what receivers were sent of them.
    fn remove_tombstones(&self, horizon_unix_ms: i64) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let receivers: HashSet<String> = self
            .receivers()?
            .into_iter()
            .map(|it| it.receiver)
            .collect();
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        let mut removed = 0;
        for item in &shared.trees.tombstones {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let tombstone = record::decode::<Tombstone>(&key, &value);
            if tombstone.is_ok_and(|it| it.deleted_at_unix_ms >= horizon_unix_ms) {
                continue;
            }
            writes.remove(Tree::Tombstones, &key);
            removed += 1;
            let entity = parse_entity_key(&key);
            for (receiver, entity) in receivers.iter().zip(entity.iter().cycle()) {
                writes.remove(Tree::Deliveries, &receiver_key(receiver, entity));
            }
        }
        shared.apply(writes)?;
        Ok(removed)
    }

    /// Forgets all that is kept of `account`, what receivers were sent of it among that. What
    /// waits for a receiver stays.
    fn forget_account(&self, account: &str) -> Result<(), StoreError> {
        let shared = &self.shared;
        let users = AccountKey {
            account,
            kind: EntityKind::User,
        };
        let prefix = users.prefix();
        for known in self.receivers()? {
            let deliveries = [known.receiver.as_bytes(), b"\0", &prefix].concat();
            shared.remove_prefix(Tree::Deliveries, &deliveries)?;
            let sync = MetaKey::Sync(&known.receiver, account).to_bytes();
            shared.remove_prefix(Tree::Meta, &sync)?;
            self.forget_followed(&known.receiver, account)?;
        }
        self.forget_followed(LISTENER, account)?;
        shared.remove_prefix(Tree::Entities, &prefix)?;
        shared.remove_prefix(Tree::Tombstones, &prefix)?;
        let of_account = [account.as_bytes(), b"\0"].concat();
        shared.remove_prefix(Tree::History, &of_account)?;
        shared.remove_prefix(Tree::Passes, &of_account)?;
        shared.remove_prefix(Tree::Meta, &MetaKey::Hint(account, "").to_bytes())?;
        shared.remove_prefix(Tree::Meta, &MetaKey::Account(account).to_bytes())?;
        Ok(())
    }

    /// Forgets which records `follower` took of `account`.
    fn forget_followed(&self, follower: &str, account: &str) -> Result<(), StoreError> {
        let taken = AuditKey { follower, account };
        self.shared.remove_prefix(Tree::Audit, &taken.prefix())?;
        let floors = MetaKey::Audit(follower, account, "").to_bytes();
        self.shared.remove_prefix(Tree::Meta, &floors)?;
        Ok(())
    }

    /// Removes damaged stores from before `horizon`, and all but the newest few. One that cannot
    /// be removed stays.
    fn remove_quarantines(&self, horizon: OffsetDateTime) -> u64 {
        let found = quarantines(&self.shared.dir);
        let too_many = found.len().saturating_sub(QUARANTINES_MAX);
        let mut removed = 0;
        for (index, path) in found.iter().enumerate() {
            let changed = path.metadata().and_then(|metadata| metadata.modified());
            let is_old = changed.is_ok_and(|at| OffsetDateTime::from(at) < horizon);
            if index < too_many || is_old {
                match remove_dir(path) {
                    Ok(()) => removed += 1,
                    Err(error) => tracing::warn!(
                        path = %path.display(), %error,
                        "a damaged store that was moved aside cannot be removed"
                    ),
                }
            }
        }
        removed
    }
}
