//! Token buckets, by which AWS limits calls of one action.

use std::time::Instant;

/// So many calls at once, and so many more each second.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: f64,
    burst: f64,
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    pub(super) fn new(per_second: f64, burst: f64) -> Self {
        Self {
            per_second,
            burst,
            tokens: burst,
            filled_at: Instant::now(),
        }
    }

    /// Whether there is a token for a call at `now`; takes it.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let filled = now.duration_since(self.filled_at).as_secs_f64() * self.per_second;
        self.tokens = (self.tokens + filled).min(self.burst);
        self.filled_at = now;
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}
