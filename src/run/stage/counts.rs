//! How many users were sent to whom.

use std::collections::BTreeMap;

use crate::run::agent::Receiver;

/// What became of users, by sink.
#[derive(Debug, Default)]
pub(in crate::run) struct SendCounts {
    /// Events staged about users that are there.
    pub(in crate::run) queued: BTreeMap<String, u64>,
    /// Events staged that say that a user is gone, or a former ARN no user's any more.
    pub(in crate::run) gone: BTreeMap<String, u64>,
    /// Users about which the sink needs no event.
    pub(in crate::run) unchanged: BTreeMap<String, u64>,
    /// Events that cannot be sent, and are dead letters.
    pub(in crate::run) unsendable: BTreeMap<String, u64>,
}

impl SendCounts {
    /// A user about which `receiver` needs no event.
    pub(super) fn needs_none(&mut self, receiver: &Receiver) {
        *self.unchanged.entry(receiver.sink.clone()).or_default() += 1;
    }

    /// An event for `receiver` that a user is gone.
    pub(super) fn is_gone(&mut self, receiver: &Receiver) {
        *self.gone.entry(receiver.sink.clone()).or_default() += 1;
    }

    /// Adds those of deletions. What is sent again beside them is about users that were counted.
    pub(in crate::run) fn add_deletions(&mut self, deletions: Self) {
        let gone = deletions.events();
        self.add(Self {
            gone,
            unsendable: deletions.unsendable,
            ..Self::default()
        });
    }

    /// All events staged, by sink.
    pub(in crate::run) fn events(&self) -> BTreeMap<String, u64> {
        let mut events = self.queued.clone();
        for (sink, count) in &self.gone {
            *events.entry(sink.clone()).or_default() += count;
        }
        events
    }

    /// Adds those of another chunk.
    pub(in crate::run) fn add(&mut self, other: Self) {
        for (total, more) in [
            (&mut self.queued, other.queued),
            (&mut self.gone, other.gone),
            (&mut self.unchanged, other.unchanged),
            (&mut self.unsendable, other.unsendable),
        ] {
            for (sink, count) in more {
                *total.entry(sink).or_default() += count;
            }
        }
    }
}
