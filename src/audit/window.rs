//! Which stretches of time are looked up, and in which order, so that no record is missed although
//! records appear late and in any order.
//!
//! Pure: times in, windows out. A round goes from what may still change up to now, in windows that
//! are small enough to hold. Most rounds begin one lag before the last one ended. Every lag, one
//! begins where nothing can have changed since: four lags back.

use time::{Duration, OffsetDateTime};

/// What appears later than so many lags after its call is not found.
const DEPTH: i32 = 4;
/// The first window, which mostly is the only one.
const STEP_FIRST: Duration = Duration::DAY;
/// CloudTrail's times have no fractions of a second.
const STEP_MIN: Duration = Duration::SECOND;
/// The history goes back 90 days.
const STEP_MAX: Duration = Duration::days(90);

/// A stretch of time with both ends, whole seconds, inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub start: OffsetDateTime,
    /// The last moment.
    pub end: OffsetDateTime,
}

impl Window {
    /// Whether it cannot be divided.
    pub fn is_smallest(&self) -> bool {
        self.end - self.start <= STEP_MIN
    }

    /// Whether a call at `time` is in it.
    pub fn holds(&self, time: OffsetDateTime) -> bool {
        (self.start..=self.end + STEP_MIN).contains(&time)
    }
}

/// The windows of one region.
#[derive(Debug, Clone)]
pub struct Windows {
    lag: Duration,
    floor: OffsetDateTime,
    /// Up to here everything was looked at once.
    end: Option<OffsetDateTime>,
    /// When the last round that began at the floor ended.
    deep_at: Option<OffsetDateTime>,
    round: Option<Round>,
    step: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Round {
    at: OffsetDateTime,
    until: OffsetDateTime,
    is_deep: bool,
}

impl Windows {
    /// Windows from `floor` on, of records that appear up to `lag` after their call, mostly.
    pub fn new(floor: OffsetDateTime, lag: std::time::Duration) -> Self {
        let lag = Duration::try_from(lag).unwrap_or(Duration::DAY);
        Self {
            lag: lag.max(STEP_MIN),
            floor: whole(floor),
            end: None,
            deep_at: None,
            round: None,
            step: STEP_FIRST,
        }
    }

    /// Everything before this was read for good: where to begin after a restart.
    pub fn floor(&self) -> OffsetDateTime {
        self.floor
    }

    /// Up to here everything was looked at once, if it was.
    pub fn end(&self) -> Option<OffsetDateTime> {
        self.end
    }

    /// What is as far as the one and the other, whoever was further.
    #[must_use]
    pub fn together(self, other: Self) -> Self {
        Self {
            lag: self.lag,
            floor: self.floor.min(other.floor),
            end: self.end.min(other.end),
            deep_at: self.deep_at.min(other.deep_at),
            round: None,
            step: self.step.min(other.step),
        }
    }

    /// Whether everything was looked at up to less than a lag before `now`, or than a minute, also from
    /// the floor on.
    pub fn keeps_up(&self, now: OffsetDateTime) -> bool {
        let is_near = |at: Option<OffsetDateTime>| {
            at.is_some_and(|at| now - at < self.lag.max(Duration::MINUTE))
        };
        self.round.is_none() && is_near(self.end) && is_near(self.deep_at)
    }

    /// Whether a round is under way.
    pub fn is_in_round(&self) -> bool {
        self.round.is_some()
    }

    /// The next window, at `now`. It stays the next one until it was read or was too full.
    pub fn next(&mut self, now: OffsetDateTime) -> Window {
        let round = match self.round {
            Some(round) => round,
            None => self.begin(whole(now)),
        };
        self.round = Some(round);
        let end = round.at.saturating_add(self.step).min(round.until);
        Window {
            start: round.at,
            end,
        }
    }

    fn begin(&self, now: OffsetDateTime) -> Round {
        let is_due = |at: OffsetDateTime| now - at >= self.lag || now < at;
        let (is_deep, at) = match self.end {
            Some(end) if !self.deep_at.is_none_or(is_due) => (false, end - self.lag),
            _ => (true, self.floor),
        };
        let at = at.max(self.floor);
        Round {
            at,
            until: now.max(at),
            is_deep,
        }
    }

    /// `window` was read to its end, and `is_sparse` if a longer one would have done.
    pub fn read(&mut self, window: Window, is_sparse: bool) {
        let Some(round) = &mut self.round else {
            return;
        };
        round.at = window.end;
        if is_sparse {
            self.step = STEP_MAX.min(self.step * 2);
        }
        let Round {
            at, until, is_deep, ..
        } = *round;
        if is_deep {
            let settled = until.saturating_sub(self.lag * DEPTH);
            self.floor = self.floor.max(settled.min(at));
        }
        if at >= until {
            self.end = Some(until);
            self.round = None;
            if is_deep {
                self.deep_at = Some(until);
            }
        }
    }

    /// `window` holds more than is held at once: its newest part, down to `reached`, did already.
    pub fn too_full(&mut self, window: Window, reached: OffsetDateTime) {
        let (length, part) = (window.end - window.start, window.end - reached);
        self.step = STEP_MIN.max(Duration::min(part / 2, length / 2));
    }
}

/// `time` without fractions of a second.
fn whole(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_nanosecond(0).unwrap_or(time)
}

#[cfg(test)]
mod tests;
