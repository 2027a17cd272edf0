//! What the server did: calls, how many at once, and how long it took itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Counters(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: BTreeMap<String, u64>,
    in_flight: usize,
    in_flight_max: usize,
    /// When the first of the calls under way came in.
    since: Option<Instant>,
    occupied: Duration,
    busy: Duration,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct InFlight<'a>(&'a Counters);

impl Counters {
    /// Counts a call of `action`, and that it is under way until the answer is dropped. Returns
    /// the call's number, from 1.
    pub(super) fn enter(&self, action: &str) -> (u64, InFlight<'_>) {
        let mut counts = self.counts();
        counts.in_flight += 1;
        counts.in_flight_max = counts.in_flight_max.max(counts.in_flight);
        counts.since.get_or_insert_with(Instant::now);
        let number = match counts.calls.get_mut(action) {
            Some(calls) => calls,
            None => counts.calls.entry(action.to_owned()).or_default(),
        };
        *number += 1;
        (*number, InFlight(self))
    }

    pub(super) fn worked(&self, time: Duration) {
        self.counts().busy += time;
    }

    pub(super) fn calls(&self) -> BTreeMap<String, u64> {
        self.counts().calls.clone()
    }

    pub(super) fn in_flight_max(&self) -> usize {
        self.counts().in_flight_max
    }

    pub(super) fn busy(&self) -> Duration {
        self.counts().busy
    }

    pub(super) fn occupied(&self) -> Duration {
        self.counts().occupied
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().expect("no panic while counting")
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        counts.in_flight -= 1;
        if counts.in_flight == 0
            && let Some(since) = counts.since.take()
        {
            counts.occupied += since.elapsed();
        }
    }
}
