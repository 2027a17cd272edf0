//! What a daemon's log says of a sink: that it recovered, and what went out.

use std::time::Duration;

use tokio::time::Instant;

/// What happened since the last line about it.
#[derive(Debug)]
pub(super) struct DeliveryLog {
    /// How long nothing comes before everything counts as delivered.
    quiet: Duration,
    quiet_at: Option<Instant>,
    events: u64,
    batches: u64,
    is_failing: bool,
    is_doubted: bool,
}

impl DeliveryLog {
    pub(super) fn new(quiet: Duration) -> Self {
        Self {
            quiet,
            quiet_at: None,
            events: 0,
            batches: 0,
            is_failing: false,
            is_doubted: false,
        }
    }

    /// A batch was not taken. Why is logged where it happens.
    pub(super) fn failed(&mut self) {
        self.is_failing = true;
    }

    /// `sink` took a batch of `events`; the first one after a failure is logged.
    pub(super) fn delivered(&mut self, sink: &str, events: usize) {
        self.events += events as u64;
        self.batches += 1;
        if std::mem::take(&mut self.is_failing) {
            tracing::info!(sink, events, "the sink takes events again");
        }
    }

    /// `sink` took a batch in an odd way. Logged once a run: it will do the same each time.
    pub(super) fn doubted(&mut self, sink: &str, why: &str) {
        if !std::mem::replace(&mut self.is_doubted, true) {
            tracing::warn!(
                sink,
                why,
                "events count as delivered, but the answer is not that of an intake"
            );
        }
    }

    /// Something waits for the sink.
    pub(super) fn busy(&mut self) {
        self.quiet_at = None;
    }

    /// Nothing waits for `sink` at `now`. Logs what was delivered once that has been so for a
    /// while; until then, returns when to look again.
    pub(super) fn idle(&mut self, sink: &str, now: Instant) -> Option<Instant> {
        let (events, batches) = (self.events, self.batches);
        if batches == 0 {
            return None;
        }
        let at = *self.quiet_at.get_or_insert(now + self.quiet);
        if now < at {
            return Some(at);
        }
        tracing::info!(sink, events, batches, "everything delivered");
        (self.events, self.batches, self.quiet_at) = (0, 0, None);
        None
    }
}
