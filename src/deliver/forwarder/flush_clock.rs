//! When the next batch goes: enough waits, or the oldest event has waited long enough.

use std::time::Duration;

use tokio::time::Instant;

use crate::store::{BatchLimits, Fill};

/// Knows since when the oldest event waits.
#[derive(Debug)]
pub(super) struct FlushClock {
    after: Duration,
    due_at: Option<Instant>,
}

/// When the next batch is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now,
    At(Instant),
    /// Nothing waits.
    Never,
}

impl FlushClock {
    pub(super) fn new(after: Duration) -> Self {
        Self {
            after,
            due_at: None,
        }
    }

    /// What waits is due.
    pub(super) fn flush(&mut self, now: Instant) {
        self.due_at = Some(now);
    }

    /// Everything that waits was read: what waits later came after `now`.
    pub(super) fn everything_was_read(&mut self, now: Instant) {
        self.due_at = Some(now + self.after);
    }

    /// When a batch of `limits` is due, while `waiting` waits.
    pub(super) fn due(&mut self, waiting: Fill, limits: BatchLimits, now: Instant) -> Due {
        if waiting.events == 0 {
            self.due_at = None;
            return Due::Never;
        }
        let at = *self.due_at.get_or_insert(now + self.after);
        let is_full = waiting.events >= limits.count as u64 || waiting.bytes >= limits.bytes as u64;
        match is_full || now >= at {
            true => Due::Now,
            false => Due::At(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AFTER: Duration = Duration::from_secs(5);
    const LIMITS: BatchLimits = BatchLimits {
        count: 10,
        bytes: 1_000,
    };

    fn waiting(events: u64, bytes: u64) -> Fill {
        Fill {
            events,
            bytes,
            oldest_unix_ms: None,
        }
    }

    #[test]
    fn a_batch_is_due_by_count_by_bytes_or_by_age() {
        let mut clock = FlushClock::new(AFTER);
        let start = Instant::now();
        assert_eq!(clock.due(waiting(0, 0), LIMITS, start), Due::Never);
        let at = Due::At(start + AFTER);
        assert_eq!(clock.due(waiting(1, 100), LIMITS, start), at);
        let later = start + Duration::from_secs(4);
        assert_eq!(clock.due(waiting(9, 900), LIMITS, later), at);
        assert_eq!(clock.due(waiting(10, 900), LIMITS, later), Due::Now);
        assert_eq!(clock.due(waiting(2, 1_000), LIMITS, later), Due::Now);
        assert_eq!(clock.due(waiting(1, 1), LIMITS, start + AFTER), Due::Now);
    }

    #[test]
    fn an_event_that_came_after_a_batch_was_read_waits_from_then_on() {
        let mut clock = FlushClock::new(AFTER);
        let start = Instant::now();
        clock.due(waiting(10, 1), LIMITS, start);
        let read_at = start + Duration::from_secs(3);
        clock.everything_was_read(read_at);
        let due = clock.due(waiting(1, 1), LIMITS, start + Duration::from_secs(6));
        assert_eq!(due, Due::At(read_at + AFTER));
    }

    #[test]
    fn an_outbox_that_was_empty_starts_a_new_wait() {
        let mut clock = FlushClock::new(AFTER);
        let start = Instant::now();
        clock.due(waiting(1, 1), LIMITS, start);
        clock.due(waiting(0, 0), LIMITS, start + Duration::from_secs(1));
        let again = start + Duration::from_secs(60);
        let due = clock.due(waiting(1, 1), LIMITS, again);
        assert_eq!(due, Due::At(again + AFTER));
    }
}
