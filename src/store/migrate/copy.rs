//! Every record of the earlier trees, copied into this format.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use time::OffsetDateTime;

use super::format2::{Codec, OldCheckpoint, OldDead, OldEntry, OldMemory, OldOpaque, OldState};
use crate::model::{Digest, EntityKey, EventId, HistoryEntry, PassRecord};
use crate::store::kept::deliveries::{DeliveryState, Place, SentEvent};
use crate::store::kept::entities::{EntityRecord, ObservedDigests};
use crate::store::kept::receivers::ReceiverRecord;
use crate::store::outbox::OutboxEntry;
use crate::store::outbox::{DeadRecord, unix_ms};
use crate::store::record::{self, MetaKey, OutboxKey, RecordError};
use crate::store::trees::Trees;
use crate::store::{AccountRecord, Checkpoint, PassOf};

use super::{LEGACY_SUFFIX, format2, user};

pub(super) struct Migration<'a> {
    pub(super) trees: &'a Trees,
    pub(super) now: OffsetDateTime,
    pub(super) accounts: BTreeMap<String, AccountRecord>,
    /// Account and UserId of every known user.
    pub(super) known: HashSet<(String, String)>,
    /// The next number of each queue.
    pub(super) next: BTreeMap<(String, String), u64>,
    /// The receivers that anything is kept for, in the configuration or not.
    pub(super) receivers: BTreeSet<String>,
}

