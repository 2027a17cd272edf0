//! How far each receiver was brought up to date with an account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::store::outbox::unix_ms;
use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

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

impl Store {
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

    /// Writes how far receivers came with `account`, durably.
    pub fn remember_syncs(
        &self,
        account: &str,
        syncs: &BTreeMap<String, SyncRecord>,
    ) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let mut writes = Writes::default();
        put_syncs(&mut writes, account, syncs)?;
        self.shared.apply(writes)
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
        self.shared.apply(writes)
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
        self.shared.apply(writes)
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
        self.shared.apply(writes)
    }
}

pub(super) fn put_syncs(
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
