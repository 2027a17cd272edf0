//! What is due next: every account by the timetable, and before that those that failed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use time::OffsetDateTime;

use super::timetable::Timetable;

/// The wait after a first failure; it doubles with every further one.
const RETRY_FIRST: Duration = Duration::from_secs(30);
/// More doublings are longer than any period.
const DOUBLINGS_MAX: u32 = 16;
/// The share of a wait that is always waited; the rest is by chance.
const SHARE_MIN: f64 = 0.75;
/// How long a pass that was asked for waits for whatever else it is asked for.
const ASKED_WAIT: Duration = Duration::from_secs(30);

/// Which accounts are passed over now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Round {
    /// Every one but these, which failed and wait for their own time.
    All {
        /// The ids of those that wait.
        but: BTreeSet<String>,
    },
    /// These alone, which failed before.
    Retry(BTreeSet<String>),
    /// These alone, since somebody asked for them.
    Asked(BTreeSet<String>),
}

/// How a round ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoundEnd {
    /// Whether any account was passed over to its end.
    pub has_passed: bool,
    /// Whether it is not known which accounts there are.
    pub is_refused: bool,
    /// The ids of the accounts that failed.
    pub failed: BTreeSet<String>,
}

/// What is due when.
#[derive(Debug)]
pub struct Agenda {
    timetable: Timetable,
    /// When every account is due.
    next: OffsetDateTime,
    /// When the last round over every account began.
    started_at: Option<OffsetDateTime>,
    /// Rounds, one after the other, in which nothing came to its end.
    failures: u32,
    retries: BTreeMap<String, Retry>,
    /// When accounts are due that somebody asked for.
    asked: BTreeMap<String, OffsetDateTime>,
}

#[derive(Debug)]
struct Retry {
    at: OffsetDateTime,
    failures: u32,
}

impl Round {
    /// Whether it passes over the account `id`; `None` is the one that credentials belong to.
    pub fn takes(&self, id: Option<&str>) -> bool {
        match self {
            Self::All { but } => id.is_none_or(|id| !but.contains(id)),
            Self::Retry(ids) => id.is_some_and(|id| ids.contains(id)),
            Self::Asked(ids) => id.is_none_or(|id| ids.contains(id)),
        }
    }

    /// Whether it passes over every account that there is.
    pub fn is_whole(&self) -> bool {
        matches!(self, Self::All { but } if but.is_empty())
    }
}

impl Agenda {
    /// Every account is due at `first`, and then by `timetable`.
    pub fn new(timetable: Timetable, first: OffsetDateTime) -> Self {
        Self {
            timetable,
            next: first,
            started_at: None,
            failures: 0,
            retries: BTreeMap::new(),
            asked: BTreeMap::new(),
        }
    }

    /// The account `id` is asked for at `now`: it is due a little later, with what else is by then.
    pub fn ask(&mut self, id: String, now: OffsetDateTime) {
        self.asked.entry(id).or_insert(now + ASKED_WAIT);
    }

    /// When anything is due.
    pub fn next_at(&self) -> OffsetDateTime {
        let retries = self.retries.values().map(|retry| retry.at);
        let others = retries.chain(self.asked.values().copied());
        others.min().map_or(self.next, |at| at.min(self.next))
    }

    /// From the next pass over every account to the one after it.
    pub fn period(&self) -> Duration {
        self.timetable.period_after(self.next)
    }

    /// Says when that is, in the timetable's zone.
    pub fn say_next(&self) -> String {
        self.timetable.zone.say(self.next_at())
    }

