//! Events leave the outbox when their receiver took them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::kept::Place;
use super::super::open::Shared;
use super::super::record::{self, OutboxKey};
use super::super::trees::{Tree, Writes};
use super::super::{DeliveryState, Store, StoreError};
use super::entry::{OutboxEntry, Receipt};
use super::fill::FillChange;

impl Store {
    /// Removes `delivered` from the outbox and marks their states as delivered. An entry that a
    /// newer state has replaced meanwhile stays.
    pub fn acknowledge(&self, delivered: &[Receipt]) -> Result<(), StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut writes = Writes::default();
        let mut removed: BTreeMap<&OutboxKey, usize> = BTreeMap::new();
        for event in delivered {
            if removed.contains_key(&event.place) {
                continue;
            }
            let state = shared.state_after(event)?;
            if shared.still_waits(event, state.as_ref())? {
                shared.set_place(&mut writes, event, state, Place::Delivered)?;
                writes.remove(Tree::Outbox, &event.place.to_bytes());
                removed.insert(&event.place, event.stored_len);
            }
        }
        shared.apply(writes)?;
        let queues: BTreeSet<(&str, &str)> = removed
            .keys()
            .map(|place| (place.receiver.as_str(), place.account.as_str()))
            .collect();
        let changes = removed.iter();
        let changes = changes.map(|(place, len)| FillChange::Removed((*place).clone(), *len));
        shared.fills.apply(changes);
        for (receiver, account) in queues {
            shared.find_oldest(receiver, account)?;
        }
        Ok(())
    }
}

impl Shared {
    /// The state of the receiver and entity of `receipt`, if its event is still the last one.
    pub(in crate::store) fn state_after(
        &self,
        receipt: &Receipt,
    ) -> Result<Option<DeliveryState>, StoreError> {
        let key = record::receiver_key(&receipt.place.receiver, &receipt.entity);
        let state = self.read::<DeliveryState>(Tree::Deliveries, &key)?;
        Ok(state.filter(|state| state.event().id == receipt.id))
    }

    /// Whether the event of `receipt` is still the one that waits in its place.
    fn still_waits(
        &self,
        receipt: &Receipt,
        state: Option<&DeliveryState>,
    ) -> Result<bool, StoreError> {
        let OutboxKey {
            receiver,
            account,
            number,
        } = &receipt.place;
        // A state and its entry are one transaction: the entry need not be read as well.
        if state.is_some_and(|state| state.place() == Place::Outbox(*number)) {
            return Ok(true);
        }
        Ok(self.waiting_id(receiver, account, *number)? == Some(receipt.id))
    }

    /// Writes where the event of `receipt` is now to `state`, if it is still the last one about
    /// its entity.
    pub(in crate::store) fn set_place(
        &self,
        writes: &mut Writes,
        receipt: &Receipt,
        state: Option<DeliveryState>,
        place: Place,
    ) -> Result<(), StoreError> {
        if let Some(state) = state {
            let key = record::receiver_key(&receipt.place.receiver, &receipt.entity);
            let state = record::encode(&key, &state.at(place))?;
            writes.put(Tree::Deliveries, &key, state);
        }
        Ok(())
    }

    /// Finds out when the oldest event of `account` that waits for `receiver` was queued.
    pub(in crate::store) fn find_oldest(
        &self,
        receiver: &str,
        account: &str,
    ) -> Result<(), StoreError> {
        let prefix = OutboxKey::prefix(receiver, account);
        let first = self.trees.outbox.scan_prefix(prefix).next().transpose();
        let first = first.map_err(|source| self.failed("read its outbox", source))?;
        let oldest = first.and_then(|(key, value)| {
            let entry: OutboxEntry = record::decode(&key, &value).ok()?;
            Some(entry.queued_at())
        });
        self.fills.set_oldest(receiver, account, oldest);
        Ok(())
    }
}
