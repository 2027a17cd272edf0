//! What is remembered of an account, and how far each receiver was brought up to date with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::{Membership, PassRecord};
use crate::store::kept::attempts::FailedAttempts;
use crate::store::kept::checkpoint::Checkpoint;
use crate::store::kept::hints::{Hints, remove_hints};
use crate::store::kept::history::{KeptPass, key_at, pass_key};
use crate::store::kept::syncs::{SyncRecord, put_syncs};
use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// What passes over an account leave for the next ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountRecord {
    /// Counts the observations of the account: a later one has a higher ordinal.
    pub ordinal: u64,
    /// The last pass, whether or not it saw every user.
    pub last_pass: Option<PassOf>,
    /// The last pass that saw every user.
    pub last_complete: Option<PassOf>,
    /// Attempts since the last pass, none of which was one.
    pub failed_attempts: Option<FailedAttempts>,
    /// How far passes that saw every user came.
    pub checkpoint: Option<Checkpoint>,
    /// When the whole account last had each fact confirmed, in Unix milliseconds, by name.
    pub confirmed_unix_ms: BTreeMap<String, i64>,
    /// Calls a second that AWS let through, where that was less than configured, by action.
    pub rates_per_second: BTreeMap<String, f64>,
    /// Actions that AWS denied.
    pub denied: Vec<String>,
    /// The name that events give the account.
    pub name: Option<String>,
    /// Its place in an organization.
    pub membership: Option<Arc<Membership>>,
}

/// A pass, and when it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassOf {
    /// When it began, in Unix milliseconds.
    pub at_unix_ms: i64,
    /// What it found.
    pub record: PassRecord,
}

/// The end of a pass, written at once.
#[derive(Debug, Clone)]
pub struct PassEnd {
    /// What is remembered of the account.
    pub account: AccountRecord,
    /// How far receivers came, by receiver.
    pub syncs: BTreeMap<String, SyncRecord>,
    /// Hints that it has seen to.
    pub done: Hints,
    /// The pass, for the history.
    pub pass: KeptPass,
    /// Up to when the history of the account is forgotten.
    pub horizon: OffsetDateTime,
}

impl Store {
    /// What is remembered of `account`; the default if nothing is.
    pub fn account(&self, account: &str) -> Result<AccountRecord, StoreError> {
        let key = MetaKey::Account(account).to_bytes();
        let record = self.shared.read(Tree::Meta, &key)?;
        Ok(record.unwrap_or_default())
    }

    /// Remembers `record` of `account`, durably.
    pub fn remember_account(
        &self,
        account: &str,
        record: &AccountRecord,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let mut writes = Writes::default();
        put_account(&mut writes, account, record)?;
        self.shared.apply(writes)
    }

    /// Every account of which anything is remembered.
    pub fn accounts(&self) -> Result<Vec<String>, StoreError> {
        let shared = &self.shared;
        let prefix = MetaKey::Account("").to_bytes();
        let keys = shared.trees.meta.scan_prefix(&prefix).keys();
        let ids = keys.map(|key| {
            let key = key.map_err(|source| shared.failed("read", source))?;
            Ok(String::from_utf8_lossy(&key[prefix.len()..]).into_owned())
        });
        ids.collect()
    }

    /// When the last pass over any account began; `None` if there was none.
    pub fn last_pass_at(&self) -> Result<Option<OffsetDateTime>, StoreError> {
        let mut last_unix_ms = None;
        for id in self.accounts()? {
            let pass = self.account(&id)?.last_pass;
            last_unix_ms = last_unix_ms.max(pass.map(|pass| pass.at_unix_ms));
        }
        let nanoseconds = last_unix_ms.map(|at| i128::from(at) * 1_000_000);
        Ok(nanoseconds.and_then(|at| OffsetDateTime::from_unix_timestamp_nanos(at).ok()))
    }

    /// Begins an observation of `account`: its ordinal, and how far receivers are, are written
    /// with the next durable write at the latest. An observation of which nothing became durable
    /// never was.
    pub fn begin_observation(
        &self,
        account: &str,
        record: &AccountRecord,
        syncs: &BTreeMap<String, SyncRecord>,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        put_account(&mut writes, account, record)?;
        put_syncs(&mut writes, account, syncs)?;
        let applied = shared.trees.apply(&writes);
        applied.map_err(|source| shared.failed("write to it", source))
    }

    /// Writes the end of a pass over `account`, durably, and forgets what happened before its
    /// horizon and the pass that it stands for.
    pub fn end_pass(&self, account: &str, end: PassEnd) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        put_account(&mut writes, account, &end.account)?;
        put_syncs(&mut writes, account, &end.syncs)?;
        remove_hints(&mut writes, account, &end.done, &self.hints(account)?);
        let (start, horizon) = (
            pass_key(account, OffsetDateTime::UNIX_EPOCH),
            pass_key(account, end.horizon),
        );
        for tree in [Tree::History, Tree::Passes] {
            let old = shared.trees.get(tree).range(start.clone()..horizon.clone());
            for key in old.keys() {
                let key = key.map_err(|source| shared.failed("read", source))?;
                writes.remove(tree, &key);
            }
        }
        if let Some(at_unix_ms) = end.pass.stands_for_unix_ms {
            writes.remove(Tree::Passes, &key_at(account, at_unix_ms, ""));
        }
        let (key, record) = end.pass.encode(account)?;
        writes.put(Tree::Passes, &key, record);
        shared.apply(writes)
    }
}

pub(in crate::store) fn put_account(
    writes: &mut Writes,
    account: &str,
    record: &AccountRecord,
) -> Result<(), StoreError> {
    let key = MetaKey::Account(account).to_bytes();
    writes.put(Tree::Meta, &key, record::encode(&key, record)?);
    Ok(())
}
