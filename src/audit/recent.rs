//! The ids of records that were taken already, for as long as they may be read again.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::record::Record;
use crate::model::{Digest, RecordId};

/// The time of what has none: no window ends after it.
const NO_TIME: i64 = i64::MAX;
/// So many of these are known at once: beyond that they are forgotten, and named again if they come again.
const TIMELESS_MAX: usize = 1_000;

impl RecordId {
    /// The id of what is no record, and has this `name`, and a time that is not `after` the last one
    /// that was asked for, if it has one.
    pub fn unreadable(name: &str, unix_s: Option<i64>, after: i64) -> Self {
        Self {
            unix_s: unix_s.filter(|it| *it <= after).unwrap_or(NO_TIME),
            uuid: uuid_of(name),
        }
    }

    /// The id of `record`.
    pub fn of(record: &Record) -> Self {
        Self {
            unix_s: record.event_time.unix_timestamp(),
            uuid: uuid_of(&record.event_id),
        }
    }
}

fn uuid_of(event_id: &str) -> [u8; 16] {
    match Uuid::try_parse(event_id) {
        Ok(uuid) => uuid.into_bytes(),
        Err(_) => {
            let mut head = [0; 16];
            head.copy_from_slice(&Digest::of(event_id.as_bytes()).as_bytes()[..16]);
            uuid::Builder::from_custom_bytes(head)
                .into_uuid()
                .into_bytes()
        }
    }
}

/// The ids of records that were taken, by time.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    ids: BTreeSet<RecordId>,
    /// Before this, in seconds of Unix time, each region is not read again.
    floors: BTreeMap<String, i64>,
}

impl Recent {
    /// Adds `id`; whether it is new.
    pub fn insert(&mut self, id: RecordId) -> bool {
        let is_new = self.ids.insert(id);
        if is_new && id.unix_s == NO_TIME {
            self.forget_timeless();
        }
        is_new
    }

    fn forget_timeless(&mut self) {
        let first = RecordId {
            unix_s: NO_TIME,
            uuid: [0; 16],
        };
        let timeless = self.ids.range(first..);
        if timeless.count() > TIMELESS_MAX {
            drop(self.ids.split_off(&first));
        }
    }

    /// Whether `id` was taken.
    pub fn has(&self, id: RecordId) -> bool {
        self.ids.contains(&id)
    }

    /// `region` is not read again before `unix_s`: forgets what no region will bring again, and
    /// returns before which time that is.
    pub fn settle(&mut self, region: &str, unix_s: i64) -> i64 {
        self.floors.insert(region.to_owned(), unix_s);
        let floor = self.floors.values().copied().min().unwrap_or(unix_s);
        let first = RecordId {
            unix_s: floor,
            uuid: [0; 16],
        };
        self.ids = self.ids.split_off(&first);
        floor
    }
}

impl FromIterator<RecordId> for Recent {
    fn from_iter<I: IntoIterator<Item = RecordId>>(ids: I) -> Self {
        Self {
            ids: ids.into_iter().collect(),
            floors: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_new_once_until_its_time_is_forgotten() {
        let id = |unix_s, uuid| RecordId {
            unix_s,
            uuid: [uuid; 16],
        };
        let mut recent = Recent::default();
        assert!(recent.insert(id(5, 1)) && recent.insert(id(6, 0)) && !recent.insert(id(5, 1)));
        recent.settle("us-east-1", 5);
        assert_eq!(recent.settle("us-east-2", 6), 5);
        assert!(recent.has(id(5, 1)));
        assert_eq!(recent.settle("us-east-1", 6), 6);
        assert!(!recent.has(id(5, 1)) && recent.has(id(6, 0)));
    }

    #[test]
    fn what_has_no_time_is_known_until_there_is_too_much_of_it() {
        let mut recent = Recent::default();
        let id = |at: usize| RecordId::unreadable(&at.to_string(), None, 9);
        let dated = RecordId::unreadable("dated", Some(5), 9);
        assert!(recent.insert(dated) && recent.insert(id(0)));
        recent.settle("us-east-1", 5);
        assert!(recent.has(id(0)) && !recent.insert(id(0)));
        for at in 0..=TIMELESS_MAX {
            recent.insert(id(at));
        }
        assert!(recent.ids.len() <= TIMELESS_MAX && recent.has(dated));
        // A time that is still to come is none.
        assert_eq!(RecordId::unreadable("1", Some(10), 9), id(1));
    }

    #[test]
    fn a_uuid_is_kept_as_it_is_and_any_other_id_as_its_own() {
        let uuid = "5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01";
        assert_eq!(Uuid::from_bytes(uuid_of(uuid)).to_string(), uuid);
        assert_ne!(uuid_of("a"), uuid_of("b"));
    }
}
