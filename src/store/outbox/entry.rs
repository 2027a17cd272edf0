//! Events that wait, as they are kept and as they are read.

use serde::{Deserialize, Serialize};

use super::super::kept::Place;
use super::super::open::Shared;
use super::super::record::{self, OutboxKey, blob, fixed};
use super::super::trees::Tree;
use super::super::{DeliveryState, Store, StoreError};
use crate::model::{EntityKey, EventId};

/// An event that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct OutboxEntry {
    /// The entity's key.
    #[serde(with = "blob")]
    entity: Vec<u8>,
    #[serde(with = "fixed")]
    event_id: [u8; 16],
    /// When the first event in this place was queued.
    queued_at_unix_ms: i64,
    /// The event, compressed.
    #[serde(with = "blob")]
    json: Vec<u8>,
    /// Whether it is news in itself.
    #[serde(default)]
    is_record: bool,
}

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// What it is about.
    pub entity: EntityKey,
    /// The event's id.
    pub id: EventId,
    /// The event.
    pub json: Vec<u8>,
    place: OutboxKey,
    stored_len: usize,
}

/// What proves to the store that an event was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub(in crate::store) place: OutboxKey,
    pub(in crate::store) entity: EntityKey,
    pub(in crate::store) id: EventId,
    pub(in crate::store) stored_len: usize,
}

impl OutboxEntry {
    pub(in crate::store) fn new(
        entity: &EntityKey,
        id: &EventId,
        at_unix_ms: i64,
        json: &[u8],
    ) -> Self {
        Self {
            entity: record::entity_key(entity),
            event_id: *id.as_bytes(),
            queued_at_unix_ms: at_unix_ms,
            json: record::compress(json),
            is_record: false,
        }
    }

    /// The same, as news in itself.
    pub(in crate::store) fn into_record(self) -> Self {
        Self {
            is_record: true,
            ..self
        }
    }

    pub(in crate::store) fn is_record(&self) -> bool {
        self.is_record
    }

    pub(in crate::store) fn event_id(&self) -> EventId {
        EventId::from_bytes(self.event_id)
    }

    pub(in crate::store) fn entity(&self) -> Option<EntityKey> {
        record::parse_entity_key(&self.entity)
    }

    pub(in crate::store) fn queued_at(&self) -> i64 {
        self.queued_at_unix_ms
    }

    pub(in crate::store) fn json(&self) -> Option<Vec<u8>> {
        record::decompress(&self.json).ok()
    }
}

impl Queued {
    /// The receipt to hand back once the event is delivered.
    pub fn receipt(&self) -> Receipt {
        Receipt {
            place: self.place.clone(),
            entity: self.entity.clone(),
            id: self.id,
            stored_len: self.stored_len,
        }
    }

    pub(in crate::store) fn read(place: OutboxKey, key: &[u8], value: &[u8]) -> Option<Self> {
        let entry: OutboxEntry = record::decode(key, value).ok()?;
        Some(Self {
            entity: entry.entity()?,
            id: entry.event_id(),
            json: entry.json()?,
            place,
            stored_len: value.len(),
        })
    }
}

impl Store {
    /// The event that waits under a state of `receiver` for `entity`, if one does.
    pub fn waiting_event(
        &self,
        receiver: &str,
        entity: &EntityKey,
        state: &DeliveryState,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let Place::Outbox(number) = state.place() else {
            return Ok(None);
        };
        let entry = self
            .shared
            .outbox_entry(receiver, &entity.account, number)?;
        Ok(entry.and_then(|entry| entry.json()))
    }

    /// Whether `receiver` has room for more, within limits of so many events and bytes.
    pub fn has_room(&self, receiver: &str, events: u64, bytes: u64) -> bool {
        let fill = self.outbox_fill(receiver);
        fill.events < events && fill.bytes < bytes
    }
}

impl Shared {
    pub(in crate::store) fn outbox_entry(
        &self,
        receiver: &str,
        account: &str,
        number: u64,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        let place = OutboxKey {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number,
        };
        self.read(Tree::Outbox, &place.to_bytes())
    }

    /// The id of the event that waits under `number`, if one does.
    pub(in crate::store) fn waiting_id(
        &self,
        receiver: &str,
        account: &str,
        number: u64,
    ) -> Result<Option<EventId>, StoreError> {
        let entry = self.outbox_entry(receiver, account, number)?;
        Ok(entry.map(|entry| entry.event_id()))
    }
}
