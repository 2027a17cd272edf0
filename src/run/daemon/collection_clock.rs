//! When a daemon last collected anything: whoever watches it learns when it no longer does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

/// When a daemon last collected anything.
#[derive(Debug, Clone)]
pub(in crate::run) struct CollectionClock(Arc<Mutex<Times>>);

#[derive(Debug)]
struct Times {
    /// From the start of a pass to the start of the next one.
    period: Duration,
    /// How long the last pass took, which may be longer.
    pass: Duration,
    started_at: OffsetDateTime,
    collected_at: Option<OffsetDateTime>,
    /// The start, or the last time that something was collected.
    since: Instant,
}

/// So many periods may go by without anything collected.
const PERIODS_MAX: u32 = 2;

impl CollectionClock {
    /// The clock of a daemon that starts now and begins a pass `every` so often.
    pub(in crate::run) fn start(every: Duration) -> Self {
        Self(Arc::new(Mutex::new(Times {
            period: every,
            pass: Duration::ZERO,
            started_at: OffsetDateTime::now_utc(),
            collected_at: None,
            since: Instant::now(),
        })))
    }

    /// Something was collected just now.
    pub(in crate::run) fn collected(&self) {
        let mut times = self.times();
        times.collected_at = Some(OffsetDateTime::now_utc());
        times.since = Instant::now();
    }

    /// A pass over all accounts has ended that took `duration`.
    pub(in crate::run) fn pass_ended(&self, duration: Duration) {
        self.times().pass = duration;
    }

    /// When anything was last collected; `None` if nothing was since the start.
    pub(in crate::run) fn collected_at(&self) -> Option<OffsetDateTime> {
        self.times().collected_at
    }

    /// Since when nothing was collected, if that is longer than two periods. A pass that takes
    /// longer than a period is one.
    pub(in crate::run) fn nothing_since(&self) -> Option<OffsetDateTime> {
        let times = self.times();
        let patience = times.period.max(times.pass).saturating_mul(PERIODS_MAX);
        let since = times.collected_at.unwrap_or(times.started_at);
        (times.since.elapsed() > patience).then_some(since)
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nothing_collected_shows_after_two_periods_or_two_long_passes() {
        let (every, second) = (Duration::from_secs(60), Duration::from_secs(1));
        let clock = CollectionClock::start(every);
        tokio::time::advance(every * 2).await;
        assert_eq!(clock.nothing_since(), None);
        tokio::time::advance(second).await;
        assert!(clock.nothing_since().is_some() && clock.collected_at().is_none());
        clock.collected();
        assert_eq!(clock.nothing_since(), None);
        clock.pass_ended(every * 3);
        tokio::time::advance(every * 6).await;
        assert_eq!(clock.nothing_since(), None);
        tokio::time::advance(second).await;
        assert_eq!(clock.nothing_since(), clock.collected_at());
    }
}
