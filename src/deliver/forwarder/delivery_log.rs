//! What the log says of a sink: that it fails, once; that it recovered; and what went out.

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
    /// What was logged since the sink last took anything.
    logged: Logged,
    is_pending: bool,
    is_doubted: bool,
    is_too_large: bool,
}

/// The worst that was logged of a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Logged {
    Nothing,
    Failing,
    Stopped,
}

/// A batch that was not taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure<'a> {
    pub(super) sink: &'a str,
    pub(super) events: usize,
    pub(super) pause: Duration,
    pub(super) why: &'a str,
}

impl DeliveryLog {
    pub(super) fn new(quiet: Duration) -> Self {
        Self {
            quiet,
            quiet_at: None,
            events: 0,
            batches: 0,
            logged: Logged::Nothing,
            is_pending: false,
            is_doubted: false,
            is_too_large: false,
        }
    }

    /// A batch was not taken. The first one since the sink last took any is a warning.
    pub(super) fn failed(&mut self, failure: Failure<'_>) {
        let Failure {
            sink, events, why, ..
        } = failure;
        let pause_ms = u64::try_from(failure.pause.as_millis()).unwrap_or(u64::MAX);
        if self.is_news(Logged::Failing) {
            tracing::warn!(
                sink,
                events,
                pause_ms,
                why,
                "batch not delivered; sending it again until the sink takes it"
            );
        } else {
            tracing::debug!(
                sink,
                events,
                pause_ms,
                why,
                "batch not delivered; sending it again"
            );
        }
    }

    /// The sink takes nothing until somebody acts. An error once, until it takes something.
    pub(super) fn stopped(&mut self, sink: &str, why: &str) {
        if self.is_news(Logged::Stopped) {
            tracing::error!(
                sink,
                why,
                "the sink has stopped; everything for it is kept, and it is retried later"
            );
        } else {
            tracing::debug!(sink, why, "the sink takes nothing yet");
        }
    }

    fn is_news(&mut self, now: Logged) -> bool {
        let before = self.logged;
        self.logged = before.max(now);
        self.logged > before
    }

    /// `sink` took a batch of `events`; the first one after a failure is logged.
    pub(super) fn delivered(&mut self, sink: &str, events: usize) {
        self.events += events as u64;
        self.batches += 1;
        self.is_pending = false;
        tracing::debug!(sink, events, "batch delivered");
        if std::mem::replace(&mut self.logged, Logged::Nothing) > Logged::Nothing {
            tracing::info!(sink, events, "the sink takes events again");
        }
    }

    /// `sink` still works on a batch of `events`. Logged once a batch.
    pub(super) fn pending(&mut self, sink: &str, events: usize, why: &str) {
        if std::mem::replace(&mut self.is_pending, true) {
            tracing::debug!(sink, events, why, "the sink still ingests a batch");
        } else {
            tracing::info!(sink, events, why, "the sink has not ingested a batch yet");
        }
    }

    /// `sink` found a batch too large. A warning once a run: what helps is a setting.
    pub(super) fn too_large(&mut self, sink: &str, (events, bytes): (usize, usize), why: &str) {
        if std::mem::replace(&mut self.is_too_large, true) {
            tracing::debug!(sink, events, bytes, why, "batch too large; sending half");
        } else {
            tracing::warn!(
                sink,
                events,
                bytes,
                why,
                "batch too large for the sink; sending half; a smaller batch_bytes avoids this"
            );
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
