//! What waits for a sink: read in batches, removed when acknowledged.

use super::entry::{EntryKey, OutboxEntry, UserState};
use super::record;
use super::stage::encode;
use super::writes::{Tree, Writes};
use super::{Store, StoreError};
use crate::model::EventId;

/// How much one batch may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Events.
    pub count: usize,
    /// Bytes of their JSON together; a single event may exceed it.
    pub bytes: usize,
}

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Whose event it is.
    pub key: EntryKey,
    /// The event's id.
    pub id: EventId,
    /// The event.
    pub json: Vec<u8>,
    stored_len: usize,
}

/// The next events for a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The events, in the outbox's order.
    pub events: Vec<Queued>,
    /// Whether more events wait than the limits allow, or exactly as many.
    pub is_full: bool,
}

/// What proves to the store that an event was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub(super) key: EntryKey,
    pub(super) id: EventId,
    pub(super) stored_len: usize,
}

impl Queued {
    /// The receipt to hand back once the event is delivered.
    pub fn receipt(&self) -> Receipt {
        Receipt {
            key: self.key.clone(),
            id: self.id,
            stored_len: self.stored_len,
        }
    }
}

impl Store {
    /// The next events for `sink`, all of them durable. They stay until acknowledged.
    pub fn next_batch(&self, sink: &str, limits: BatchLimits) -> Result<Batch, StoreError> {
        self.batch_after(sink, 0, limits)
    }

    /// The same, passing over the first `skipped` events.
    pub fn batch_after(
        &self,
        sink: &str,
        skipped: usize,
        limits: BatchLimits,
    ) -> Result<Batch, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut batch = Batch {
            events: Vec::new(),
            is_full: false,
        };
        let mut bytes = 0;
        for item in shared
            .outbox
            .scan_prefix(EntryKey::prefix(sink))
            .skip(skipped)
        {
            let (key, value) = item.map_err(|source| shared.failed("read its outbox", source))?;
            let key = EntryKey::from_stored(&key);
            let Ok(entry) = record::decode::<OutboxEntry>(key.as_bytes(), &value) else {
                // Without its entry the state says "pending" in vain: the next pass stages anew.
                let removed = shared.outbox.remove(key.as_bytes());
                removed.map_err(|source| shared.failed("write to it", source))?;
                shared.fill.remove(&key, value.len());
                tracing::error!("an event in the outbox was damaged; its user is sent again");
                continue;
            };
            bytes += entry.json.len();
            if bytes > limits.bytes && !batch.events.is_empty() {
                batch.is_full = true;
                break;
            }
            batch.events.push(Queued {
                key,
                id: entry.event_id(),
                json: entry.json,
                stored_len: value.len(),
            });
            if batch.events.len() == limits.count {
                batch.is_full = true;
                break;
            }
        }
        Ok(batch)
    }

    /// Removes `delivered` from the outbox and marks their states as told. An entry that a newer
    /// state has replaced meanwhile stays.
    pub fn acknowledge(&self, delivered: &[Receipt]) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        for event in delivered {
            let key = event.key.as_bytes();
            let state = shared.read::<UserState>(&shared.states, &event.key)?;
            // A state and its entry are one transaction: the entry need not be read as well.
            let is_told = match state.filter(|state| state.event_id() == event.id) {
                Some(mut state) => {
                    state.pending = false;
                    writes.put(Tree::States, key, encode(key, &state)?);
                    true
                }
                None => shared
                    .read::<OutboxEntry>(&shared.outbox, &event.key)?
                    .is_some_and(|entry| entry.event_id() == event.id),
            };
            if is_told {
                writes.unqueue(&event.key, event.stored_len);
            }
        }
        shared.apply(&writes)
    }
}
