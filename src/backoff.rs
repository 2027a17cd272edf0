//! How long to wait before trying again: exponential, with jitter.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// Waits that double up to a limit, each jittered in its upper half.
#[derive(Debug)]
pub(crate) struct Backoff {
    waits: ExponentialBuilder,
    left: ExponentialBackoff,
    max: Duration,
    failures: u32,
}

impl Backoff {
    /// Waits of at most `first`, then twice as long each time, and never longer than `max`.
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        // backon adds up to a whole delay of jitter: half of the delay gives the wait its range.
        let waits = ExponentialBuilder::new()
            .with_min_delay(first / 2)
            .with_max_delay(max / 2)
            .with_jitter()
            .without_max_times();
        Self {
            waits,
            left: waits.build(),
            max,
            failures: 0,
        }
    }

    /// The wait after one more failure.
    pub(crate) fn next(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        self.left.next().unwrap_or(self.max)
    }

    /// Whether nothing has failed since the last success.
    pub(crate) fn is_first(&self) -> bool {
        self.failures == 0
    }

    /// The next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.left = self.waits.build();
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_millis(500);
    const MAX: Duration = Duration::from_secs(60);

    #[test]
    fn waits_double_up_to_the_limit_and_begin_again_after_a_success() {
        let mut backoff = Backoff::new(FIRST, MAX);
        assert!(backoff.is_first());
        for exponent in 0..20 {
            let limit = MAX.min(FIRST * 2_u32.pow(exponent.min(10)));
            let wait = backoff.next();
            assert!(wait >= limit / 2 && wait <= limit, "{exponent}: {wait:?}");
        }
        assert!(!backoff.is_first());
        backoff.reset();
        assert!(backoff.is_first() && backoff.next() <= FIRST);
    }

    #[test]
    fn waits_of_two_callers_differ() {
        let waits = |mut backoff: Backoff| [(); 8].map(|()| backoff.next());
        assert_ne!(
            waits(Backoff::new(FIRST, MAX)),
            waits(Backoff::new(FIRST, MAX))
        );
    }
}
