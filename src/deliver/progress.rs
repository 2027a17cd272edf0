//! What a forwarder has done so far, and what keeps it from doing more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::foreign::Shown;

/// What a forwarder has done so far, for progress and summaries.
#[derive(Debug, Default)]
pub struct SinkProgress {
    delivered: AtomicU64,
    batches: AtomicU64,
    dead_letters: AtomicU64,
    failing: Mutex<Failing>,
    /// Whether what waits is to go at once.
    is_urgent: AtomicBool,
}

/// Why the last batch was not taken; nothing once one is.
#[derive(Debug, Default, Clone)]
struct Failing {
    stopped: Option<Shown>,
    retried: Option<Shown>,
}

/// What a forwarder did, and why it no longer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwarderReport {
    /// Events acknowledged by the sink.
    pub delivered: u64,
    /// Batches acknowledged by the sink.
    pub batches: u64,
    /// Events that the sink rejected for good.
    pub dead_letters: u64,
    /// Why nothing more can be sent until somebody acts.
    pub stopped: Option<Shown>,
    /// Why the last batch was not taken, if it is being sent again.
    pub retried: Option<Shown>,
}

impl SinkProgress {
    /// A copy of the counts.
    pub fn report(&self) -> ForwarderReport {
        let failing = self.failing().clone();
        ForwarderReport {
            delivered: self.delivered.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            dead_letters: self.dead_letters.load(Ordering::Relaxed),
            stopped: failing.stopped,
            retried: failing.retried,
        }
    }

    /// What waits is to go at once, once whoever sends it is woken.
    pub fn hurry(&self) {
        self.is_urgent.store(true, Ordering::Release);
    }

    /// Whether what waits is to go at once; that is then done with.
    pub(super) fn take_hurry(&self) -> bool {
        self.is_urgent.swap(false, Ordering::AcqRel)
    }

    pub(super) fn dead_letter(&self) {
        self.dead_letters.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn stop(&self, why: String) {
        *self.failing() = Failing {
            stopped: Some(why.into()),
            retried: None,
        };
    }

    pub(super) fn fail(&self, why: String) {
        *self.failing() = Failing {
            stopped: None,
            retried: Some(why.into()),
        };
    }

    /// What kept the sink from taking more is out of the way.
    pub(super) fn recover(&self) {
        *self.failing() = Failing::default();
    }

    fn failing(&self) -> MutexGuard<'_, Failing> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, events: usize) {
        self.recover();
        self.delivered.fetch_add(events as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }
}
