//! What a window of one service brought so far, until it was read to its end.

use std::collections::HashSet;

use time::OffsetDateTime;

use crate::audit::{Record, RecordError, Window};
use crate::aws::LookupEvent;
use crate::foreign::Shown;
use crate::model::RecordId;

/// So many new records are held at once, of so many bytes: a window that has more is divided.
const RECORDS_MAX: usize = 1_000;
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// A window that cannot be divided may have so many times more. CloudTrail shows 100 a second.
const SMALLEST_FACTOR: usize = 16;
/// Below this share, a window twice as long would do.
const SPARSE_SHARE: usize = 8;

/// What is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its id, where there is one.
    pub event_id: Shown,
    /// Why it is none.
    pub why: Shown,
}

/// What a window brought: each record once, and only new ones.
#[derive(Debug)]
pub(super) struct Held {
    window: Window,
    ids: HashSet<RecordId>,
    /// The JSON of new records, which parsed would take several times as much.
    records: Vec<(RecordId, String)>,
    bytes: usize,
    unreadable: Vec<(RecordId, Unreadable)>,
    /// How far back it was read.
    reached: Option<OffsetDateTime>,
}

/// The same, at the end.
pub(super) struct Parts {
    pub(super) records: Vec<(RecordId, String)>,
    pub(super) unreadable: Vec<(RecordId, Unreadable)>,
}

/// There is more than is held at once: what is held was read from the newest on.
pub(super) struct Full {
    /// Down to here everything was read.
    pub(super) reached: OffsetDateTime,
}

impl Held {
    pub(super) fn new(window: Window) -> Self {
        Self {
            window,
            ids: HashSet::new(),
            records: Vec::new(),
            bytes: 0,
            unreadable: Vec::new(),
            reached: None,
        }
    }

    /// Takes what a page has that `is_new` and belongs to the window.
    pub(super) fn add(
        &mut self,
        events: Vec<LookupEvent>,
        is_new: impl Fn(RecordId) -> bool,
    ) -> Result<(), Full> {
        for event in events {
            self.add_one(event, &is_new);
        }
        let factor = match self.window.is_smallest() {
            true => SMALLEST_FACTOR,
            false => 1,
        };
        match self.records.len() > RECORDS_MAX * factor || self.bytes > BYTES_MAX * factor {
            true => Err(self.full()),
            false => Ok(()),
        }
    }

    fn add_one(&mut self, event: LookupEvent, is_new: &impl Fn(RecordId) -> bool) {
        let json = event.cloud_trail_event.unwrap_or_default();
        let (id, why) = match Record::parse(&json) {
            Ok(record) => {
                let reached = self.reached.unwrap_or(record.event_time);
                self.reached = Some(record.event_time.min(reached));
                if !self.window.holds(record.event_time) {
                    return;
                }
                (RecordId::of(&record), None)
            }
            Err(why) => {
                let unix_s = event.event_time.map(|unix_s| unix_s as i64);
                let name = event.event_id.as_deref().unwrap_or(&json);
                let end = self.window.end.unix_timestamp() + 1;
                (RecordId::unreadable(name, unix_s, end), Some(why))
            }
        };
        if !is_new(id) || !self.ids.insert(id) {
            return;
        }
        match why {
            None => {
                self.bytes += json.len();
                self.records.push((id, json));
            }
            Some(why) => self.refuse(id, event.event_id.as_deref(), &why),
        }
    }

    fn refuse(&mut self, id: RecordId, event_id: Option<&str>, why: &RecordError) {
        let unreadable = Unreadable {
            event_id: event_id.unwrap_or("without an id").into(),
            why: Shown::of(why),
        };
        self.unreadable.push((id, unreadable));
    }

    fn full(&self) -> Full {
        Full {
            reached: self.reached.unwrap_or(self.window.start),
        }
    }

    /// Whether a longer window would have done.
    pub(super) fn is_sparse(&self) -> bool {
        self.records.len() < RECORDS_MAX / SPARSE_SHARE && self.bytes < BYTES_MAX / SPARSE_SHARE
    }

    /// The records, the earliest first, and what is none.
    pub(super) fn into_parts(mut self) -> Parts {
        // The newest came first: where seconds are the same, the later ones are in front.
        self.records.reverse();
        Parts {
            records: self.records,
            unreadable: self.unreadable,
        }
    }
}
