//! What the server did: calls, how many at once, and how long it took itself.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Counters {
    calls: Mutex<BTreeMap<String, u64>>,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    busy_ns: AtomicU64,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct InFlight<'a>(&'a Counters);

impl Counters {
    /// Counts a call of `action`, and that it is under way until the answer is dropped. Tells
    /// the call's number, from 1.
    pub(super) fn enter(&self, action: &str) -> (u64, InFlight<'_>) {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.in_flight_max.fetch_max(now, Ordering::Relaxed);
        let mut calls = self.calls.lock().expect("no panic while counting");
        let number = match calls.get_mut(action) {
            Some(calls) => calls,
            None => calls.entry(action.to_owned()).or_default(),
        };
        *number += 1;
        (*number, InFlight(self))
    }

    pub(super) fn worked(&self, time: Duration) {
        let ns = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.busy_ns.fetch_add(ns, Ordering::Relaxed);
    }

    pub(super) fn calls(&self) -> BTreeMap<String, u64> {
        self.calls.lock().expect("no panic while counting").clone()
    }

    pub(super) fn in_flight_max(&self) -> usize {
        self.in_flight_max.load(Ordering::Relaxed)
    }

    pub(super) fn busy(&self) -> Duration {
        Duration::from_nanos(self.busy_ns.load(Ordering::Relaxed))
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
