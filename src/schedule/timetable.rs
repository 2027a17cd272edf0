//! The times at which passes begin.

use std::time::Duration;

use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::cron::CronExpression;
use super::zone::Zone;

/// The rule of the times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Times {
    /// From the start of one pass to the start of the next.
    Every(Duration),
    /// By the clock on the wall.
    Cron(CronExpression),
}

/// The times at which passes begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// Their rule.
    pub times: Times,
    /// Where the clock on the wall hangs.
    pub zone: Zone,
    /// Whether a daemon begins with a pass.
    pub on_start: bool,
    /// By how much each time is put off.
    pub jitter: Duration,
}

/// A share of `limit`, the same whenever it is asked for the installation `id`, and another one
/// for the next installation.
pub fn jitter_of(id: &[u8], limit: Duration) -> Duration {
    let hash = Sha256::digest(id);
    let share = hash
        .iter()
        .take(4)
        .fold(0, |sum, &byte| sum << 8 | u32::from(byte));
    limit.mul_f64(f64::from(share) / (f64::from(u32::MAX) + 1.0))
}

impl Timetable {
    /// The first pass of a daemon that starts `now`; `last` is when an earlier one began its last
    /// pass, if that is known. What was missed meanwhile is made up for at once.
    pub fn first(&self, now: OffsetDateTime, last: Option<OffsetDateTime>) -> OffsetDateTime {
        if self.on_start {
            return now + self.jitter;
        }
        match last.filter(|last| *last <= now) {
            Some(last) => self.next_after(last).max(now),
            None => self.next_after(now),
        }
    }

    /// The next pass after one that began at `start` and ended by `now`. Times by the clock that
    /// went by meanwhile are left out; a longer pass than a period is followed at once.
    pub fn after_pass(&self, start: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
        match &self.times {
            Times::Every(_) => self.next_after(start).max(now),
            Times::Cron(_) => self.next_after(now),
        }
    }

    /// The next time after `at`, if a pass begins then.
    pub fn next_after(&self, at: OffsetDateTime) -> OffsetDateTime {
        match &self.times {
            Times::Every(every) => at + *every,
            Times::Cron(cron) => {
                let next = cron.next_after(at - self.jitter, &self.zone);
                // Some time comes, or the expression was refused. Later than any calendar, a day.
                next.map_or(at + time::Duration::DAY, |next| next + self.jitter)
            }
        }
    }

    /// How long from the next time after `at` to the one after that.
    pub fn period_after(&self, at: OffsetDateTime) -> Duration {
        let next = self.next_after(at);
        (self.next_after(next) - next).unsigned_abs()
    }

    /// How long until two times have gone by after `at`.
    pub fn two_periods_after(&self, at: OffsetDateTime) -> Duration {
        (self.next_after(self.next_after(at)) - at).unsigned_abs()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOON: OffsetDateTime = datetime!(2026-11-28 12:00 UTC);
    const MINUTE: Duration = Duration::from_secs(60);

    fn every(every: Duration) -> Timetable {
        Timetable {
            times: Times::Every(every),
            zone: Zone::default(),
            on_start: false,
            jitter: Duration::ZERO,
        }
    }

    fn cron(text: &str) -> Timetable {
        let expression = CronExpression::parse(text, NOON).unwrap();
        Timetable {
            times: Times::Cron(expression),
            ..every(MINUTE)
        }
    }

    #[test]
    fn a_daemon_begins_with_a_pass_or_waits_for_its_time() {
        let mut table = cron("0 13 * * *");
        assert_eq!(table.first(NOON, None), datetime!(2026-11-28 13:00 UTC));
        table.on_start = true;
        assert_eq!(table.first(NOON, None), NOON);
        let mut table = every(20 * MINUTE);
        assert_eq!(table.first(NOON, None), NOON + 20 * MINUTE);
        table.on_start = true;
        assert_eq!(table.first(NOON, Some(NOON - MINUTE)), NOON);
    }

    #[test]
    fn times_that_went_by_while_there_was_no_daemon_are_made_up_for_once() {
        let table = cron("0 11 * * *");
        let yesterday = datetime!(2026-11-27 11:00 UTC);
        assert_eq!(table.first(NOON, Some(yesterday)), NOON);
        let today = datetime!(2026-11-28 11:00 UTC);
        let tomorrow = datetime!(2026-11-29 11:00 UTC);
        assert_eq!(table.first(NOON, Some(today)), tomorrow);
        // The clock was ahead then: nothing is known.
        assert_eq!(table.first(NOON, Some(NOON + 900 * MINUTE)), tomorrow);
        let table = every(20 * MINUTE);
        assert_eq!(
            table.first(NOON, Some(NOON - 5 * MINUTE)),
            NOON + 15 * MINUTE
        );
        assert_eq!(table.first(NOON, Some(NOON - 50 * MINUTE)), NOON);
    }

    #[test]
    fn times_within_a_long_pass_are_left_out_and_a_long_period_is_followed_at_once() {
        let table = cron("*/5 * * * *");
        assert_eq!(
            table.after_pass(NOON, NOON + 12 * MINUTE),
            NOON + 15 * MINUTE
        );
        let table = every(5 * MINUTE);
        assert_eq!(table.after_pass(NOON, NOON + MINUTE), NOON + 5 * MINUTE);
        assert_eq!(
            table.after_pass(NOON, NOON + 12 * MINUTE),
            NOON + 12 * MINUTE
        );
    }

    #[test]
    fn jitter_puts_off_each_time_by_the_same_and_leaves_none_out() {
        let mut table = cron("0 * * * *");
        table.jitter = 10 * MINUTE;
        let first = table.next_after(NOON);
        assert_eq!(first, NOON + 10 * MINUTE);
        assert_eq!(table.next_after(first), NOON + 70 * MINUTE);
        table.on_start = true;
        assert_eq!(table.first(NOON, None), NOON + 10 * MINUTE);
    }

    #[test]
    fn jitter_is_stable_below_its_limit_and_spread_between_installations() {
        let of = |id: u8| jitter_of(&[id; 16], 100 * MINUTE);
        assert_eq!(of(1), of(1));
        let mut all: Vec<_> = (0..100).map(of).collect();
        all.sort_unstable();
        assert!(all[0] < 10 * MINUTE && all[99] > 90 * MINUTE && all[99] < 100 * MINUTE);
        assert_eq!(jitter_of(&[7; 16], Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_period_is_what_the_times_make_it() {
        assert_eq!(every(MINUTE).two_periods_after(NOON), 2 * MINUTE);
        let workdays = cron("0 8 * * 1-5");
        let friday = datetime!(2026-11-27 08:00 UTC);
        assert_eq!(workdays.two_periods_after(friday), 4 * 24 * 60 * MINUTE);
        assert_eq!(workdays.period_after(friday), 24 * 60 * MINUTE);
    }
}
