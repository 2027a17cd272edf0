//! Events, each with what it is matched by.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::deletion::is_deletion;
use super::stamps::dialect;
use crate::map::Dialect;

/// Events by what they are matched by: of a file the user's ARN, in a test the name of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    by_key: BTreeMap<String, Event>,
}

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    /// What people call the user.
    pub(super) name: String,
    /// The event itself.
    pub(super) json: Value,
    /// Whether it says that the user was deleted.
    pub(super) is_deletion: bool,
}

/// What became of the event that was there before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inserted {
    /// There was none.
    First,
    /// It is of the same user, and dropped.
    Again,
    /// One of both tells of the deletion of another user under that ARN, and is dropped.
    Recreated,
}

/// Tells users of one ARN apart.
const ID: &str = "uid_alt";

impl Events {
    /// Events that are matched by their names. The last of several with one name counts.
    pub fn of(named: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut events = Self::default();
        for (name, json) in named {
            events.insert(name.clone(), name, json);
        }
        events
    }

    /// Adds the event of the user `key`, and says what became of one that was there before.
    pub(super) fn insert(&mut self, key: String, name: String, json: Value) -> Inserted {
        let is_deletion = is_deletion(&json);
        let event = Event {
            name,
            json,
            is_deletion,
        };
        let Some(before) = self.by_key.get(&key) else {
            self.by_key.insert(key, event);
            return Inserted::First;
        };
        if before.is_deletion != is_deletion && before.json["user"][ID] != event.json["user"][ID] {
            if before.is_deletion {
                self.by_key.insert(key, event);
            }
            return Inserted::Recreated;
        }
        self.by_key.insert(key, event);
        Inserted::Again
    }

    /// The dialects that they are of; those of deletions do not count.
    pub fn dialects(&self) -> Vec<Dialect> {
        let events = self.by_key.values().filter(|it| !it.is_deletion);
        let found: HashSet<Dialect> = events.map(|it| dialect(&it.json)).collect();
        let both = [Dialect::Ocsf, Dialect::Sekoia];
        both.into_iter().filter(|it| found.contains(it)).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// The events without what changes from pass to pass: ids, times of the pass, our version, last
    /// uses, and what is known of the freshness of facts (`docs/mapping.md`, Content and stamps).
    #[must_use]
    pub fn without_stamps(mut self) -> Self {
        for event in self.by_key.values_mut() {
            super::stamps::remove(&mut event.json);
        }
        self
    }

    pub(super) fn get(&self, key: &str) -> Option<&Event> {
        self.by_key.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Event)> {
        self.by_key.iter().map(|(key, event)| (key.as_str(), event))
    }
}
