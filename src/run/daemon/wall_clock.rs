//! Waiting for a time by the clock on the wall, which may be set, and goes on while the machine
//! sleeps.

use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::sleep;

/// How long nobody looks at the clock at most.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// A clock that goes back by less was corrected, not set.
const SET_BACK_MIN: Duration = Duration::from_secs(60);

/// The clock on the wall.
pub(crate) trait WallClock {
    /// What it shows.
    fn now(&self) -> OffsetDateTime;
}

/// The system's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl WallClock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Why a wait has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The time has come.
    Reached,
    /// The clock was set back: what was waited for may be far off now.
    SetBack,
}

/// Waits until `clock` shows `at`, and looks at it at least once a minute.
pub(crate) async fn wait_until(clock: &impl WallClock, at: OffsetDateTime) -> Waited {
    let mut now = clock.now();
    while let Some(left) = Duration::try_from(at - now).ok().filter(|it| !it.is_zero()) {
        sleep(left.min(LOOK_EVERY)).await;
        let before = std::mem::replace(&mut now, clock.now());
        if before - now > SET_BACK_MIN {
            return Waited::SetBack;
        }
    }
    Waited::Reached
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use time::macros::datetime;
    use tokio::time::Instant;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);
    const MINUTE: Duration = Duration::from_secs(60);

    /// Follows tokio's time, and is set by `shift` once that has gone on for `after`.
    struct SetClock {
        start: Instant,
        after: Duration,
        shift: time::Duration,
        looks: Cell<u32>,
    }

    impl SetClock {
        fn new(after: Duration, shift: time::Duration) -> Self {
            let (start, looks) = (Instant::now(), Cell::new(0));
            Self {
                start,
                after,
                shift,
                looks,
            }
        }
    }

    impl WallClock for SetClock {
        fn now(&self) -> OffsetDateTime {
            self.looks.set(self.looks.get() + 1);
            let elapsed = self.start.elapsed();
            let shown = NOON + elapsed;
            match elapsed > self.after {
                true => shown + self.shift,
                false => shown,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_on_time_with_a_look_a_minute() {
        let clock = SetClock::new(Duration::MAX, time::Duration::ZERO);
        let waited = wait_until(&clock, NOON + 150 * MINUTE).await;
        assert_eq!(waited, Waited::Reached);
        assert_eq!(clock.start.elapsed(), 150 * MINUTE);
        assert_eq!(clock.looks.get(), 151);
        assert_eq!(wait_until(&clock, NOON).await, Waited::Reached);
        assert_eq!(clock.start.elapsed(), 150 * MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_time_that_went_by_in_suspension_is_noticed_within_a_minute() {
        let clock = SetClock::new(10 * MINUTE, time::Duration::hours(8));
        let waited = wait_until(&clock, NOON + 60 * MINUTE).await;
        assert_eq!(waited, Waited::Reached);
        assert_eq!(clock.start.elapsed(), 11 * MINUTE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_is_set_back_is_noticed_and_one_that_is_corrected_is_not() {
        let clock = SetClock::new(10 * MINUTE, time::Duration::days(-400));
        assert_eq!(
            wait_until(&clock, NOON + 60 * MINUTE).await,
            Waited::SetBack
        );
        assert_eq!(clock.start.elapsed(), 11 * MINUTE);
        let clock = SetClock::new(10 * MINUTE, time::Duration::seconds(-90));
        assert_eq!(
            wait_until(&clock, NOON + 60 * MINUTE).await,
            Waited::Reached
        );
        assert_eq!(clock.start.elapsed(), 60 * MINUTE + Duration::from_secs(90));
    }
}
