//! How large a batch may be for a sink that called one too large.

/// A batch size in bytes that is kept for a while, so that it is not found out with each batch.
#[derive(Debug, Default)]
pub(super) struct BatchSizeLimit {
    bytes: Option<usize>,
    delivered: u32,
    taken_bytes: Option<usize>,
    /// How many events were called too large alone since the sink took one.
    oversized: usize,
}

/// So many events are believed to be too large one after the other. A sink that calls more so
/// may mean any event.
const OVERSIZED_MAX: usize = 3;

/// After so many batches twice the size is offered: the limit may have been a passing one.
const KEPT_FOR_BATCHES: u32 = 100;

impl BatchSizeLimit {
    /// How many bytes the next batch may hold, of `usual` at most.
    pub(super) fn within(&self, usual: usize) -> usize {
        self.bytes.map_or(usual, |bytes| bytes.min(usual))
    }

    /// A batch of `bytes` was too large: half of it may not be.
    pub(super) fn too_large(&mut self, bytes: usize) {
        self.bytes = Some(bytes / 2);
        self.delivered = 0;
    }

    /// Whether a sink that calls one event of `bytes` too large means that event: it has taken
    /// batches and none as large, or has called few events so.
    pub(super) fn is_believed(&mut self, bytes: usize) -> bool {
        let is_beyond = self.taken_bytes.is_some_and(|taken| taken < bytes);
        let is_rare = self.oversized < OVERSIZED_MAX;
        if is_beyond || is_rare {
            self.oversized = (self.oversized + 1).min(OVERSIZED_MAX);
        }
        is_beyond || is_rare
    }

    /// A batch of `bytes` was delivered, where `usual` would be the most.
    pub(super) fn delivered(&mut self, bytes: usize, usual: usize) {
        self.oversized = 0;
        self.taken_bytes = self.taken_bytes.max(Some(bytes));
        let Some(bytes) = self.bytes else { return };
        self.delivered += 1;
        if self.delivered == KEPT_FOR_BATCHES {
            self.delivered = 0;
            self.bytes = Some(bytes.saturating_mul(2)).filter(|&bytes| bytes < usual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_halved_at_once_kept_for_a_hundred_batches_and_then_doubled() {
        let mut limit = BatchSizeLimit::default();
        assert_eq!(limit.within(1_000), 1_000);
        limit.too_large(900);
        limit.too_large(450);
        for _ in 0..100 {
            assert_eq!(limit.within(1_000), 225);
            limit.delivered(200, 1_000);
        }
        assert_eq!(limit.within(1_000), 450);
        for _ in 0..200 {
            limit.delivered(200, 1_000);
        }
        assert_eq!(limit.within(1_000), 1_000);
        assert_eq!(limit.within(100), 100);
    }

    #[test]
    fn a_few_events_are_believed_to_be_too_large_and_any_that_is_larger_than_what_was_taken() {
        let mut limit = BatchSizeLimit::default();
        let believed = [(); 5].map(|()| limit.is_believed(100));
        assert_eq!(believed, [true, true, true, false, false]);
        limit.delivered(50, 1_000);
        let believed = [(); 5].map(|()| limit.is_believed(100));
        assert_eq!(believed, [true; 5]);
        let believed = [(); 5].map(|()| limit.is_believed(50));
        assert_eq!(believed, [false; 5]);
    }
}
