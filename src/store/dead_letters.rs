//! Events that a sink rejected for good: kept with its reason until somebody decides.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::entry::{EntryKey, OutboxEntry, UserState};
use super::record;
use super::stage::encode;
use super::writes::{Tree, Writes};
use super::{Receipt, Store, StoreError};
use crate::model::EventId;

/// An event that its sink rejected for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    key: EntryKey,
    /// The event's id.
    pub id: EventId,
    /// What the sink said.
    pub why: String,
    /// When.
    pub at: OffsetDateTime,
    /// The event.
    pub json: Vec<u8>,
}

/// A dead letter as kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DeadRecord {
    event_id: [u8; 16],
    why: String,
    at_unix_s: i64,
    #[serde(with = "super::bytes")]
    json: Vec<u8>,
}

impl DeadLetter {
    /// The sink that rejected it.
    pub fn sink(&self) -> &str {
        self.key.part(0)
    }

    /// The account of the user it is about.
    pub fn account_id(&self) -> &str {
        self.key.part(1)
    }

    /// The UserId of the user it is about.
    pub fn user_id(&self) -> &str {
        self.key.user_id()
    }
}

impl Store {
    /// Takes a rejected event out of the outbox and keeps it as a dead letter. Its state counts
    /// as told: it is not sent again until it changes or somebody has it retried.
    pub fn bury(
        &self,
        rejected: &Receipt,
        why: &str,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let key = rejected.key.as_bytes();
        let waiting = shared.read::<OutboxEntry>(&shared.outbox, &rejected.key)?;
        let Some(waiting) = waiting.filter(|entry| entry.event_id() == rejected.id) else {
            return Ok(());
        };
        let mut writes = Writes::default();
        let dead = DeadRecord {
            event_id: *rejected.id.as_bytes(),
            why: why.to_owned(),
            at_unix_s: at.unix_timestamp(),
            json: waiting.json,
        };
        writes.put(Tree::Dead, key, encode(key, &dead)?);
        writes.unqueue(&rejected.key, rejected.stored_len);
        let state = shared.read::<UserState>(&shared.states, &rejected.key)?;
        if let Some(mut state) = state.filter(|state| state.event_id() == rejected.id) {
            state.pending = false;
            writes.put(Tree::States, key, encode(key, &state)?);
        }
        shared.apply(&writes)
    }

    /// Every dead letter, by sink, account and user.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        let shared = &self.shared;
        let mut letters = Vec::new();
        for item in &shared.dead {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            if let Ok(dead) = record::decode::<DeadRecord>(&key, &value) {
                letters.push(DeadLetter {
                    key: EntryKey::from_stored(&key),
                    id: EventId::from_bytes(dead.event_id),
                    why: dead.why,
                    at: OffsetDateTime::from_unix_timestamp(dead.at_unix_s)
                        .unwrap_or(OffsetDateTime::UNIX_EPOCH),
                    json: dead.json,
                });
            }
        }
        Ok(letters)
    }

    /// Puts `letter` back into the outbox, queued `at` now. If the user has changed since, the newer state was or
    /// will be sent, and the letter only goes. Whether it will be sent.
    pub fn retry_dead_letter(
        &self,
        letter: &DeadLetter,
        at: OffsetDateTime,
    ) -> Result<bool, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let key = letter.key.as_bytes();
        let mut writes = Writes::default();
        writes.remove(Tree::Dead, key);
        let state = shared.read::<UserState>(&shared.states, &letter.key)?;
        let current = state.filter(|state| state.event_id() == letter.id);
        let is_sent = current.is_some();
        if let Some(mut state) = current {
            state.pending = true;
            writes.put(Tree::States, key, encode(key, &state)?);
            let entry = OutboxEntry::new(&letter.id, letter.json.clone(), at.unix_timestamp());
            let entry = encode(key, &entry)?;
            writes.queue(&letter.key, entry, shared.waiting_len(&letter.key)?);
        }
        shared.apply(&writes)?;
        Ok(is_sent)
    }

    /// Forgets `letter`.
    pub fn drop_dead_letter(&self, letter: &DeadLetter) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        writes.remove(Tree::Dead, letter.key.as_bytes());
        shared.apply(&writes)
    }
}
