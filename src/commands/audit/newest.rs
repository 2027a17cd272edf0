//! The newest records of those that are asked for: the latest stretch of time is read first.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use time::{Duration, OffsetDateTime};

use crate::audit::Record;

/// So long is the latest stretch of time; each one before it is longer by the factor.
const FIRST: Duration = Duration::HOUR;
const FACTOR: i32 = 4;

/// The newest records, by time.
pub(super) struct Newest {
    limit: usize,
    records: BTreeMap<(OffsetDateTime, String), Record>,
}

impl Newest {
    pub(super) fn new(limit: NonZeroUsize) -> Self {
        Self {
            limit: limit.get(),
            records: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, record: Record) {
        let key = (record.event_time, record.event_id.clone());
        self.records.insert(key, record);
        if self.records.len() > self.limit {
            self.records.pop_first();
        }
    }

    /// Whether nothing before `start` is asked for any more.
    pub(super) fn are_all_since(&self, start: OffsetDateTime) -> bool {
        let first = self.records.keys().next();
        self.records.len() == self.limit && first.is_some_and(|(at, _)| *at >= start)
    }

    /// The records, the earliest first.
    pub(super) fn into_records(self) -> impl Iterator<Item = Record> {
        self.records.into_values()
    }
}

/// The stretches of time from `since` to `until`, the latest first.
pub(super) fn stretches(
    since: OffsetDateTime,
    until: OffsetDateTime,
) -> impl Iterator<Item = (OffsetDateTime, OffsetDateTime)> {
    let (mut end, mut length) = (until, FIRST);
    std::iter::from_fn(move || {
        if end <= since {
            return None;
        }
        let start = since.max(end.saturating_sub(length));
        let stretch = (start, end);
        (end, length) = (start, length * FACTOR);
        Some(stretch)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> OffsetDateTime {
        time::macros::datetime!(2026-11-20 00:00 UTC) + Duration::hours(hours)
    }

    #[test]
    fn the_latest_hour_comes_first_and_earlier_stretches_are_longer() {
        let all: Vec<_> = stretches(at(0), at(24)).collect();
        let expected = [(23, 24), (19, 23), (3, 19), (0, 3)];
        assert_eq!(all, expected.map(|(start, end)| (at(start), at(end))));
        assert_eq!(stretches(at(5), at(5)).count(), 0);
    }

    #[test]
    fn the_newest_are_kept_and_what_is_before_them_is_not_asked_for() {
        let record = |hour: i64| {
            let json = format!(
                r#"{{"eventVersion": "1.11", "eventTime": "2026-11-20T0{hour}:00:00Z",
                "eventID": "id-{hour}", "eventSource": "iam.amazonaws.com", "eventName": "TagUser",
                "userIdentity": {{"type": "IAMUser"}}}}"#
            );
            Record::parse(&json).unwrap()
        };
        let mut newest = Newest::new(NonZeroUsize::new(2).unwrap());
        for hour in [5, 3] {
            assert!(!newest.are_all_since(at(0)));
            newest.add(record(hour));
        }
        assert!(newest.are_all_since(at(3)) && !newest.are_all_since(at(4)));
        for hour in [4, 1] {
            newest.add(record(hour));
        }
        let ids: Vec<String> = newest.into_records().map(|it| it.event_id).collect();
        assert_eq!(ids, ["id-4", "id-5"]);
    }
}
