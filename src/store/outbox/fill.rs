//! How much waits for each receiver, counted as it comes and goes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::Store;
use super::super::open::Shared;
use super::super::record::{self, OutboxKey};
use super::super::trees::Tree;
use super::entry::OutboxEntry;

/// How much waits for one receiver.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fill {
    /// Events.
    pub events: u64,
    /// Bytes they take up in the store.
    pub bytes: u64,
    /// When the oldest of them was queued, as a Unix time in milliseconds.
    pub oldest_unix_ms: Option<i64>,
}

/// How much of one account waits for one receiver.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct AccountFill {
    pub(in crate::store) events: u64,
    bytes: u64,
    oldest_unix_ms: Option<i64>,
    /// The number of the next record.
    pub(in crate::store) next: u64,
}

/// The accounts of which something waits, or waited, for a receiver.
pub(in crate::store) type Accounts = BTreeMap<String, AccountFill>;

/// One receiver's outbox and dead letters.
#[derive(Debug, Default)]
pub(in crate::store) struct ReceiverFill {
    pub(in crate::store) accounts: Accounts,
    /// The account that the last batch ended with: the next one begins behind it.
    pub(in crate::store) served_last: Option<String>,
    pub(in crate::store) dead_letters: u64,
}

/// The fill of every outbox.
#[derive(Debug, Default)]
pub(in crate::store) struct Fills(Mutex<BTreeMap<String, ReceiverFill>>);

/// What a transaction does to an outbox.
#[derive(Debug)]
pub(in crate::store) enum FillChange {
    /// A record of so many bytes was added, at a time in Unix milliseconds.
    Added(OutboxKey, usize, i64),
    /// A record of so many bytes has taken the place of one of so many others.
    Replaced(OutboxKey, usize, usize),
    /// A record of so many bytes was removed.
    Removed(OutboxKey, usize),
    /// So many dead letters of a receiver came or went.
    DeadLetters(String, i64),
}

impl Fills {
    /// Counts a record of `tree`, if it waits or is a dead letter.
    pub(in crate::store) fn count(&self, tree: Tree, key: &[u8], value: &[u8]) {
        let place = match tree {
            Tree::Outbox | Tree::Dead => OutboxKey::parse(key),
            _ => None,
        };
        match place {
            Some(place) if tree == Tree::Outbox => self.count_waiting(place, key, value),
            Some(place) => self.count_letter(place),
            None => {}
        }
    }

    fn count_letter(&self, place: OutboxKey) {
        let mut fills = self.lock();
        let fill = fills.entry(place.receiver).or_default();
        fill.dead_letters += 1;
        // A letter that is sent again keeps its number.
        let next = &mut fill.accounts.entry(place.account).or_default().next;
        *next = (*next).max(place.number + 1);
    }

    fn count_waiting(&self, place: OutboxKey, key: &[u8], value: &[u8]) {
        // Records are in order of arrival: only the time of the first one counts.
        let at = match self.has(&place.receiver, &place.account) {
            true => 0,
            false => record::decode::<OutboxEntry>(key, value).map_or(0, |it| it.queued_at()),
        };
        self.apply([FillChange::Added(place, value.len(), at)]);
    }

    fn has(&self, receiver: &str, account: &str) -> bool {
        let fills = self.lock();
        let fill = fills.get(receiver).and_then(|it| it.accounts.get(account));
        fill.is_some_and(|fill| fill.events > 0)
    }

    /// What a transaction did.
    pub(in crate::store) fn apply(&self, changes: impl IntoIterator<Item = FillChange>) {
        let mut fills = self.lock();
        for change in changes {
            match change {
                FillChange::Added(place, len, at) => {
                    let fill = fills.entry(place.receiver).or_default();
                    let fill = fill.accounts.entry(place.account).or_default();
                    fill.events += 1;
                    fill.bytes += len as u64;
                    fill.oldest_unix_ms.get_or_insert(at);
                    fill.next = fill.next.max(place.number + 1);
                }
                FillChange::Replaced(place, len, before) => {
                    if let Some(fill) = of_account(&mut fills, &place) {
                        fill.bytes = (fill.bytes + len as u64).saturating_sub(before as u64);
                    }
                }
                FillChange::Removed(place, len) => {
                    if let Some(fill) = of_account(&mut fills, &place) {
                        fill.events = fill.events.saturating_sub(1);
                        fill.bytes = fill.bytes.saturating_sub(len as u64);
                        if fill.events == 0 {
                            fill.oldest_unix_ms = None;
                        }
                    }
                }
                FillChange::DeadLetters(receiver, count) => {
                    let fill = fills.entry(receiver).or_default();
                    fill.dead_letters = fill.dead_letters.saturating_add_signed(count);
                }
            }
        }
    }

    /// The oldest record of an account that waits for a receiver is now of this time.
    pub(in crate::store) fn set_oldest(
        &self,
        receiver: &str,
        account: &str,
        oldest_unix_ms: Option<i64>,
    ) {
        let mut fills = self.lock();
        let fill = fills.get_mut(receiver);
        if let Some(fill) = fill.and_then(|it| it.accounts.get_mut(account)) {
            fill.oldest_unix_ms = oldest_unix_ms;
        }
    }

    pub(in crate::store) fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ReceiverFill>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of_account<'a>(
    fills: &'a mut BTreeMap<String, ReceiverFill>,
    place: &OutboxKey,
) -> Option<&'a mut AccountFill> {
    fills
        .get_mut(&place.receiver)?
        .accounts
        .get_mut(&place.account)
}

impl ReceiverFill {
    fn total(&self) -> Fill {
        let mut total = Fill::default();
        for fill in self.accounts.values() {
            total.events += fill.events;
            total.bytes += fill.bytes;
            total.oldest_unix_ms = match (total.oldest_unix_ms, fill.oldest_unix_ms) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        total
    }
}

impl Shared {
    /// The place behind everything that waits, or waited, for a receiver of an account.
    pub(in crate::store) fn next_place(&self, receiver: &str, account: &str) -> OutboxKey {
        let fills = self.fills.lock();
        let fill = fills.get(receiver).and_then(|it| it.accounts.get(account));
        OutboxKey {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number: fill.map_or(1, |fill| fill.next.max(1)),
        }
    }
}

impl Store {
    /// How much waits for `receiver`.
    pub fn outbox_fill(&self, receiver: &str) -> Fill {
        let fills = self.shared.fills.lock();
        fills
            .get(receiver)
            .map(ReceiverFill::total)
            .unwrap_or_default()
    }

    /// How many events about `account` wait for `receiver`.
    pub fn waiting_of(&self, receiver: &str, account: &str) -> u64 {
        let fills = self.shared.fills.lock();
        let fill = fills.get(receiver).and_then(|it| it.accounts.get(account));
        fill.map_or(0, |fill| fill.events)
    }

    /// Every receiver that something waits for, known to the configuration or not.
    pub fn outbox_fills(&self) -> BTreeMap<String, Fill> {
        let fills = self.shared.fills.lock();
        let totals = fills
            .iter()
            .map(|(name, fill)| (name.clone(), fill.total()));
        totals.filter(|(_, fill)| fill.events > 0).collect()
    }

    /// How many dead letters each receiver has that has any.
    pub fn dead_letter_counts(&self) -> BTreeMap<String, u64> {
        let fills = self.shared.fills.lock();
        let counts = fills.iter().filter(|(_, fill)| fill.dead_letters > 0);
        counts
            .map(|(name, fill)| (name.clone(), fill.dead_letters))
            .collect()
    }
}