/// The text parts of an earlier key.
fn parts(key: &[u8]) -> Vec<String> {
    let parts = key.split(|byte| *byte == 0);
    parts
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

/// Sink, account and UserId of an earlier key, the sink as a receiver.
fn receiver_account_user(key: &[u8]) -> Option<(String, String, String)> {
    let [sink, account, user] = <[String; 3]>::try_from(parts(key)).ok()?;
    Some((format!("{sink}@{LEGACY_SUFFIX}"), account, user))
}

impl Migration<'_> {
    pub(super) fn passes(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let Ok(kept) = Codec::decode::<OldOpaque>(&key, &value) else {
                continue;
            };
            let Ok(record) = serde_json::from_slice::<PassRecord>(&kept.facts) else {
                continue;
            };
            put(&self.trees.passes, &key, &record)?;
            let Some(at_unix_ms) = format2::moment(&key) else {
                continue;
            };
            let account = parts(&key).swap_remove(0);
            let account = self.accounts.entry(account).or_default();
            account.ordinal = 1;
            let pass = PassOf { at_unix_ms, record };
            if pass.record.incomplete.is_none() {
                account.last_complete = Some(pass.clone());
            }
            account.last_pass = Some(pass);
        }
        Ok(())
    }

    pub(super) fn meta(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let [kind, account] = &parts(&key)[..] else {
                continue;
            };
            let account = self.accounts.entry(account.clone()).or_default();
            if kind == "checkpoint" {
                let read = Codec::decode::<OldCheckpoint>(&key, &value).ok();
                account.checkpoint = read.and_then(|old| {
                    let time = |at| OffsetDateTime::from_unix_timestamp(at).ok();
                    let newest = time(old.newest_create_date_unix_s)?;
                    Some(Checkpoint::new(
                        newest,
                        time(old.passed_at_unix_s)?,
                        old.users,
                    ))
                });
                account.ordinal = 1;
            }
            if let ("memory", Ok(old)) = (kind.as_str(), Codec::decode::<OldMemory>(&key, &value)) {
                account.rates_per_second = old.rates_per_second;
                account.denied = old.denied;
                account.name = old.account_name;
                account.membership = old.membership;
            }
        }
        Ok(())
    }

    pub(super) fn users(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let [account, user_id] = &parts(&key)[..] else {
                continue;
            };
            let last_pass = self
                .accounts
                .get(account)
                .and_then(|it| it.last_pass.as_ref());
            let as_of = last_pass.map_or(0, |pass| pass.at_unix_ms);
            let kept = Codec::decode::<OldOpaque>(&key, &value).ok();
            let user = kept.and_then(|kept| user::read(&kept.facts, as_of));
            let nothing = Digest::from_bytes([0; 32]);
            let digests = ObservedDigests {
                observed: nothing,
                content: nothing,
                merged: nothing,
            };
            let record = user.and_then(|user| EntityRecord::new(&user, digests, 1));
            let Some(record) = record else { continue };
            let entity = EntityKey::user(account, user_id);
            put(&self.trees.entities, &record::entity_key(&entity), &record)?;
            self.known.insert((account.clone(), user_id.clone()));
        }
        Ok(())
    }

    /// What sinks were sent: of every user something, and nothing that is up to date.
    pub(super) fn states(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let Some((receiver, account, user_id)) = receiver_account_user(&key) else {
                continue;
            };
            if Codec::decode::<OldState>(&key, &value).is_err()
                || !self.known.contains(&(account.clone(), user_id.clone()))
            {
                continue;
            }
            self.receivers.insert(receiver.clone());
            let entity = EntityKey::user(account, user_id);
            let state = outdated(EventId::from_bytes([0; 16]));
            put(
                &self.trees.deliveries,
                &record::receiver_key(&receiver, &entity),
                &state,
            )?;
        }
        Ok(())
    }

    /// What waits: of known users a newer event is made by the next pass; deletions stay.
    pub(super) fn outbox(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let Some((receiver, account, user_id)) = receiver_account_user(&key) else {
                continue;
            };
            if self.known.contains(&(account.clone(), user_id.clone())) {
                continue;
            }
            let Some(entry) = OldEntry::decode(&key, &value) else {
                continue;
            };
            let at = entry
                .queued_at_unix_s
                .map_or(unix_ms(self.now), |at| at * 1_000);
            let id = EventId::from_bytes(entry.event_id);
            let entity = EntityKey::user(account.clone(), user_id);
            let place = self.place(&receiver, &account);
            let record = OutboxEntry::new(&entity, &id, at, &entry.json).into_record();
            put(&self.trees.outbox, &place.to_bytes(), &record)?;
            let mut state = outdated(id).at(Place::Outbox(place.number));
            state.is_deleted = true;
            let key = record::receiver_key(&receiver, &entity);
            put(&self.trees.deliveries, &key, &state)?;
        }
        Ok(())
    }

    pub(super) fn dead_letters(&mut self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let Some((receiver, account, user_id)) = receiver_account_user(&key) else {
                continue;
            };
            let Ok(dead) = Codec::decode::<OldDead>(&key, &value) else {
                continue;
            };
            let is_record = !self.known.contains(&(account.clone(), user_id.clone()));
            let entity = EntityKey::user(account.clone(), user_id);
            let place = self.place(&receiver, &account);
            let at = OffsetDateTime::from_unix_timestamp(dead.at_unix_s).unwrap_or(self.now);
            let id = EventId::from_bytes(dead.event_id);
            let letter = DeadRecord::new(&entity, &id, &dead.why, at, &dead.json);
            put(
                &self.trees.dead,
                &place.to_bytes(),
                &letter.with_record(is_record),
            )?;
        }
        Ok(())
    }

    pub(super) fn history(&self, old: &sled::Tree) -> sled::Result<()> {
        for item in old {
            let (key, value) = item?;
            let kept = Codec::decode::<OldOpaque>(&key, &value).ok();
            let entry = kept.and_then(|kept| serde_json::from_slice(&kept.facts).ok());
            if let Some(entry) = entry {
                put::<HistoryEntry>(&self.trees.history, &key, &entry)?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> sled::Result<()> {
        for (account, record) in &self.accounts {
            put(
                &self.trees.meta,
                &MetaKey::Account(account).to_bytes(),
                record,
            )?;
        }
        for receiver in &self.receivers {
            let key = MetaKey::Receiver(receiver).to_bytes();
            let record = ReceiverRecord {
                configured_at_unix_ms: unix_ms(self.now),
            };
            put(&self.trees.meta, &key, &record)?;
        }
        Ok(())
    }

    fn place(&mut self, receiver: &str, account: &str) -> OutboxKey {
        self.receivers.insert(receiver.to_owned());
        let queue = (receiver.to_owned(), account.to_owned());
        let next = self.next.entry(queue).or_insert(1);
        let number = *next;
        *next += 1;
        OutboxKey {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number,
        }
    }
}

/// The state of a user of whom something else was sent than is true now.
fn outdated(id: EventId) -> DeliveryState {
    let event = SentEvent {
        id,
        digest: Digest::from_bytes([0; 32]),
    };
    DeliveryState::new(1, event, [0; 16], 0)
}

/// Writes a record; one that is too large for this format is left out.
fn put<T: serde::Serialize>(tree: &sled::Tree, key: &[u8], content: &T) -> sled::Result<()> {
    match record::encode(key, content) {
        Ok(record) => tree.insert(key, record).map(drop),
        Err(RecordError::TooLarge(bytes)) => {
            tracing::warn!(bytes, "a record is too large to be brought to this format");
            Ok(())
        }
        Err(error) => Err(sled::Error::Unsupported(error.to_string())),
    }
}
