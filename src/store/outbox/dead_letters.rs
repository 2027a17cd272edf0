//! Events that a receiver rejected for good: kept with its reason until somebody decides.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::super::kept::Place;
use super::super::open::Shared;
use super::super::record::{self, OutboxKey, blob, fixed};
use super::super::trees::{Tree, Writes};
use super::super::{Store, StoreError};
use super::entry::Receipt;
use super::fill::FillChange;
use super::{sink_of, unix_ms};
use crate::foreign::Shown;
use crate::model::{EntityKey, EventId};

/// An event that its receiver rejected for good, or that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub(in crate::store) place: OutboxKey,
    pub(in crate::store) entity: EntityKey,
    /// The event's id.
    pub id: EventId,
    /// Why it is not delivered.
    pub why: Shown,
    /// Since when.
    pub at: OffsetDateTime,
    /// The event.
    pub json: Vec<u8>,
}

/// A dead letter as kept.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct DeadRecord {
    #[serde(with = "blob")]
    entity: Vec<u8>,
    #[serde(with = "fixed")]
    event_id: [u8; 16],
    why: Shown,
    at_unix_ms: i64,
    #[serde(with = "blob")]
    json: Vec<u8>,
    /// Whether it is news in itself, which no later event makes up for.
    #[serde(default)]
    pub(in crate::store) is_record: bool,
}

/// The most characters that are kept of a reason.
const WHY_MAX: usize = 1_000;

impl DeadRecord {
    pub(in crate::store) fn new(
        entity: &EntityKey,
        id: &EventId,
        why: &str,
        at: OffsetDateTime,
        json: &[u8],
    ) -> Self {
        Self {
            entity: record::entity_key(entity),
            event_id: *id.as_bytes(),
            why: Shown::within(why, WHY_MAX),
            at_unix_ms: unix_ms(at),
            json: record::compress(json),
            is_record: false,
        }
    }

    /// The same, news in itself or not.
    pub(in crate::store) fn with_record(self, is_record: bool) -> Self {
        Self { is_record, ..self }
    }

    fn into_letter(self, place: OutboxKey) -> Option<DeadLetter> {
        let nanoseconds = i128::from(self.at_unix_ms) * 1_000_000;
        Some(DeadLetter {
            place,
            entity: record::parse_entity_key(&self.entity)?,
            id: EventId::from_bytes(self.event_id),
            why: self.why,
            at: OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
                .unwrap_or(OffsetDateTime::UNIX_EPOCH),
            json: record::decompress(&self.json).ok()?,
        })
    }
}

impl DeadLetter {
    /// The sink that rejected it, by name.
    pub fn sink(&self) -> &str {
        sink_of(&self.place.receiver)
    }

    /// The account of the user it is about.
    pub fn account_id(&self) -> &str {
        &self.place.account
    }

    /// The UserId of the user it is about.
    pub fn user_id(&self) -> &str {
        &self.entity.id
    }
}

impl Store {
    /// Takes a rejected event out of the outbox and keeps it as a dead letter. Its state counts
    /// as sent: it is not sent again until it changes or somebody has it retried.
    pub fn dead_letter(
        &self,
        rejected: &Receipt,
        why: &str,
        at: OffsetDateTime,
    ) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let OutboxKey {
            receiver,
            account,
            number,
        } = &rejected.place;
        let waiting = shared.outbox_entry(receiver, account, *number)?;
        let Some(waiting) = waiting.filter(|entry| entry.event_id() == rejected.id) else {
            return Ok(());
        };
        let json = waiting.json().unwrap_or_default();
        let dead = DeadRecord::new(&rejected.entity, &rejected.id, why, at, &json);
        let dead = dead.with_record(waiting.is_record());
        let mut writes = Writes::default();
        let key = rejected.place.to_bytes();
        writes.put(Tree::Dead, &key, record::encode(&key, &dead)?);
        writes.remove(Tree::Outbox, &key);
        let state = shared.state_after(rejected)?;
        shared.set_place(&mut writes, rejected, state, Place::DeadLetter(*number))?;
        shared.apply(writes)?;
        shared.fills.apply([
            FillChange::Removed(rejected.place.clone(), rejected.stored_len),
            FillChange::DeadLetters(receiver.clone(), 1),
        ]);
        shared.find_oldest(receiver, account)
    }

    /// Every dead letter, by receiver and account, in order of arrival.
    pub fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        let shared = &self.shared;
        let mut letters = Vec::new();
        for item in &shared.trees.dead {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let dead = record::decode::<DeadRecord>(&key, &value).ok();
            let letter = dead.zip(OutboxKey::parse(&key));
            letters.extend(letter.and_then(|(dead, place)| dead.into_letter(place)));
        }
        Ok(letters)
    }
}

impl Shared {
    /// Whether there is a dead letter of this number.
    pub(in crate::store) fn is_dead_letter(
        &self,
        receiver: &str,
        account: &str,
        number: u64,
    ) -> Result<bool, StoreError> {
        let place = OutboxKey {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number,
        };
        let letter = self.read::<DeadRecord>(Tree::Dead, &place.to_bytes())?;
        Ok(letter.is_some())
    }
}
