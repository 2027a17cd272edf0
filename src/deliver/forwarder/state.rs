//! What a forwarder remembers from one batch to the next.

use std::time::Duration;

use tokio::time::Instant;

use super::batch_size_limit::BatchSizeLimit;
use super::bisection::Bisection;
use super::delivery_log::DeliveryLog;
use super::flush_clock::FlushClock;
use crate::backoff::Backoff;

/// How a sink's delivery has gone so far.
#[derive(Debug)]
pub(super) struct DeliveryState {
    /// What was read from the outbox and is not delivered yet.
    pub(super) bisection: Bisection,
    /// When the next batch is read.
    pub(super) clock: FlushClock,
    pub(super) size_limit: BatchSizeLimit,
    /// Between two offers of what was not taken.
    pub(super) backoff: Backoff,
    /// Between two looks at a batch that is being ingested, and between single events of which
    /// none is taken.
    pub(super) short_pause: Backoff,
    /// Between two tries of a sink that has stopped.
    pub(super) stopped: Backoff,
    pub(super) log: DeliveryLog,
    /// Whether the sink has taken anything since the start.
    pub(super) has_taken: bool,
    /// Whether the last refusal was that of an ingestion, which may go away by itself.
    pub(super) is_ingestion: bool,
    /// Whether secrets were replaced for the batch that is being offered.
    pub(super) has_renewed: bool,
    /// Whether it was logged that secrets cannot be read again.
    pub(super) is_unreadable_logged: bool,
}

impl DeliveryState {
    pub(super) fn new(flush_after: Duration) -> Self {
        let (millis, secs) = (Duration::from_millis, Duration::from_secs);
        Self {
            bisection: Bisection::default(),
            clock: FlushClock::new(flush_after),
            size_limit: BatchSizeLimit::default(),
            backoff: Backoff::new(millis(500), secs(60)),
            short_pause: Backoff::new(millis(50), secs(1)),
            stopped: Backoff::new(secs(30), secs(15 * 60)),
            log: DeliveryLog::new(flush_after),
            has_taken: false,
            is_ingestion: false,
            has_renewed: false,
            is_unreadable_logged: false,
        }
    }

    /// Forgets what is in hand: it is read from the outbox again, with whatever is newer by then.
    pub(super) fn read_again(&mut self) {
        self.bisection.clear();
        self.clock.flush(Instant::now());
    }
}
