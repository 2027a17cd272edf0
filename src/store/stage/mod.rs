//! New and changed users into the store and their events into the outbox, together.

mod records;
mod staging;

pub use records::{AuditProgress, LISTENER, RecordStaging, TakenRecord};
pub use staging::{MarkUpdate, Placement, StagedEvent, Staging};

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::model::{EntityKey, HistoryEntry};
use crate::store::kept::deliveries::{DeliveryState, Place};
use crate::store::kept::history::key_at;
use crate::store::open::Shared;
use crate::store::outbox::FillChange;
use crate::store::outbox::OutboxEntry;
use crate::store::outbox::{DeadRecord, unix_ms};
use crate::store::record::{self, OutboxKey, RecordError};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// Writes under way, and what they do to the outboxes.
struct Batch<'a> {
    shared: &'a Shared,
    queued_at: OffsetDateTime,
    writes: Writes,
    changes: Vec<FillChange>,
    /// The next number of each receiver's queue of the account.
    next: HashMap<String, u64>,
    /// States written in this batch, by key.
    states: HashMap<Vec<u8>, DeliveryState>,
}

impl Store {
    /// Keeps and stages all of `staging`. When this returns, all of it is durable together.
    pub fn stage(&self, staging: Staging) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut batch = Batch {
            shared,
            queued_at: staging.queued_at,
            writes: Writes::default(),
            changes: Vec::new(),
            next: HashMap::new(),
            states: HashMap::new(),
        };
        for entity in staging.revived {
            let key = record::entity_key(&entity);
            batch.writes.remove(Tree::Tombstones, &key);
        }
        for (entity, record) in staging.entities {
            let key = record::entity_key(&entity);
            let record = record::encode(&key, &record)?;
            batch.writes.put(Tree::Entities, &key, record);
        }
        for (entity, tombstone) in staging.deleted {
            let key = record::entity_key(&entity);
            batch.writes.remove(Tree::Entities, &key);
            let tombstone = record::encode(&key, &tombstone)?;
            batch.writes.put(Tree::Tombstones, &key, tombstone);
        }
        for (user_id, at, entry) in staging.history {
            batch.add_history(&staging.account, &user_id, at, entry)?;
        }
        for (receiver, entity) in staging.closed {
            batch.close(&receiver, &entity)?;
        }
        for mark in staging.marks {
            batch.mark(mark)?;
        }
        for event in staging.events {
            batch.add_event(event)?;
        }
        shared.apply(batch.writes)?;
        shared.fills.apply(batch.changes);
        Ok(())
    }
}

