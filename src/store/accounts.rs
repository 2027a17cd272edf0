//! What is remembered of an account, and how far each receiver was brought up to date with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::attempts::FailedAttempts;
use super::history::{KeptPass, pass_key};
use super::outbox::unix_ms;
use super::record::{self, MetaKey};
use super::trees::{Tree, Writes};
use super::{Store, StoreError};
use crate::model::{Membership, PassRecord};

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

/// The checkpoint of one account, moved only by a pass that saw every user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    newest_create_date_unix_s: i64,
    passed_at_unix_s: i64,
    /// Users that the pass saw.
    pub users: u64,
}

/// How far a receiver was brought up to date with an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncRecord {
    /// Counts the rounds in which everything is sent again.
    pub epoch: u64,
    /// When the last of them began, in Unix milliseconds.
    pub epoch_began_unix_ms: i64,
    /// The last observation whose changes and deletions were all staged.
    pub ordinal: u64,
    /// Whether something known was not staged, since the outbox was full.
    pub is_behind: bool,
}

/// The end of a pass, written at once.
#[derive(Debug, Clone)]
pub struct PassEnd {
    /// What is remembered of the account.
    pub account: AccountRecord,
    /// How far receivers came, by receiver.
    pub syncs: BTreeMap<String, SyncRecord>,
    /// The pass, for the history.
    pub pass: KeptPass,
    /// Up to when the history of the account is forgotten.
    pub horizon: OffsetDateTime,
}

impl Checkpoint {
    /// The checkpoint of a pass at `passed_at` that saw `users`, the newest of them created at
    /// `newest_create_date`; no later than the pass itself, whatever that date says.
    pub fn new(newest_create_date: OffsetDateTime, passed_at: OffsetDateTime, users: u64) -> Self {
        let newest = newest_create_date.min(passed_at);
        Self {
            newest_create_date_unix_s: newest.unix_timestamp(),
            passed_at_unix_s: passed_at.unix_timestamp(),
            users,
        }
    }

