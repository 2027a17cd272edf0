//! One gate per API action, the way AWS counts: so many calls a second.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use super::Action;

/// The gates of one account.
#[derive(Debug)]
pub(super) struct Throttle {
    gates: HashMap<Action, Gate>,
}

type Gate = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// Tokio's clock, so that waits and limits share one time, also when a test pauses it.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

impl Throttle {
    /// Gates that let `requests_per_second` through for each action, and a second's worth at once
    /// after a pause.
    pub(super) fn new(requests_per_second: NonZeroU32) -> Self {
        let clock = TokioClock {
            start: Instant::now(),
        };
        let quota = Quota::per_second(requests_per_second);
        let gate = || RateLimiter::direct_with_clock(quota, clock.clone());
        Self {
            gates: Action::ALL
                .into_iter()
                .map(|action| (action, gate()))
                .collect(),
        }
    }

    /// Waits until one call of `action` may go.
    pub(super) async fn admit(&self, action: Action) {
        let Some(gate) = self.gates.get(&action) else {
            return;
        };
        while let Err(too_early) = gate.check() {
            tokio::time::sleep(too_early.wait_time_from(gate.clock().now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_action_has_its_own_second_and_its_own_burst() {
        let throttle = Throttle::new(NonZeroU32::new(10).unwrap());
        let start = Instant::now();
        for _ in 0..30 {
            throttle.admit(Action::ListUsers).await;
        }
        let thirty_calls = start.elapsed();
        for _ in 0..10 {
            throttle.admit(Action::ListMfaDevices).await;
        }
        assert!(
            (1_900..=2_100).contains(&thirty_calls.as_millis()),
            "{thirty_calls:?}"
        );
        assert_eq!(start.elapsed(), thirty_calls);
    }
}
