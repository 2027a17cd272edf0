//! How long to wait before sending again.

use std::time::Duration;

/// Exponential backoff with jitter, for as long as it takes.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
}

const FIRST: Duration = Duration::from_millis(500);
const MAX: Duration = Duration::from_secs(60);

impl Backoff {
    pub(super) fn new() -> Self {
        Self { failures: 0 }
    }

    /// The wait after one more failure: between half of a doubling ceiling and the ceiling.
    pub(super) fn next(&mut self) -> Duration {
        let ceiling = FIRST.saturating_mul(1 << self.failures.min(16)).min(MAX);
        self.failures += 1;
        ceiling.mul_f64(0.5 + fastrand::f64() / 2.0)
    }

    /// Whether nothing has failed since the last success.
    pub(super) fn is_first(&self) -> bool {
        self.failures == 0
    }

    /// The next failure is a first one.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_begin_again_after_success() {
        let mut backoff = Backoff::new();
        for exponent in 0..20 {
            let ceiling = MAX.min(FIRST * 2_u32.pow(exponent.min(10)));
            let wait = backoff.next();
            assert!(
                wait >= ceiling / 2 && wait <= ceiling,
                "{exponent}: {wait:?}"
            );
        }
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}