    /// CreateDate of the newest user ever seen in the account.
    pub fn newest_create_date(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.newest_create_date_unix_s).ok()
    }

    /// When the pass was.
    pub fn passed_at(&self) -> Option<OffsetDateTime> {
        OffsetDateTime::from_unix_timestamp(self.passed_at_unix_s).ok()
    }

    /// This checkpoint, or the earlier one's creation date if that is newer: the newest user may
    /// have been deleted, and a creation date seen once is never unseen.
    #[must_use]
    pub fn after(self, earlier: Option<Self>) -> Self {
        let floor = earlier.map_or(i64::MIN, |earlier| earlier.newest_create_date_unix_s);
        Self {
            newest_create_date_unix_s: self.newest_create_date_unix_s.max(floor),
            ..self
        }
    }
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
        self.shared.apply(&writes)
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

    /// How far `receiver` was brought up to date with `account`; `None` if it never was.
    pub fn sync_record(
        &self,
        receiver: &str,
        account: &str,
    ) -> Result<Option<SyncRecord>, StoreError> {
        let key = MetaKey::Sync(receiver, account).to_bytes();
        self.shared.read(Tree::Meta, &key)
    }

    /// Every receiver that is behind with an account, with that account.
    pub fn receivers_behind(&self) -> Result<Vec<(String, String)>, StoreError> {
        let shared = &self.shared;
        let mut behind = Vec::new();
        for item in shared.trees.meta.scan_prefix(MetaKey::all_syncs()) {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let sync = record::decode::<SyncRecord>(&key, &value);
            if sync.is_ok_and(|sync| sync.is_behind) {
                behind.extend(MetaKey::parse_pair(&key));
            }
        }
        Ok(behind)
    }

    /// How many accounts other than `account` the receiver is behind with.
    pub fn accounts_behind(&self, receiver: &str, account: &str) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let mut count = 0;
        for item in shared
            .trees
            .meta
            .scan_prefix(MetaKey::Sync(receiver, "").to_bytes())
        {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let is_own = MetaKey::parse_pair(&key).is_some_and(|(_, of)| of == account);
            let sync = record::decode::<SyncRecord>(&key, &value);
            count += u64::from(!is_own && sync.is_ok_and(|sync| sync.is_behind));
        }
        Ok(count)
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

    /// Writes how far receivers came with `account`, durably.
    pub fn remember_syncs(
        &self,
        account: &str,
        syncs: &BTreeMap<String, SyncRecord>,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let mut writes = Writes::default();
        put_syncs(&mut writes, account, syncs)?;
        self.shared.apply(&writes)
    }

    /// Writes whether `receiver` is behind with `account`, and changes nothing else of its record.
    pub fn set_behind(
        &self,
        receiver: &str,
        account: &str,
        is_behind: bool,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let sync = self.sync_record(receiver, account)?.unwrap_or_default();
        if sync.is_behind == is_behind {
            return Ok(());
        }
        let sync = SyncRecord { is_behind, ..sync };
        let mut writes = Writes::default();
        put_syncs(
            &mut writes,
            account,
            &BTreeMap::from([(receiver.to_owned(), sync)]),
        )?;
        self.shared.apply(&writes)
    }

    /// Leaves it to the next pass over `account`, if there is one, to bring `receiver` up to date:
    /// what is kept does not suffice.
    pub fn leave_to_pass(&self, receiver: &str, account: &str) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let sync = SyncRecord {
            is_behind: false,
            ordinal: 0,
            ..self.sync_record(receiver, account)?.unwrap_or_default()
        };
        let mut writes = Writes::default();
        let syncs = BTreeMap::from([(receiver.to_owned(), sync)]);
        put_syncs(&mut writes, account, &syncs)?;
        self.shared.apply(&writes)
    }

    /// Has every user of `accounts` sent again to each of `receivers`, from `now` on, by whichever
    /// pass comes to it. A receiver that was sent nothing of an account needs no such request.
    pub fn request_resends(
        &self,
        accounts: &[String],
        receivers: &[String],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let mut writes = Writes::default();
        for account in accounts {
            let mut syncs = BTreeMap::new();
            for receiver in receivers {
                if let Some(mut sync) = self.sync_record(receiver, account)? {
                    sync.epoch += 1;
                    sync.epoch_began_unix_ms = unix_ms(now);
                    syncs.insert(receiver.clone(), sync);
                }
            }
            put_syncs(&mut writes, account, &syncs)?;
        }
        self.shared.apply(&writes)
    }

    /// Writes the end of a pass over `account`, durably, and forgets what happened before its
    /// horizon and the pass that it stands for.
    pub fn end_pass(&self, account: &str, end: PassEnd) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        put_account(&mut writes, account, &end.account)?;
        put_syncs(&mut writes, account, &end.syncs)?;
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
            writes.remove(
                Tree::Passes,
                &super::history::key_at(account, at_unix_ms, ""),
            );
        }
        let (key, record) = end.pass.encode(account)?;
        writes.put(Tree::Passes, &key, record);
        shared.apply(&writes)
    }
}

pub(super) fn put_account(
    writes: &mut Writes,
    account: &str,
    record: &AccountRecord,
) -> Result<(), StoreError> {
    let key = MetaKey::Account(account).to_bytes();
    writes.put(Tree::Meta, &key, record::encode(&key, record)?);
    Ok(())
}

fn put_syncs(
    writes: &mut Writes,
    account: &str,
    syncs: &BTreeMap<String, SyncRecord>,
) -> Result<(), StoreError> {
    for (receiver, sync) in syncs {
        let key = MetaKey::Sync(receiver, account).to_bytes();
        writes.put(Tree::Meta, &key, record::encode(&key, sync)?);
    }
    Ok(())
}
