//! When a daemon last collected anything: whoever watches it learns when it no longer does.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;

use crate::schedule::Timetable;

/// When a daemon last collected anything.
#[derive(Debug, Clone)]
pub(in crate::run) struct CollectionClock(Arc<Mutex<Times>>);

#[derive(Debug)]
struct Times {
    timetable: Timetable,
    /// How long nothing may be collected: until two times of the timetable have gone by.
    patience: Duration,
    /// The same of complete passes.
    complete_patience: Duration,
    /// How long the last pass took, which may be longer.
    pass: Duration,
    started_at: OffsetDateTime,
    collected_at: Option<OffsetDateTime>,
    completed_at: Option<OffsetDateTime>,
    /// The start, or the last time that something was collected.
    since: Instant,
    /// The start, or the last time that a pass saw every user of its account.
    complete_since: Instant,
}

/// A pass that takes longer than its period counts as one, and so many may go by.
const PASSES_MAX: u32 = 2;

impl CollectionClock {
    /// The clock of a daemon that starts now, begins its first pass at `first`, and the others by
    /// `timetable`.
    pub(in crate::run) fn start(timetable: &Timetable, first: OffsetDateTime) -> Self {
        let now = OffsetDateTime::now_utc();
        let until_first = Duration::try_from(first - now).unwrap_or_default();
        Self(Arc::new(Mutex::new(Times {
            patience: until_first + timetable.two_periods_after(first),
            complete_patience: until_first + timetable.two_periods_after(first),
            timetable: timetable.clone(),
            pass: Duration::ZERO,
            started_at: now,
            collected_at: None,
            completed_at: None,
            since: Instant::now(),
            complete_since: Instant::now(),
        })))
    }

    /// From now on, passes begin by `timetable`.
    pub(in crate::run) fn follow(&self, timetable: &Timetable) {
        let now = OffsetDateTime::now_utc();
        let mut times = self.times();
        times.timetable = timetable.clone();
        // What went by without anything collected still counts.
        let so_far = times.since.elapsed();
        times.patience = so_far + timetable.two_periods_after(now);
        let so_far = times.complete_since.elapsed();
        times.complete_patience = so_far + timetable.two_periods_after(now);
    }

    /// When the daemon started.
    pub(in crate::run) fn started_at(&self) -> OffsetDateTime {
        self.times().started_at
    }

    /// Something was collected just now.
    pub(in crate::run) fn collected(&self) {
        let now = OffsetDateTime::now_utc();
        let mut times = self.times();
        times.patience = times.timetable.two_periods_after(now);
        times.collected_at = Some(now);
        times.since = Instant::now();
    }

    /// A pass has seen every user of its account just now.
    pub(in crate::run) fn completed(&self) {
        let now = OffsetDateTime::now_utc();
        let mut times = self.times();
        times.complete_patience = times.timetable.two_periods_after(now);
        times.completed_at = Some(now);
        times.complete_since = Instant::now();
    }

    /// A pass over all accounts has ended that took `duration`.
    pub(in crate::run) fn pass_ended(&self, duration: Duration) {
        self.times().pass = duration;
    }

    /// When anything was last collected; `None` if nothing was since the start.
    pub(in crate::run) fn collected_at(&self) -> Option<OffsetDateTime> {
        self.times().collected_at
    }

    /// Since when nothing was collected, if that is longer than two periods of the timetable, or
    /// than two passes that take longer.
    pub(in crate::run) fn nothing_since(&self) -> Option<OffsetDateTime> {
        let times = self.times();
        let since = times.collected_at.unwrap_or(times.started_at);
        let patience = times.at_least(times.patience);
        (times.since.elapsed() > patience).then_some(since)
    }

    /// Since when no pass saw every user of any account, if that is as long. The start counts as
    /// such a pass: a first one that takes a while is no fault.
    pub(in crate::run) fn nothing_complete_since(&self) -> Option<OffsetDateTime> {
        let times = self.times();
        let since = times.completed_at.unwrap_or(times.started_at);
        let patience = times.at_least(times.complete_patience);
        (times.complete_since.elapsed() > patience).then_some(since)
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Times {
    /// `patience`, or the time of two passes that take longer.
    fn at_least(&self, patience: Duration) -> Duration {
        patience.max(self.pass.saturating_mul(PASSES_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Times as Rule, Zone};

    #[tokio::test(start_paused = true)]
    async fn nothing_collected_shows_after_two_periods_or_two_long_passes() {
        let (every, second) = (Duration::from_secs(60), Duration::from_secs(1));
        let timetable = Timetable {
            times: Rule::Every(every),
            zone: Zone::default(),
            on_start: true,
            jitter: Duration::ZERO,
        };
        let clock = CollectionClock::start(&timetable, OffsetDateTime::UNIX_EPOCH);
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

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_waits_for_its_first_time_is_not_late_before_it() {
        let hour = Duration::from_secs(3600);
        let timetable = Timetable {
            times: Rule::Every(hour),
            zone: Zone::default(),
            on_start: false,
            jitter: Duration::ZERO,
        };
        let first = OffsetDateTime::now_utc() + hour * 5;
        let clock = CollectionClock::start(&timetable, first);
        tokio::time::advance(hour * 6).await;
        assert_eq!(clock.nothing_since(), None);
        tokio::time::advance(hour * 2).await;
        assert!(clock.nothing_since().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn passes_that_see_only_some_users_are_not_complete_for_long() {
        let (every, second) = (Duration::from_secs(60), Duration::from_secs(1));
        let timetable = Timetable {
            times: Rule::Every(every),
            zone: Zone::default(),
            on_start: true,
            jitter: Duration::ZERO,
        };
        let clock = CollectionClock::start(&timetable, OffsetDateTime::UNIX_EPOCH);
        clock.completed();
        tokio::time::advance(every * 2).await;
        clock.collected();
        assert_eq!(clock.nothing_complete_since(), None);
        tokio::time::advance(second).await;
        let times = clock.times().completed_at;
        assert!(times.is_some() && clock.nothing_complete_since() == times);
        assert_eq!(clock.nothing_since(), None);
        clock.completed();
        assert_eq!(clock.nothing_complete_since(), None);
    }
}
