//! What lets so many calls a second through.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

/// One action's limiter.
pub(super) type Limiter =
    RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// Tokio's clock, so that waits and limits share one time, also when a test pauses it.
#[derive(Debug, Clone)]
pub(super) struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A limiter of `rate` calls a second, with a second's worth at once after a pause.
pub(super) fn limiter(rate: f64) -> Arc<Limiter> {
    let clock = TokioClock {
        start: Instant::now(),
    };
    let period = Duration::from_secs_f64(1.0 / rate);
    let quota = Quota::with_period(period)
        .unwrap_or(Quota::per_second(NonZeroU32::MIN))
        .allow_burst(burst(rate));
    Arc::new(RateLimiter::direct_with_clock(quota, clock))
}

/// A second's worth, and at least one call.
fn burst(rate: f64) -> NonZeroU32 {
    NonZeroU32::new(rate as u32).unwrap_or(NonZeroU32::MIN)
}

/// A limiter of `rate` calls a second whose burst is spent: a rate that changes under load would
/// else let a second's worth through on top.
pub(super) fn exhausted_limiter(rate: f64) -> Arc<Limiter> {
    let limiter = limiter(rate);
    let all_of_it = limiter.check_n(burst(rate));
    debug_assert!(
        matches!(all_of_it, Ok(Ok(()))),
        "a new limiter has its burst"
    );
    limiter
}
