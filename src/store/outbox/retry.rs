//! Dead letters, dealt with by somebody: sent again or forgotten, many at a time.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::super::kept::Place;
use super::super::open::Shared;
use super::super::record::{self, AccountKey, OutboxKey};
use super::super::trees::{Tree, Writes};
use super::super::{DeliveryState, Store, StoreError};
use super::dead_letters::{DeadLetter, DeadRecord};
use super::entry::{OutboxEntry, Receipt};
use super::fill::FillChange;
use super::unix_ms;

/// So many letters are dealt with in one transaction.
const LETTERS_AT_ONCE: usize = 250;

impl Store {
    /// Puts `letters` back into the outbox, queued `at` now, each with the same id: the receiver
    /// never took it. If a newer event about the user was made since, or the user is gone, the
    /// letter only goes. Which of them will be sent.
    pub fn retry_dead_letters(
        &self,
        letters: &[DeadLetter],
        at: OffsetDateTime,
    ) -> Result<Vec<bool>, StoreError> {
        let mut sent = Vec::with_capacity(letters.len());
        for letters in letters.chunks(LETTERS_AT_ONCE) {
            let shared = &self.shared;
            let _writer = shared.writer()?;
            let mut retry = Retry {
                shared,
                at_unix_ms: unix_ms(at),
                writes: Writes::default(),
                changes: Vec::new(),
                next: HashMap::new(),
            };
            for letter in letters {
                sent.push(retry.add(letter)?);
            }
            shared.apply(retry.writes)?;
            shared.fills.apply(retry.changes);
        }
        Ok(sent)
    }

    /// Whether `letter` tells that somebody is gone, and that is not true any more: its receiver was
    /// told since of a living user with the same `arn`, or of the user itself.
    pub fn tells_untrue_end(&self, letter: &DeadLetter, arn: &str) -> Result<bool, StoreError> {
        let shared = &self.shared;
        let kept = shared.read::<DeadRecord>(Tree::Dead, &letter.place.to_bytes())?;
        if !kept.is_some_and(|kept| kept.is_record) {
            return Ok(false);
        }
        let own = record::receiver_key(&letter.place.receiver, &letter.entity);
        let users = AccountKey {
            account: &letter.entity.account,
            kind: letter.entity.kind,
        };
        let receiver = letter.place.receiver.as_bytes();
        let prefix = [receiver, b"\0", &users.prefix()].concat();
        for item in shared.trees.deliveries.scan_prefix(prefix) {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let Ok(state) = record::decode::<DeliveryState>(&key, &value) else {
                continue;
            };
            let is_same = match state.arn.as_deref() {
                Some(known_by) => known_by == arn,
                None => *key == *own && state.event().id != letter.id,
            };
            if is_same && !state.is_deleted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Forgets `letters`.
    pub fn drop_dead_letters(&self, letters: &[DeadLetter]) -> Result<(), StoreError> {
        for letters in letters.chunks(LETTERS_AT_ONCE) {
            let shared = &self.shared;
            let _writer = shared.writer()?;
            let (mut writes, mut changes) = (Writes::default(), Vec::new());
            for letter in letters {
                let key = letter.place.to_bytes();
                if shared.read::<DeadRecord>(Tree::Dead, &key)?.is_none() {
                    continue;
                }
                writes.remove(Tree::Dead, &key);
                let receipt = Receipt {
                    place: letter.place.clone(),
                    entity: letter.entity.clone(),
                    id: letter.id,
                    stored_len: 0,
                };
                let state = shared.state_after(&receipt)?;
                shared.set_place(&mut writes, &receipt, state, Place::Delivered)?;
                let receiver = letter.place.receiver.clone();
                changes.push(FillChange::DeadLetters(receiver, -1));
            }
            shared.apply(writes)?;
            shared.fills.apply(changes);
        }
        Ok(())
    }
}

/// Letters on their way back into the outbox.
struct Retry<'a> {
    shared: &'a Shared,
    at_unix_ms: i64,
    writes: Writes,
    changes: Vec<FillChange>,
    /// The next number of each queue, by receiver and account.
    next: HashMap<(String, String), u64>,
}

impl Retry<'_> {
    /// Whether `letter` will be sent.
    fn add(&mut self, letter: &DeadLetter) -> Result<bool, StoreError> {
        let old = letter.place.to_bytes();
        let Some(dead) = self.shared.read::<DeadRecord>(Tree::Dead, &old)? else {
            return Ok(false);
        };
        self.writes.remove(Tree::Dead, &old);
        let receiver = &letter.place.receiver;
        self.changes
            .push(FillChange::DeadLetters(receiver.clone(), -1));
        let key = record::receiver_key(receiver, &letter.entity);
        let state = self.shared.read::<DeliveryState>(Tree::Deliveries, &key)?;
        let current = state.filter(|state| state.event().id == letter.id);
        if !dead.is_record && (current.is_none() || self.is_gone(letter)?) {
            return Ok(false);
        }
        let place = self.next_place(&letter.place);
        let entry = OutboxEntry::new(&letter.entity, &letter.id, self.at_unix_ms, &letter.json);
        let entry = match dead.is_record {
            true => entry.into_record(),
            false => entry,
        };
        let new = place.to_bytes();
        let entry = record::encode(&new, &entry)?;
        let added = FillChange::Added(place.clone(), entry.len(), self.at_unix_ms);
        self.changes.push(added);
        self.writes.put(Tree::Outbox, &new, entry);
        if let Some(state) = current {
            let state = state.at(Place::Outbox(place.number));
            let state = record::encode(&key, &state)?;
            self.writes.put(Tree::Deliveries, &key, state);
        }
        Ok(true)
    }

    /// Whether the user is deleted, of which its receiver may know nothing: another user may have
    /// its ARN by now.
    fn is_gone(&self, letter: &DeadLetter) -> Result<bool, StoreError> {
        let key = record::entity_key(&letter.entity);
        let tombstone = self.shared.trees.tombstones.get(&key);
        let tombstone = tombstone.map_err(|source| self.shared.failed("read", source))?;
        Ok(tombstone.is_some())
    }

    fn next_place(&mut self, old: &OutboxKey) -> OutboxKey {
        let queue = (old.receiver.clone(), old.account.clone());
        let first = || self.shared.next_place(&old.receiver, &old.account).number;
        let next = self.next.entry(queue).or_insert_with(first);
        let number = *next;
        *next += 1;
        OutboxKey {
            number,
            ..old.clone()
        }
    }
}
