//! The receivers that were ever sent anything: a sink together with its destination.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::store::migrate::LEGACY_SUFFIX;
use crate::store::open::Shared;
use crate::store::open::heal;
use crate::store::outbox::{sink_of, unix_ms};
use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// When a receiver was last in the configuration.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct ReceiverRecord {
    pub(in crate::store) configured_at_unix_ms: i64,
}

/// A receiver that the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownReceiver {
    /// Its name and the fingerprint of its destination: `NAME@FINGERPRINT`.
    pub receiver: String,
    /// When it was last in the configuration, in Unix milliseconds; for one that an earlier format
    /// knew, when that was brought to this one.
    pub configured_at_unix_ms: i64,
}

impl KnownReceiver {
    /// Whether an earlier format knew it, by its name alone.
    pub fn is_legacy(&self) -> bool {
        let suffix = self.receiver.rsplit_once('@').map(|(_, suffix)| suffix);
        suffix == Some(LEGACY_SUFFIX)
    }
}

/// Keys that are written in one transaction when many records go.
const KEYS_AT_ONCE: usize = 1_000;

impl Store {
    /// Every receiver that is known.
    pub fn receivers(&self) -> Result<Vec<KnownReceiver>, StoreError> {
        let shared = &self.shared;
        let prefix = MetaKey::Receiver("").to_bytes();
        let mut found = Vec::new();
        for item in shared.trees.meta.scan_prefix(&prefix) {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let Ok(record) = record::decode::<ReceiverRecord>(&key, &value) else {
                continue;
            };
            found.push(KnownReceiver {
                receiver: String::from_utf8_lossy(&key[prefix.len()..]).into_owned(),
                configured_at_unix_ms: record.configured_at_unix_ms,
            });
        }
        Ok(found)
    }

    /// Notes that `receivers` are configured at `now`, and gives those that an earlier format
    /// knew by name alone what that kept for them.
    pub fn adopt_receivers(
        &self,
        receivers: &[String],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        for receiver in receivers {
            let legacy = format!("{}@{LEGACY_SUFFIX}", sink_of(receiver));
            if *receiver != legacy && self.is_kept_for(&legacy)? {
                self.rename_receiver(&legacy, receiver)?;
            }
        }
        self.note_configured(receivers, now)
    }

    /// Notes that `receivers` are configured at `now`.
    pub(in crate::store) fn note_configured(
        &self,
        receivers: &[String],
        now: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        for receiver in receivers {
            let key = MetaKey::Receiver(receiver).to_bytes();
            let record = ReceiverRecord {
                configured_at_unix_ms: unix_ms(now),
            };
            writes.put(Tree::Meta, &key, record::encode(&key, &record)?);
        }
        shared.apply(writes)
    }

    /// Forgets all that is kept for `receiver`: what it was sent, what waits for it, its dead
    /// letters. How many events waited.
    pub fn forget_receiver(&self, receiver: &str) -> Result<u64, StoreError> {
        let shared = &self.shared;
        let waiting = self.outbox_fill(receiver).events;
        for (tree, prefix) in trees_of(receiver) {
            shared.remove_prefix(tree, &prefix)?;
        }
        shared.fills.lock().remove(receiver);
        Ok(waiting)
    }

    /// The receivers that the sink `name` ever was, without those of `configured`.
    pub fn receivers_of(
        &self,
        name: &str,
        configured: &[String],
    ) -> Result<Vec<String>, StoreError> {
        let known = self.receivers()?.into_iter().map(|known| known.receiver);
        let fills = self.outbox_fills().into_keys();
        let all = known
            .chain(fills)
            .chain(self.dead_letter_counts().into_keys());
        let wanted = all.filter(|it| sink_of(it) == name && !configured.contains(it));
        let wanted: BTreeSet<String> = wanted.collect();
        Ok(wanted.into_iter().collect())
    }

    /// Whether an event about anybody was ever staged for `receiver`.
    pub fn was_sent_to(&self, receiver: &str) -> Result<bool, StoreError> {
        let prefix = [receiver.as_bytes(), b"\0"].concat();
        let deliveries = self.shared.trees.get(Tree::Deliveries);
        let first = deliveries.scan_prefix(prefix).next().transpose();
        let first = first.map_err(|source| self.shared.failed("read", source))?;
        Ok(first.is_some())
    }

    /// Whether anything is kept for `receiver`.
    fn is_kept_for(&self, receiver: &str) -> Result<bool, StoreError> {
        let shared = &self.shared;
        for (tree, prefix) in trees_of(receiver) {
            let first = shared.trees.get(tree).scan_prefix(prefix).next();
            let first = first.transpose();
            if first
                .map_err(|source| shared.failed("read", source))?
                .is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn rename_receiver(&self, from: &str, to: &str) -> Result<(), StoreError> {
        let shared = &self.shared;
        for (tree, prefix) in trees_of(from) {
            if tree == Tree::Meta {
                shared.remove_prefix(tree, &prefix)?;
                continue;
            }
            let new_prefix = [to.as_bytes(), b"\0"].concat();
            loop {
                let _writer = shared.writer()?;
                let mut writes = Writes::default();
                let mut has_more = false;
                let items = shared.trees.get(tree).scan_prefix(&prefix);
                for item in items.take(KEYS_AT_ONCE) {
                    let (key, value) = item.map_err(|source| shared.failed("read", source))?;
                    let renamed = [&new_prefix, &key[prefix.len()..]].concat();
                    let moved = record::move_to(&key, &value, &renamed);
                    writes.remove(tree, &key);
                    if let Some(record) = moved {
                        writes.put(tree, &renamed, record);
                    }
                    has_more = true;
                }
                if !has_more {
                    break;
                }
                shared.apply(writes)?;
            }
        }
        // Nothing is queued or delivered while it is counted.
        let _writer = shared.writer()?;
        let fills = heal::count(&shared.trees);
        let fills = fills.map_err(|source| shared.failed("read its outbox", source))?;
        *shared.fills.lock() = std::mem::take(&mut *fills.lock());
        Ok(())
    }
}

/// Where records of a receiver are, and what their keys begin with.
fn trees_of(receiver: &str) -> [(Tree, Vec<u8>); 7] {
    let prefix = [receiver.as_bytes(), b"\0"].concat();
    let syncs = MetaKey::Sync(receiver, "").to_bytes();
    [
        (Tree::Deliveries, prefix.clone()),
        (Tree::Outbox, prefix.clone()),
        (Tree::Dead, prefix.clone()),
        (Tree::Audit, prefix),
        (Tree::Meta, syncs),
        (Tree::Meta, MetaKey::all_audit(receiver)),
        (Tree::Meta, MetaKey::Receiver(receiver).to_bytes()),
    ]
}

impl Shared {
    /// Removes every record whose key begins with `prefix`, some at a time.
    pub(in crate::store) fn remove_prefix(
        &self,
        tree: Tree,
        prefix: &[u8],
    ) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let _writer = self.writer()?;
            let mut writes = Writes::default();
            let mut count = 0;
            let keys = self.trees.get(tree).scan_prefix(prefix).keys();
            for key in keys.take(KEYS_AT_ONCE) {
                writes.remove(tree, &key.map_err(|source| self.failed("read", source))?);
                count += 1;
            }
            self.apply(writes)?;
            removed += count;
            if count < KEYS_AT_ONCE as u64 {
                return Ok(removed);
            }
        }
    }
}
