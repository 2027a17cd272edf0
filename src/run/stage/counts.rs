//! How many users were sent to whom.

use std::collections::BTreeMap;

/// What became of users, by sink.
#[derive(Debug, Default)]
pub(in crate::run) struct SendCounts {
    /// Events staged.
    pub(in crate::run) queued: BTreeMap<String, u64>,
    /// Users of whom the sink knows everything.
    pub(in crate::run) unchanged: BTreeMap<String, u64>,
    /// Events that cannot be sent, and are dead letters.
    pub(in crate::run) unsendable: BTreeMap<String, u64>,
}

impl SendCounts {
    /// Adds those of another chunk.
    pub(in crate::run) fn add(&mut self, other: Self) {
        for (total, more) in [
            (&mut self.queued, other.queued),
            (&mut self.unchanged, other.unchanged),
            (&mut self.unsendable, other.unsendable),
        ] {
            for (sink, count) in more {
                *total.entry(sink).or_default() += count;
            }
        }
    }
}
