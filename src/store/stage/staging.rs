//! What is staged at once.

use time::OffsetDateTime;

use crate::model::{EntityKey, EventId, HistoryEntry};
use crate::store::kept::{DeliveryState, EntityRecord, Tombstone};

/// One event for one receiver.
#[derive(Debug, Clone)]
pub struct StagedEvent {
    /// The receiver.
    pub receiver: String,
    /// What it is about.
    pub entity: EntityKey,
    /// Its id.
    pub id: EventId,
    /// The event.
    pub json: Vec<u8>,
    /// What the receiver was then sent of the entity; `None` if the event tells of no state.
    pub state: Option<DeliveryState>,
    /// Where it goes.
    pub placement: Placement,
    /// Why the event cannot be sent, if so: it becomes a dead letter at once.
    pub unsendable: Option<String>,
}

/// Where an event goes among those that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In the place of the waiting event about the same entity, if there is one; else last.
    Replace,
    /// Last; the waiting event about the same entity goes.
    ReplaceLast,
    /// Last, as news in itself: it replaces nothing, and nothing replaces it.
    Record,
}

/// A receiver that knows all of an entity already, by another way of looking at it.
#[derive(Debug, Clone)]
pub struct MarkUpdate {
    /// The receiver.
    pub receiver: String,
    /// The entity.
    pub entity: EntityKey,
    /// See [`DeliveryState::mark`].
    pub mark: [u8; 16],
}

/// What to keep of users and to send to receivers, together.
#[derive(Debug, Clone)]
pub struct Staging {
    /// The account.
    pub account: String,
    /// When all of this was observed.
    pub at: OffsetDateTime,
    /// When it is queued, which is later where it was kept before.
    pub queued_at: OffsetDateTime,
    /// Entities of which something new is known.
    pub entities: Vec<(EntityKey, EntityRecord)>,
    /// Entities that are deleted.
    pub deleted: Vec<(EntityKey, Tombstone)>,
    /// Entities that counted as deleted and are there.
    pub revived: Vec<EntityKey>,
    /// Events.
    pub events: Vec<StagedEvent>,
    /// Receivers that need no event.
    pub marks: Vec<MarkUpdate>,
    /// Receivers that need no event to know that an entity is gone.
    pub closed: Vec<(String, EntityKey)>,
    /// What happened to users, by UserId, and when, for the account's history.
    pub history: Vec<(String, OffsetDateTime, HistoryEntry)>,
}

impl Staging {
    /// Nothing yet, observed in `account` at `at`, and queued at the same time.
    pub fn new(account: impl Into<String>, at: OffsetDateTime) -> Self {
        Self {
            account: account.into(),
            at,
            queued_at: at,
            entities: Vec::new(),
            deleted: Vec::new(),
            revived: Vec::new(),
            events: Vec::new(),
            marks: Vec::new(),
            closed: Vec::new(),
            history: Vec::new(),
        }
    }
}
