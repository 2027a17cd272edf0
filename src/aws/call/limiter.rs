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

/// A limiter of `rate` calls a second, with a second's worth at once after a pause, up to
/// `burst_max`.
pub(super) fn limiter(rate: f64, burst_max: f64) -> Arc<Limiter> {
    with_burst(rate, rate.min(burst_max))
}

/// A limiter of `rate` calls a second that AWS was seen to let through: with next to nothing at
/// once, and with nothing at first, since a rate that changes under load would else let a burst
/// through on top.
pub(super) fn learnt_limiter(rate: f64) -> Arc<Limiter> {
    let limiter = with_burst(rate, rate / 10.0);
    while limiter.check().is_ok() {}
    limiter
}

fn with_burst(rate: f64, burst: f64) -> Arc<Limiter> {
    let clock = TokioClock {
        start: Instant::now(),
    };
    let period = Duration::from_secs_f64(1.0 / rate);
    let burst = NonZeroU32::new(burst as u32).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(period)
        .unwrap_or(Quota::per_second(NonZeroU32::MIN))
        .allow_burst(burst);
    Arc::new(RateLimiter::direct_with_clock(quota, clock))
}
