//! New and changed users into the outbox, together with the digest that says so.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::entry::{EntryKey, Opaque, OutboxEntry, UserState};
use super::open::Shared;
use super::record::{self, SIZE_MAX};
use super::writes::{Tree, Writes};
use super::{Store, StoreError, history, known};
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

/// What a sink was told about a user, next to what there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing yet.
    Nothing,
    /// Something else.
    Otherwise,
    /// The same, or it waits in the outbox.
    TheSame,
}

/// What to keep of users and to send to sinks, together.
#[derive(Debug, Clone)]
pub struct Staging {
    /// What is now known of users where that is something new, by UserId.
    pub known: Vec<(String, Vec<u8>)>,
    /// Events, for those sinks that do not know them yet.
    pub events: Vec<StagedEvent>,
    /// Users of whom nothing is kept any more, by UserId.
    pub forgotten: Vec<String>,
    /// What happened to users, by UserId, for the account's history.
    pub history: Vec<(String, Vec<u8>)>,
    /// When all of this was found out.
    pub at: OffsetDateTime,
}

impl Staging {
    /// Nothing yet, found out at `at`.
    pub fn new(at: OffsetDateTime) -> Self {
        Self {
            known: Vec::new(),
            events: Vec::new(),
            forgotten: Vec::new(),
            history: Vec::new(),
            at,
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
    /// What `sink` was told about a user, next to the event with `digest` and `id`.
    pub fn told(
        &self,
        sink: &str,
        (account_id, user_id): (&str, &str),
        (digest, id): (&Digest, &EventId),
    ) -> Result<Told, StoreError> {
        let key = EntryKey::new(sink, account_id, user_id);
        self.shared.told(&key, digest, id)
    }

    /// Whether `sink` was told of a user at all, and nothing waits: where nothing about the user has
    /// changed since, it knows everything.
    pub fn is_settled(
        &self,
        sink: &str,
        (account_id, user_id): (&str, &str),
    ) -> Result<bool, StoreError> {
        let shared = &self.shared;
        let key = EntryKey::new(sink, account_id, user_id);
        let state = shared.read::<UserState>(&shared.states, &key)?;
        Ok(state.is_some_and(|state| !state.pending))
    }

    /// Keeps what is known and puts what is new or changed into the outbox; with `resend`,
    /// everything. When this returns, all of it is durable together.
    pub fn stage(
        &self,
        account_id: &str,
        staging: Staging,
        resend: bool,
    ) -> Result<StagedCounts, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut counts = StagedCounts::default();
        let mut writes = Writes::default();
        let queued_at = staging.at.unix_timestamp();
        for (user_id, facts) in staging.known {
            let key = known::key(account_id, &user_id);
            let record = encode(&key, &Opaque { facts })?;
            // Without a baseline, what is unknown is only not made up for.
            if record.len() <= SIZE_MAX {
                writes.put(Tree::Known, &key, record);
            }
        }
        for user_id in staging.forgotten {
            writes.remove(Tree::Known, &known::key(account_id, &user_id));
        }
        for (user_id, facts) in staging.history {
            let key = history::key(account_id, staging.at, &user_id);
            let record = encode(&key, &Opaque { facts })?;
            if record.len() <= SIZE_MAX {
                writes.put(Tree::History, &key, record);
            }
        }
        for event in staging.events {
            let key = EntryKey::new(&event.sink, account_id, &event.user_id);
            if !resend && shared.told(&key, &event.digest, &event.id)? == Told::TheSame {
                *counts.unchanged.entry(event.sink).or_default() += 1;
                continue;
            }
            let entry = encode(
                key.as_bytes(),
                &OutboxEntry::new(&event.id, event.json, queued_at),
            )?;
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
            let state = encode(key.as_bytes(), &state)?;
            writes.put(Tree::States, key.as_bytes(), state);
            writes.queue(&key, entry, shared.waiting_len(&key)?);
            *counts.queued.entry(event.sink).or_default() += 1;
        }
        shared.apply(&writes)?;
        Ok(counts)
    }
}

impl Shared {
    /// What the sink was told. An entry that should wait and does not was lost to damage: the
    /// sink was told nothing.
    fn told(&self, key: &EntryKey, digest: &Digest, id: &EventId) -> Result<Told, StoreError> {
        let Some(state) = self.read::<UserState>(&self.states, key)? else {
            return Ok(Told::Nothing);
        };
        let is_same = state.digest() == *digest;
        if state.pending {
            let waiting = self.read::<OutboxEntry>(&self.outbox, key)?;
            let waits = waiting.is_some_and(|entry| !is_same || entry.event_id() == *id);
            if !waits {
                return Ok(Told::Nothing);
            }
        }
        Ok(if is_same {
            Told::TheSame
        } else {
            Told::Otherwise
        })
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

    /// The length of what waits under `key`, if anything does.
    pub(super) fn waiting_len(&self, key: &EntryKey) -> Result<Option<usize>, StoreError> {
        let waiting = self.outbox.get(key.as_bytes());
        let waiting = waiting.map_err(|source| self.failed("read its outbox", source))?;
        Ok(waiting.map(|waiting| waiting.len()))
    }
}

/// `content` as the record of `key`.
pub(super) fn encode<T: serde::Serialize>(key: &[u8], content: &T) -> Result<Vec<u8>, StoreError> {
    record::encode(key, content).map_err(|error| StoreError::Worker(error.to_string()))
}
