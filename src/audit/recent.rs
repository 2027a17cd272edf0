//! The ids of records that were taken already, for as long as they may be read again.

use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The ids of records that were taken, by time, each with the place that brought it: a service in a
/// region, which is read on its own.
#[derive(Debug, Clone, Default)]
pub struct Recent {
    ids: BTreeMap<RecordId, Option<Arc<str>>>,
    places: BTreeMap<Arc<str>, Place>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    /// Before this, in seconds of Unix time, it is not read again.
    floor: i64,
    /// Whether it brings nothing at the moment.
    is_failing: bool,
}

impl Recent {
    /// The ids that were `taken`, each with its place if that is known, of places that are not read again
    /// before their `floors`.
    pub fn new(
        taken: impl IntoIterator<Item = (RecordId, Option<String>)>,
        floors: &[(String, i64)],
    ) -> Self {
        let mut recent = Self::default();
        for (place, floor) in floors {
            recent.place(place).floor = *floor;
        }
        for (id, place) in taken {
            match place {
                Some(place) => _ = recent.insert(id, &place),
                None => _ = recent.ids.insert(id, None),
            }
        }
        recent
    }

    /// Adds `id`, which `place` brought; whether it is new.
    pub fn insert(&mut self, id: RecordId, place: &str) -> bool {
        if self.has(id) {
            return false;
        }
        let known = self.places.get_key_value(place);
        let place = known.map_or_else(|| Arc::from(place), |(known, _)| Arc::clone(known));
        self.ids.insert(id, Some(place));
        if id.unix_s == NO_TIME {
            self.forget_timeless();
        }
        true
    }

    fn forget_timeless(&mut self) {
        let first = first_of(NO_TIME);
        let timeless = self.ids.range(first..);
        if timeless.count() > TIMELESS_MAX {
            drop(self.ids.split_off(&first));
        }
    }

    /// Whether `id` was taken.
    pub fn has(&self, id: RecordId) -> bool {
        self.ids.contains_key(&id)
    }

    /// `place` is not read again before `unix_s`: forgets what it brought before that, as far as no
    /// other place may still bring the same. A place that is failing is not waited for: what it then
    /// brings has the id of what was there before.
    pub fn settle(&mut self, place: &str, unix_s: i64) {
        self.place(place).floor = unix_s;
        let places = self.places.values().filter(|it| !it.is_failing);
        let Some(before) = places.map(|it| it.floor).min() else {
            return;
        };
        let kept = self.ids.split_off(&first_of(before));
        let mut earlier = std::mem::replace(&mut self.ids, kept);
        earlier.retain(|id, place| {
            let place = place.as_ref().and_then(|it| self.places.get(it));
            place.is_some_and(|it| id.unix_s >= it.floor)
        });
        self.ids.extend(earlier);
    }

    /// Whether `place` brings nothing at the moment.
    pub fn set_failing(&mut self, place: &str, is_failing: bool) {
        self.place(place).is_failing = is_failing;
    }

    /// The places that bring nothing at the moment.
    pub fn failing(&self) -> Vec<String> {
        let failing = self.places.iter().filter(|(_, it)| it.is_failing);
        failing.map(|(name, _)| name.to_string()).collect()
    }

    fn place(&mut self, name: &str) -> &mut Place {
        let unsettled = Place {
            floor: i64::MIN,
            is_failing: false,
        };
        self.places.entry(Arc::from(name)).or_insert(unsettled)
    }
}

/// The first id that a record of that second may have.
fn first_of(unix_s: i64) -> RecordId {
    RecordId {
        unix_s,
        uuid: [0; 16],
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
        let (one, other) = ("us-east-1", "us-east-2");
        let mut recent = Recent::default();
        recent.settle(one, 0);
        assert!(recent.insert(id(5, 1), one) && recent.insert(id(6, 0), one));
        assert!(!recent.insert(id(5, 1), other));
        recent.settle(other, 5);
        recent.settle(one, 6);
        assert!(recent.has(id(5, 1)), "the other one may bring it");
        recent.settle(other, 6);
        assert!(!recent.has(id(5, 1)) && recent.has(id(6, 0)));
    }

    #[test]
    fn what_others_bring_is_forgotten_while_a_place_is_failing_and_its_own_is_not() {
        let id = |unix_s, uuid| RecordId {
            unix_s,
            uuid: [uuid; 16],
        };
        let (well, failing) = ("us-east-1", "us-east-2");
        let mut recent = Recent::default();
        for place in [well, failing] {
            recent.settle(place, 0);
        }
        recent.insert(id(1, 9), failing);
        recent.set_failing(failing, true);
        for at in 1..1_000 {
            recent.insert(id(at, 1), well);
            recent.settle(well, at);
        }
        assert_eq!(recent.failing(), [failing]);
        assert_eq!(recent.ids.len(), 2);
        assert!(recent.has(id(1, 9)) && recent.has(id(999, 1)));
        // It is as before once it brings something again.
        recent.set_failing(failing, false);
        recent.settle(failing, 1_000);
        assert_eq!(recent.ids.len(), 1);
    }

    #[test]
    fn what_has_no_time_is_known_until_there_is_too_much_of_it() {
        let mut recent = Recent::default();
        let id = |at: usize| RecordId::unreadable(&at.to_string(), None, 9);
        let dated = RecordId::unreadable("dated", Some(5), 9);
        assert!(recent.insert(dated, "us-east-1") && recent.insert(id(0), "us-east-1"));
        recent.settle("us-east-1", 5);
        assert!(recent.has(id(0)) && !recent.insert(id(0), "us-east-1"));
        for at in 0..=TIMELESS_MAX {
            recent.insert(id(at), "us-east-1");
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
