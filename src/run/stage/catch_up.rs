//! Receivers that are behind, brought up to date from what is kept: with no call of AWS.

use std::collections::{BTreeSet, HashSet};
use std::sync::PoisonError;

use time::OffsetDateTime;

use super::arns::ArnIndex;
use super::capacity::Capacity;
use super::counts::SendCounts;
use super::deletion::{GoneUser, Successors};
use super::send::{Outgoing, Outlet, Sender};
use super::stager::Stager;
use super::verdict;
use crate::model::EntityKey;
use crate::run::mapping::KnownUser;
use crate::store::{EntityRecord, Staging, Store, StoreError};

/// So many users are staged at a time.
const USERS_AT_ONCE: usize = 250;

/// Stages what is kept of an account, for those receivers that do not know it yet.
pub(in crate::run) struct CatchUp<'a> {
    pub(in crate::run) store: &'a Store,
    pub(in crate::run) sender: &'a Sender,
    pub(in crate::run) capacity: &'a mut Capacity,
    pub(in crate::run) arns: &'a mut ArnIndex,
}

impl Stager {
    /// Keeps that `gone` are deleted, and stages the events that say so; and how many of them nothing
    /// readable is kept of.
    pub(in crate::run) fn delete(
        &self,
        store: &Store,
        gone: Vec<(EntityKey, EntityRecord)>,
    ) -> Result<(SendCounts, u64), StoreError> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let (capacity, arns) = &mut *shared;
        let mut catch_up = CatchUp {
            store,
            sender: &self.sender,
            capacity,
            arns,
        };
        let mut counts = SendCounts::default();
        let unreadable = catch_up.delete(gone, &mut counts)?;
        Ok((counts, unreadable))
    }
}

impl CatchUp<'_> {
    /// Stages every user that a receiver does not know as it is known here, and every deletion
    /// that it was not sent; without `with_living`, those deletions alone. What found no room is
    /// counted as held up.
    pub(in crate::run) fn run(&mut self, with_living: bool) -> Result<SendCounts, StoreError> {
        let mut counts = SendCounts::default();
        let account = self.sender.account.id.clone();
        let mut ids = match with_living {
            true => self.store.user_ids(&account)?,
            false => Vec::new(),
        };
        // Where there is room for some alone, none is always the first.
        let first = fastrand::usize(..ids.len().max(1));
        ids.rotate_left(first);
        for chunk in ids.chunks(USERS_AT_ONCE) {
            let of = chunk.iter().map(|id| EntityKey::user(account.as_str(), id));
            let entities: Vec<EntityKey> = of.collect();
            let records = self.store.entities(&entities)?;
            self.stage(&mut counts, |sender, outlet| {
                for (entity, record) in entities.iter().zip(&records) {
                    if let Some(record) = record {
                        send_kept(sender, entity, record, None, outlet)?;
                    }
                }
                Ok(())
            })?;
        }
        let tombstones = self.store.tombstones(&account)?;
        for chunk in tombstones.chunks(USERS_AT_ONCE) {
            self.stage(&mut counts, |sender, outlet| {
                let mut successors = Successors::default();
                for (entity, tombstone) in chunk {
                    if let Some(user) = tombstone.user() {
                        let privilege = verdict::kept(tombstone.verdict.as_ref());
                        let gone = GoneUser {
                            entity,
                            user: &user,
                            privilege: privilege.as_ref(),
                        };
                        sender.send_deletion(gone, true, outlet, &mut successors)?;
                    }
                }
                send_again(sender, &successors, outlet)
            })?;
        }
        Ok(counts)
    }

    /// Keeps that `gone` are deleted, and stages the events that say so. How many of them nothing
    /// readable is kept of.
    fn delete(
        &mut self,
        gone: Vec<(EntityKey, EntityRecord)>,
        counts: &mut SendCounts,
    ) -> Result<u64, StoreError> {
        let mut unreadable = 0;
        self.stage(counts, |sender, outlet| {
            let mut successors = Successors::default();
            let ids: HashSet<String> = gone.iter().map(|(entity, _)| entity.id.clone()).collect();
            for (entity, record) in gone {
                if !sender.delete(&entity, record, outlet, &mut successors)? {
                    unreadable += 1;
                }
            }
            successors.retain(|id, _| !ids.contains(id));
            send_again(sender, &successors, outlet)
        })?;
        Ok(unreadable)
    }

    fn stage(
        &mut self,
        counts: &mut SendCounts,
        add: impl FnOnce(&Sender, &mut Outlet<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sender = self.sender;
        let account = sender.account.id.as_str();
        self.capacity
            .refresh(self.store, account, &sender.receivers)?;
        let mut staging = Staging::new(sender.account.id.clone(), sender.stamp.collected_at);
        // What is kept was observed long before.
        staging.queued_at = OffsetDateTime::now_utc();
        let mut outlet = Outlet {
            store: self.store,
            capacity: self.capacity,
            arns: self.arns,
            staging: &mut staging,
            counts,
        };
        add(sender, &mut outlet)?;
        self.store.stage(staging)
    }
}

/// Sends `successors` again, behind the deletions of others, each to those receivers that were
/// just told that its ARN is gone.
fn send_again(
    sender: &Sender,
    successors: &Successors,
    outlet: &mut Outlet<'_>,
) -> Result<(), StoreError> {
    let account = sender.account.id.as_str();
    let ids = successors.keys();
    let entities: Vec<EntityKey> = ids.map(|id| EntityKey::user(account, id)).collect();
    let records = outlet.store.entities(&entities)?;
    for ((entity, record), receivers) in entities.iter().zip(&records).zip(successors.values()) {
        if let Some(record) = record {
            send_kept(sender, entity, record, Some(receivers), outlet)?;
        }
    }
    Ok(())
}

/// Stages a user as it is kept, unless the last whole list lacked it: what became of it is told
/// when that is known.
fn send_kept(
    sender: &Sender,
    entity: &EntityKey,
    record: &EntityRecord,
    forced_to: Option<&BTreeSet<String>>,
    outlet: &mut Outlet<'_>,
) -> Result<(), StoreError> {
    let is_forced = forced_to.is_some();
    if !is_forced && record.absent_since.is_some() {
        return Ok(());
    }
    let digests = record.digests();
    if !is_forced && sender.is_settled(outlet.store, entity, digests, outlet.counts)? {
        return Ok(());
    }
    let Some(user) = record.user().filter(|user| sender.mapping.includes(user)) else {
        return Ok(());
    };
    let privilege = verdict::kept(record.verdict.as_ref());
    let known = KnownUser {
        user: &user,
        stale: &record.stale,
        former_names: &record.former_names,
        privilege: privilege.as_ref(),
    };
    let judged = sender.mapping.judge(&sender.account, sender.stamp, known);
    let outgoing = Outgoing {
        entity,
        judged: &judged,
        digests,
        changes: &[],
        forced_to,
    };
    sender.send(outgoing, outlet)
}
