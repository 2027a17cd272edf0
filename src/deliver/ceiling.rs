//! How large a batch may be for a sink that called one too large.

/// A batch size in bytes that is kept for a while, so that it is not found out with each batch.
#[derive(Debug, Default)]
pub(super) struct ByteCeiling {
    bytes: Option<usize>,
    delivered: u32,
    taken_bytes: Option<usize>,
}

/// After so many batches twice the size is tried: the limit may have been a passing one.
const KEPT_FOR_BATCHES: u32 = 100;

impl ByteCeiling {
    /// How many bytes the next batch may hold, of `usual` at most.
    pub(super) fn within(&self, usual: usize) -> usize {
        self.bytes.map_or(usual, |bytes| bytes.min(usual))
    }

    /// A batch of `bytes` was too large: half of it may not be.
    pub(super) fn too_large(&mut self, bytes: usize) {
        self.bytes = Some(bytes / 2);
        self.delivered = 0;
    }

    /// Whether the sink has taken batches, and none as large as `bytes`.
    pub(super) fn is_beyond(&self, bytes: usize) -> bool {
        self.taken_bytes.is_some_and(|taken| taken < bytes)
    }

    /// A batch of `bytes` was delivered, where `usual` would be the most.
    pub(super) fn delivered(&mut self, bytes: usize, usual: usize) {
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
        let mut ceiling = ByteCeiling::default();
        assert_eq!(ceiling.within(1_000), 1_000);
        assert!(!ceiling.is_beyond(900), "nothing is known yet");
        ceiling.too_large(900);
        ceiling.too_large(450);
        for _ in 0..100 {
            assert_eq!(ceiling.within(1_000), 225);
            ceiling.delivered(200, 1_000);
        }
        assert_eq!(ceiling.within(1_000), 450);
        assert!(ceiling.is_beyond(201) && !ceiling.is_beyond(200));
        for _ in 0..200 {
            ceiling.delivered(200, 1_000);
        }
        assert_eq!(ceiling.within(1_000), 1_000);
        assert_eq!(ceiling.within(100), 100);
    }
}
