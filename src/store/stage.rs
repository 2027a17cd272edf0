//! New and changed users into the outbox, together with the digest that says so.

use std::collections::BTreeMap;
use std::convert::Infallible;

use sled::Transactional;
use sled::transaction::{ConflictableTransactionError, TransactionError};

use super::entry::{EntryKey, Known, OutboxEntry, UserState};
use super::known;
use super::open::Shared;
use super::record::{self, SIZE_MAX};
use super::{Store, StoreError};
use crate::model::{Digest, EventId};

/// One user's event for one sink.
#[derive(Debug, Clone)]
pub struct StagedEvent {
    /// The sink's name.
    pub sink: String,
    /// UserId.
    pub user_id: String,
    /// The event's id.
    pub id: EventId,
    /// Digest of its lasting content.
    pub digest: Digest,
    /// The event.
    pub json: Vec<u8>,
}

/// What to keep of users and to send to sinks, together.
#[derive(Debug, Clone, Default)]
pub struct Staging {
    /// What is now known of users where that is something new, by UserId.
    pub known: Vec<(String, Vec<u8>)>,
    /// Events, for those sinks that do not know them yet.
    pub events: Vec<StagedEvent>,
    /// Users of whom nothing is kept any more, by UserId.
    pub forgotten: Vec<String>,
}

impl From<Vec<StagedEvent>> for Staging {
    fn from(events: Vec<StagedEvent>) -> Self {
        Self {
            events,
            ..Self::default()
        }
    }
}

/// What staging did, per sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StagedCounts {
    /// Events put into the outbox.
    pub queued: BTreeMap<String, u64>,
    /// Users of whom the sink already knows this state, or has it waiting.
    pub unchanged: BTreeMap<String, u64>,
    /// Events that no page could hold; a user within IAM's quotas never makes one.
    pub too_large: BTreeMap<String, u64>,
}

/// Writes that belong together, by tree.
pub(super) struct Writes {
    pub(super) states: sled::Batch,
    pub(super) outbox: sled::Batch,
    pub(super) known: sled::Batch,
    pub(super) dead: sled::Batch,
    pub(super) is_empty: bool,
}

impl Default for Writes {
    fn default() -> Self {
        let batch = sled::Batch::default;
        Self {
            states: batch(),
            outbox: batch(),
            known: batch(),
            dead: batch(),
            is_empty: true,
        }
    }
}

impl StagedCounts {
    /// Adds what another call did.
    pub fn add(&mut self, other: Self) {
        for (total, more) in [
            (&mut self.queued, other.queued),
            (&mut self.unchanged, other.unchanged),
            (&mut self.too_large, other.too_large),
        ] {
            for (sink, count) in more {
                *total.entry(sink).or_default() += count;
            }
        }
    }
}

impl Store {
    /// Keeps what is known and puts what is new or changed into the outbox; with `resend`,
    /// everything. When this returns, all of it is durable together.
    pub fn stage(
        &self,
        account_id: &str,
        staging: impl Into<Staging>,
        resend: bool,
    ) -> Result<StagedCounts, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut counts = StagedCounts::default();
        let staging = staging.into();
        let mut writes = Writes::default();
        for (user_id, facts) in staging.known {
            let key = known::key(account_id, &user_id);
            let record = encode(&key, &Known { facts })?;
            // Without a baseline, what is unknown is only not made up for.
            if record.len() <= SIZE_MAX {
                writes.known.insert(key, record);
                writes.is_empty = false;
            }
        }
        for user_id in staging.forgotten {
            writes.known.remove(known::key(account_id, &user_id));
            writes.is_empty = false;
        }
        for event in staging.events {
            let key = EntryKey::new(&event.sink, account_id, &event.user_id);
            if !resend && shared.is_current(&key, &event)? {
                *counts.unchanged.entry(event.sink).or_default() += 1;
                continue;
            }
            let entry = encode(key.as_bytes(), &OutboxEntry::new(&event.id, event.json))?;
            if entry.len() > SIZE_MAX {
                tracing::error!(
                    user_id = event.user_id,
                    sink = event.sink,
                    bytes = entry.len(),
                    bytes_max = SIZE_MAX,
                    "an event is too large to be kept safe and is not sent"
                );
                *counts.too_large.entry(event.sink).or_default() += 1;
                continue;
            }
            let state = UserState::pending(&event.digest, &event.id);
            writes
                .states
                .insert(key.as_bytes(), encode(key.as_bytes(), &state)?);
            writes.outbox.insert(key.as_bytes(), entry);
            writes.is_empty = false;
            *counts.queued.entry(event.sink).or_default() += 1;
        }
        shared.apply(&writes)?;
        Ok(counts)
    }
}

impl Shared {
    /// Whether the sink was told this, or has it waiting. An entry that should wait and does not
    /// was lost to damage: the user is staged again.
    fn is_current(&self, key: &EntryKey, event: &StagedEvent) -> Result<bool, StoreError> {
        let Some(state) = self.read::<UserState>(&self.states, key)? else {
            return Ok(false);
        };
        if state.digest() != event.digest {
            return Ok(false);
        }
        if !state.pending {
            return Ok(true);
        }
        let waiting = self.read::<OutboxEntry>(&self.outbox, key)?;
        Ok(waiting.is_some_and(|entry| entry.event_id() == event.id))
    }

    /// The record of `key`; a damaged one counts as absent.
    pub(super) fn read<T: serde::de::DeserializeOwned>(
        &self,
        tree: &sled::Tree,
        key: &EntryKey,
    ) -> Result<Option<T>, StoreError> {
        let value = tree
            .get(key.as_bytes())
            .map_err(|source| self.failed("read", source))?;
        Ok(value.and_then(|value| record::decode(key.as_bytes(), &value).ok()))
    }

    /// Applies `writes` in one transaction, durably.
    pub(super) fn apply(&self, writes: &Writes) -> Result<(), StoreError> {
        if writes.is_empty {
            return Ok(());
        }
        let write = || {
            let trees = (&self.states, &self.outbox, &self.known, &self.dead);
            trees.transaction(|(in_states, in_outbox, in_known, in_dead)| {
                in_states.apply_batch(&writes.states)?;
                in_outbox.apply_batch(&writes.outbox)?;
                in_known.apply_batch(&writes.known)?;
                in_dead.apply_batch(&writes.dead)?;
                Ok::<_, ConflictableTransactionError<Infallible>>(())
            })
        };
        self.durably(|| {
            write().map_err(|error| match error {
                TransactionError::Abort(never) => match never {},
                TransactionError::Storage(source) => source,
            })
        })
    }
}

/// `content` as the record of `key`.
pub(super) fn encode<T: serde::Serialize>(key: &[u8], content: &T) -> Result<Vec<u8>, StoreError> {
    record::encode(key, content).map_err(|error| StoreError::Worker(error.to_string()))
}
