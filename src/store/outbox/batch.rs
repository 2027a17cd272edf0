//! The next events for a receiver: accounts take turns, and of each the oldest goes first.

use std::collections::BTreeMap;

use super::super::open::Shared;
use super::super::open::heal;
use super::super::record::OutboxKey;
use super::super::{Store, StoreError};
use super::entry::Queued;
use super::fill::FillChange;

/// How much one batch may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchLimits {
    /// Events.
    pub count: usize,
    /// Bytes of their JSON together; a single event may exceed it.
    pub bytes: usize,
}

/// The next events for a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The events: of each account in order of arrival.
    pub events: Vec<Queued>,
    /// Whether more events wait than the limits allow, or exactly as many.
    pub is_full: bool,
}

/// A batch that grows to its limits.
struct Growing {
    batch: Batch,
    bytes: usize,
    limits: BatchLimits,
}

impl Growing {
    /// Adds `event`, unless the batch is full.
    fn add(&mut self, event: Queued) {
        let bytes = self.bytes + event.json.len();
        if bytes > self.limits.bytes && !self.batch.events.is_empty() {
            self.batch.is_full = true;
            return;
        }
        self.bytes = bytes;
        self.batch.events.push(event);
        self.batch.is_full = self.batch.events.len() == self.limits.count;
    }
}

impl Store {
    /// The next events for `receiver`, all of them durable. They stay until acknowledged.
    ///
    /// Accounts take turns: each that has something waiting gets its share of the batch, and the
    /// next batch begins behind the account that this one ended with.
    pub fn next_batch(&self, receiver: &str, limits: BatchLimits) -> Result<Batch, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut growing = Growing {
            batch: Batch {
                events: Vec::new(),
                is_full: false,
            },
            bytes: 0,
            limits,
        };
        let accounts = shared.accounts_in_turn(receiver);
        let share = (limits.count / accounts.len().max(1)).max(1);
        let mut next: BTreeMap<&str, u64> = BTreeMap::new();
        let mut active: Vec<&str> = accounts.iter().map(String::as_str).collect();
        let mut served = None;
        while !active.is_empty() && !growing.batch.is_full {
            let mut still_active = Vec::new();
            for account in active {
                let from = next.get(account).copied().unwrap_or_default();
                let read = shared.read_queue(receiver, account, from, share, &mut growing)?;
                served = Some(account.to_owned());
                if let Some(number) = read {
                    next.insert(account, number + 1);
                    still_active.push(account);
                }
                if growing.batch.is_full {
                    break;
                }
            }
            active = still_active;
        }
        if let (Some(fill), Some(served)) = (shared.fills.lock().get_mut(receiver), served) {
            fill.served_last = Some(served);
        }
        Ok(growing.batch)
    }
}

impl Shared {
    /// The accounts of which something waits for `receiver`, the one to be served next first.
    fn accounts_in_turn(&self, receiver: &str) -> Vec<String> {
        let fills = self.fills.lock();
        let Some(fill) = fills.get(receiver) else {
            return Vec::new();
        };
        let waiting = fill.accounts.iter().filter(|(_, fill)| fill.events > 0);
        let mut accounts: Vec<String> = waiting.map(|(account, _)| account.clone()).collect();
        if let Some(last) = &fill.served_last {
            let behind = accounts.partition_point(|account| account <= last);
            accounts.rotate_left(behind);
        }
        accounts
    }

    /// Adds at most `share` events of `account` from number `from` on to the batch; the number
    /// of the last one read, if there may be more.
    fn read_queue(
        &self,
        receiver: &str,
        account: &str,
        from: u64,
        share: usize,
        growing: &mut Growing,
    ) -> Result<Option<u64>, StoreError> {
        let place = |number| OutboxKey {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number,
        };
        let (start, end) = (place(from).to_bytes(), place(u64::MAX).to_bytes());
        let mut last = None;
        let mut read = 0;
        for item in self.trees.outbox.range(start..end) {
            let (key, value) = item.map_err(|source| self.failed("read its outbox", source))?;
            let Some(place) = OutboxKey::parse(&key) else {
                continue;
            };
            let number = place.number;
            match Queued::read(place.clone(), &key, &value) {
                Some(event) => growing.add(event),
                None => self.drop_damaged(place, &key, value.len())?,
            }
            if growing.batch.is_full {
                return Ok(last);
            }
            last = Some(number);
            read += 1;
            if read == share {
                return Ok(last);
            }
        }
        Ok(None)
    }

    /// Drops a damaged entry: its state misses it, and the next pass looks at everybody.
    fn drop_damaged(&self, place: OutboxKey, key: &[u8], len: usize) -> Result<(), StoreError> {
        let failed = |source| self.failed("write to it", source);
        self.trees.outbox.remove(key).map_err(failed)?;
        let looked = heal::look_again(&self.trees, &place.receiver, &place.account);
        looked.map_err(failed)?;
        tracing::error!(
            receiver = place.receiver,
            account = place.account,
            "an event in the outbox was damaged and dropped; its user is sent again"
        );
        self.fills.apply([FillChange::Removed(place, len)]);
        Ok(())
    }
}
