//! What a forwarder tells a daemon's reader: that a sink recovered, and what went out.

/// What happened since the last line about it.
#[derive(Debug, Default)]
pub(super) struct Tally {
    events: u64,
    batches: u64,
    is_failing: bool,
    is_doubted: bool,
}

impl Tally {
    /// A batch was not taken. Why is told where it happens.
    pub(super) fn failed(&mut self) {
        self.is_failing = true;
    }

    /// `sink` took a batch of `events`; the first one after a failure is told.
    pub(super) fn delivered(&mut self, sink: &str, events: usize) {
        self.events += events as u64;
        self.batches += 1;
        if std::mem::take(&mut self.is_failing) {
            tracing::info!(sink, events, "the sink takes events again");
        }
    }

    /// `sink` took a batch in an odd way. Told once a run: it will do the same each time.
    pub(super) fn doubted(&mut self, sink: &str, why: &str) {
        if !std::mem::replace(&mut self.is_doubted, true) {
            tracing::warn!(
                sink,
                why,
                "events count as delivered, but the answer is not that of an intake"
            );
        }
    }

    /// Nothing waits for `sink` any more.
    pub(super) fn idle(&mut self, sink: &str) {
        let (events, batches) = (self.events, self.batches);
        if batches > 0 {
            tracing::info!(sink, events, batches, "everything delivered");
            (self.events, self.batches) = (0, 0);
        }
    }
}
