//! How much waits for each sink, counted as it comes and goes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::entry::EntryKey;
use super::{Store, StoreError};

/// How much waits for one sink.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fill {
    /// Events.
    pub events: u64,
    /// Bytes they take up in the store.
    pub bytes: u64,
}

/// What a transaction does to a sink's fill.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Change {
    events: i64,
    bytes: i64,
}

impl Change {
    pub(super) fn add(&mut self, len: usize) {
        self.events += 1;
        self.bytes += signed(len);
    }

    pub(super) fn remove(&mut self, len: usize) {
        self.events -= 1;
        self.bytes -= signed(len);
    }
}

fn signed(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

/// The fill of every sink's outbox.
#[derive(Debug, Default)]
pub(super) struct Fills(Mutex<HashMap<String, Fill>>);

impl Fills {
    /// Counts the outbox, once.
    pub(super) fn of(outbox: &sled::Tree) -> sled::Result<Self> {
        let mut fills: HashMap<String, Fill> = HashMap::new();
        for item in outbox {
            let (key, value) = item?;
            let sink = EntryKey::from_stored(&key).part(0).to_owned();
            let fill = fills.entry(sink).or_default();
            fill.events += 1;
            fill.bytes += value.len() as u64;
        }
        Ok(Self(Mutex::new(fills)))
    }

    /// One entry is gone.
    pub(super) fn remove(&self, key: &EntryKey, len: usize) {
        let mut change = Change::default();
        change.remove(len);
        self.apply(&BTreeMap::from([(key.part(0).to_owned(), change)]));
    }

    /// What a transaction did.
    pub(super) fn apply(&self, changes: &BTreeMap<String, Change>) {
        let mut fills = self.lock();
        for (sink, change) in changes {
            let fill = fills.entry(sink.clone()).or_default();
            fill.events = fill.events.saturating_add_signed(change.events);
            fill.bytes = fill.bytes.saturating_add_signed(change.bytes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Fill>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// How much waits for `sink`.
    pub fn outbox_fill(&self, sink: &str) -> Fill {
        self.shared
            .fill
            .lock()
            .get(sink)
            .copied()
            .unwrap_or_default()
    }

    /// Every sink that something waits for, known to the configuration or not.
    pub fn outbox_fills(&self) -> BTreeMap<String, Fill> {
        let fills = self.shared.fill.lock();
        let waiting = fills.iter().filter(|(_, fill)| fill.events > 0);
        waiting.map(|(sink, fill)| (sink.clone(), *fill)).collect()
    }

    /// When the oldest event that waits for `sink` was queued, as a Unix time in seconds.
    pub fn oldest_queued_unix_s(&self, sink: &str) -> Result<Option<i64>, StoreError> {
        let mut oldest = None;
        for item in self.shared.outbox.scan_prefix(EntryKey::prefix(sink)) {
            let (key, value) =
                item.map_err(|source| self.shared.failed("read its outbox", source))?;
            if let Ok(entry) = super::record::decode::<super::entry::OutboxEntry>(&key, &value) {
                let at = entry.queued_at_unix_s;
                oldest = Some(oldest.map_or(at, |oldest: i64| oldest.min(at)));
            }
        }
        Ok(oldest)
    }
}
