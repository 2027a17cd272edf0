//! What each receiver was sent of each entity.

use serde::{Deserialize, Serialize};

use crate::model::{Digest, EntityKey, EventId};
use crate::store::open::Shared;
use crate::store::record::{self, fixed};
use crate::store::trees::Tree;
use crate::store::{Store, StoreError};

/// What a receiver was last sent, or is about to be sent, of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryState {
    /// Counts the events about the entity for this receiver.
    pub revision: u64,
    #[serde(with = "fixed")]
    event_id: [u8; 16],
    #[serde(with = "fixed")]
    digest: [u8; 32],
    /// Stands for what the event was made from: while it is the same, so is the event.
    #[serde(with = "fixed")]
    pub mark: [u8; 16],
    /// The round of resends that the event belongs to.
    pub epoch: u64,
    /// Where the event is.
    place: Place,
    /// The facts that the event lacked or gave as last known, by name.
    #[serde(default)]
    pub owed: Vec<String>,
    /// Whether the event said that the entity was deleted.
    #[serde(default)]
    pub is_deleted: bool,
    /// The ARN by which the receiver knows the entity, where it knows it by nothing else.
    #[serde(default)]
    pub arn: Option<String>,
}

/// Where an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) enum Place {
    /// The receiver took it.
    Delivered,
    /// In the outbox, under this number.
    Outbox(u64),
    /// Among the dead letters, under this number.
    DeadLetter(u64),
}

/// The event of a delivery state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentEvent {
    /// Its id.
    pub id: EventId,
    /// Digest of its content.
    pub digest: Digest,
}

impl DeliveryState {
    /// The state of an event that is about to be staged.
    pub fn new(revision: u64, event: SentEvent, mark: [u8; 16], epoch: u64) -> Self {
        Self {
            revision,
            event_id: *event.id.as_bytes(),
            digest: *event.digest.as_bytes(),
            mark,
            epoch,
            place: Place::Delivered,
            owed: Vec::new(),
            is_deleted: false,
            arn: None,
        }
    }

    /// The event.
    pub fn event(&self) -> SentEvent {
        SentEvent {
            id: EventId::from_bytes(self.event_id),
            digest: Digest::from_bytes(self.digest),
        }
    }

    /// Whether the receiver took the event.
    pub fn is_delivered(&self) -> bool {
        self.place == Place::Delivered
    }

    pub(in crate::store) fn place(&self) -> Place {
        self.place
    }

    pub(in crate::store) fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }
}

impl Store {
    /// What `receiver` was sent of `entity`. An event that should wait, or be a dead letter, and
    /// is not there was lost to damage: it then belongs to no round of resends, and is staged again.
    pub fn delivery_state(
        &self,
        receiver: &str,
        entity: &EntityKey,
    ) -> Result<Option<DeliveryState>, StoreError> {
        let shared = &self.shared;
        let key = record::receiver_key(receiver, entity);
        let Some(state) = shared.read::<DeliveryState>(Tree::Deliveries, &key)? else {
            return Ok(None);
        };
        if shared.is_there(receiver, entity, &state)? {
            return Ok(Some(state));
        }
        // The event may just have been taken: then its state says so by now.
        let Some(again) = shared.read::<DeliveryState>(Tree::Deliveries, &key)? else {
            return Ok(None);
        };
        if again != state && shared.is_there(receiver, entity, &again)? {
            return Ok(Some(again));
        }
        Ok(Some(DeliveryState {
            epoch: 0,
            mark: [0; 16],
            ..again
        }))
    }
}

impl Shared {
    /// Whether the event of `state` is where the state says.
    fn is_there(
        &self,
        receiver: &str,
        entity: &EntityKey,
        state: &DeliveryState,
    ) -> Result<bool, StoreError> {
        match state.place {
            Place::Delivered => Ok(true),
            Place::Outbox(number) => {
                let id = self.waiting_id(receiver, &entity.account, number)?;
                Ok(id == Some(state.event().id))
            }
            Place::DeadLetter(number) => self.is_dead_letter(receiver, &entity.account, number),
        }
    }
}