    /// What is due at `now`, if anything is.
    pub fn due(&self, now: OffsetDateTime) -> Option<Round> {
        let retries = |is_due: bool| {
            let of = self.retries.iter();
            let of = of.filter(move |(_, retry)| (retry.at <= now) == is_due);
            of.map(|(id, _)| id.clone()).collect::<BTreeSet<_>>()
        };
        if self.next <= now {
            let but = retries(false);
            return Some(Round::All { but });
        }
        let retries = Some(retries(true)).filter(|ids| !ids.is_empty());
        let asked = || {
            let due = self.asked.iter().filter(|(_, at)| **at <= now);
            let ids: BTreeSet<String> = due.map(|(id, _)| id.clone()).collect();
            (!ids.is_empty()).then_some(Round::Asked(ids))
        };
        retries.map(Round::Retry).or_else(asked)
    }

    /// Notes how `round` ended, which began at `start` and ended `now`. An account that failed
    /// waits longer each time, yet not beyond the next round over every account; `share`, from 0
    /// to 1, is chance's part of it.
    pub fn ended(
        &mut self,
        round: &Round,
        (start, now): (OffsetDateTime, OffsetDateTime),
        end: RoundEnd,
        share: f64,
    ) {
        let mut failed = end.failed;
        // What was asked for since a pass began may have changed behind it.
        self.asked
            .retain(|id, at| !round.takes(Some(id)) || *at > start + ASKED_WAIT);
        match round {
            Round::All { but } => {
                self.started_at = Some(start);
                self.retries
                    .retain(|id, _| but.contains(id) || failed.contains(id));
                if end.has_passed {
                    self.failures = 0;
                    self.next = self.timetable.after_pass(start, now);
                } else {
                    // They are all in the same case, and wait together.
                    self.retries.retain(|id, _| but.contains(id));
                    failed.clear();
                    self.failures = self.failures.saturating_add(1);
                    let latest = self.timetable.next_after(now);
                    self.next = retry_at(now, self.failures, latest, share);
                }
            }
            Round::Retry(ids) | Round::Asked(ids) if end.is_refused => failed.clone_from(ids),
            Round::Retry(ids) | Round::Asked(ids) => {
                self.retries
                    .retain(|id, _| !ids.contains(id) || failed.contains(id));
            }
        }
        for id in failed {
            let retry = self.retries.entry(id).or_insert(Retry {
                at: now,
                failures: 0,
            });
            retry.failures = retry.failures.saturating_add(1);
            retry.at = retry_at(now, retry.failures, self.next, share);
        }
    }

    /// From `now` on, `timetable` holds. What failed before is tried at once: whoever changed the
    /// configuration may have mended it.
    pub fn follow(&mut self, timetable: &Timetable, now: OffsetDateTime) {
        if self.timetable != *timetable {
            self.timetable = timetable.clone();
            self.next = match self.started_at {
                Some(start) => timetable.after_pass(start, now),
                None => timetable.next_after(now),
            };
        }
        if self.failures > 0 {
            self.next = now;
        }
        for retry in self.retries.values_mut() {
            retry.at = now;
        }
    }

    /// Takes note that the clock was set back to `now`: nothing is later than it would be had
    /// the clock always shown that.
    pub fn set_back(&mut self, now: OffsetDateTime) {
        let latest = self.timetable.next_after(now);
        self.next = self.next.min(latest);
        for retry in self.retries.values_mut() {
            retry.at = retry.at.min(latest);
        }
        for at in self.asked.values_mut() {
            *at = (*at).min(now + ASKED_WAIT);
        }
    }
}

/// When what failed so many times in a row is tried again: by `latest`, but not in a hurry.
fn retry_at(
    now: OffsetDateTime,
    failures: u32,
    latest: OffsetDateTime,
    share: f64,
) -> OffsetDateTime {
    let doublings = failures.saturating_sub(1).min(DOUBLINGS_MAX);
    let wait = RETRY_FIRST.saturating_mul(1 << doublings);
    let wait = wait.mul_f64(SHARE_MIN + share * (1.0 - SHARE_MIN));
    (now + wait).min(latest.max(now + RETRY_FIRST))
}

#[cfg(test)]
#[path = "agenda/tests.rs"]
mod tests;