impl Batch<'_> {
    /// The state of a receiver, as far as this batch has come.
    fn state(&self, key: &[u8]) -> Result<Option<DeliveryState>, StoreError> {
        match self.states.get(key) {
            Some(state) => Ok(Some(state.clone())),
            None => self.shared.read(Tree::Deliveries, key),
        }
    }

    fn put_state(&mut self, key: Vec<u8>, state: DeliveryState) -> Result<(), StoreError> {
        let record = record::encode(&key, &state)?;
        self.writes.put(Tree::Deliveries, &key, record);
        self.states.insert(key, state);
        Ok(())
    }

    fn mark(&mut self, update: MarkUpdate) -> Result<(), StoreError> {
        let key = record::receiver_key(&update.receiver, &update.entity);
        // Whether the event was delivered meanwhile is in the record alone.
        if let Some(mut state) = self.state(&key)? {
            state.mark = update.mark;
            self.put_state(key, state)?;
        }
        Ok(())
    }

    fn close(&mut self, receiver: &str, entity: &EntityKey) -> Result<(), StoreError> {
        let key = record::receiver_key(receiver, entity);
        if let Some(mut state) = self.state(&key)? {
            state.is_deleted = true;
            self.put_state(key, state)?;
        }
        Ok(())
    }

    fn add_event(&mut self, event: StagedEvent) -> Result<(), StoreError> {
        let state_key = record::receiver_key(&event.receiver, &event.entity);
        let is_record = event.placement == Placement::Record;
        let mut waiting = match is_record {
            true => None,
            false => self.replaceable(&state_key, &event)?,
        };
        let queued_at = waiting.as_ref().map(|(_, entry, _)| entry.queued_at());
        let queued_at = queued_at.unwrap_or_else(|| unix_ms(self.queued_at));
        if event.placement == Placement::ReplaceLast
            && let Some((place, _, len)) = waiting.take()
        {
            self.writes.remove(Tree::Outbox, &place.to_bytes());
            self.changes.push(FillChange::Removed(place, len));
        }
        let place = match &waiting {
            Some((place, ..)) => place.clone(),
            None => self.next_place(&event),
        };
        let key = place.to_bytes();
        let entry = OutboxEntry::new(&event.entity, &event.id, queued_at, &event.json);
        let entry = match is_record {
            true => entry.into_record(),
            false => entry,
        };
        let encoded = match &event.unsendable {
            Some(why) => Err(why.clone()),
            None => match record::encode(&key, &entry) {
                Err(error @ RecordError::TooLarge(_)) => Err(format!("it cannot be kept: {error}")),
                encoded => Ok(encoded?),
            },
        };
        let is_waiting = encoded.is_ok();
        let replaced_len = waiting.map(|(_, _, len)| len);
        match (encoded, replaced_len) {
            (Ok(entry), None) => {
                let len = entry.len();
                self.changes
                    .push(FillChange::Added(place.clone(), len, queued_at));
                self.writes.put(Tree::Outbox, &key, entry);
            }
            (Ok(entry), Some(before)) => {
                let len = entry.len();
                self.changes
                    .push(FillChange::Replaced(place.clone(), len, before));
                self.writes.put(Tree::Outbox, &key, entry);
            }
            (Err(why), replaced_len) => self.add_dead_letter(&event, &place, &why, replaced_len)?,
        }
        if let Some(state) = event.state {
            let place = match is_waiting {
                true => Place::Outbox(place.number),
                false => Place::DeadLetter(place.number),
            };
            self.put_state(state_key, state.at(place))?;
        }
        Ok(())
    }

    /// The waiting event that a newer one about the same entity takes the place of: no news in
    /// itself, and still there.
    fn replaceable(
        &self,
        state_key: &[u8],
        event: &StagedEvent,
    ) -> Result<Option<(OutboxKey, OutboxEntry, usize)>, StoreError> {
        let Some(state) = self.state(state_key)?.filter(|state| !state.is_deleted) else {
            return Ok(None);
        };
        let Place::Outbox(number) = state.place() else {
            return Ok(None);
        };
        let place = OutboxKey {
            receiver: event.receiver.clone(),
            account: event.entity.account.clone(),
            number,
        };
        let key = place.to_bytes();
        let value = self.shared.trees.outbox.get(&key);
        let value = value.map_err(|source| self.shared.failed("read its outbox", source))?;
        Ok(value.and_then(|value| {
            let entry: OutboxEntry = record::decode(&key, &value).ok()?;
            (entry.event_id() == state.event().id).then(|| (place, entry, value.len()))
        }))
    }

    fn next_place(&mut self, event: &StagedEvent) -> OutboxKey {
        let account = &event.entity.account;
        let next = self.next.entry(event.receiver.clone());
        let next = next.or_insert_with(|| self.shared.next_place(&event.receiver, account).number);
        let number = *next;
        *next += 1;
        OutboxKey {
            receiver: event.receiver.clone(),
            account: account.clone(),
            number,
        }
    }

    /// Keeps an event that cannot be sent, as much of it as can be kept.
    fn add_dead_letter(
        &mut self,
        event: &StagedEvent,
        place: &OutboxKey,
        why: &str,
        replaced_len: Option<usize>,
    ) -> Result<(), StoreError> {
        let key = place.to_bytes();
        let letter = |json: &[u8]| {
            let letter = DeadRecord::new(&event.entity, &event.id, why, self.queued_at, json);
            let letter = letter.with_record(event.placement == Placement::Record);
            record::encode(&key, &letter)
        };
        let letter = match letter(&event.json) {
            Err(RecordError::TooLarge(_)) => letter(b"{}")?,
            letter => letter?,
        };
        tracing::error!(
            receiver = event.receiver,
            user_id = event.entity.id,
            why,
            "an event cannot be sent and is a dead letter: see rollcall dead-letters list"
        );
        self.writes.put(Tree::Dead, &key, letter);
        self.changes
            .push(FillChange::DeadLetters(event.receiver.clone(), 1));
        if let Some(len) = replaced_len {
            self.writes.remove(Tree::Outbox, &key);
            self.changes.push(FillChange::Removed(place.clone(), len));
        }
        Ok(())
    }

    /// Adds what happened to a user; of too much at once, only that it happened.
    fn add_history(
        &mut self,
        account: &str,
        user_id: &str,
        at: OffsetDateTime,
        mut entry: HistoryEntry,
    ) -> Result<(), StoreError> {
        let key = key_at(account, unix_ms(at), user_id);
        let encoded = match record::encode(&key, &entry) {
            Err(RecordError::TooLarge(_)) => {
                entry.changes.clear();
                record::encode(&key, &entry)?
            }
            encoded => encoded?,
        };
        self.writes.put(Tree::History, &key, encoded);
        Ok(())
    }
}
