//! A chunk of users on its way into the store, and what became of it.

use super::counts::SendCounts;
use crate::model::{StaleFact, Tally};
use crate::store::{Staging, Store, StoreError};

/// A chunk of users, judged and mapped.
#[derive(Debug)]
pub(in crate::run) struct Prepared {
    pub(super) staging: Staging,
    pub(super) counts: ChunkCounts,
}

/// What became of a chunk of users.
#[derive(Debug, Default)]
pub(in crate::run) struct ChunkCounts {
    pub(in crate::run) sent: SendCounts,
    pub(in crate::run) tally: Tally,
    /// Users seen for the first time.
    pub(in crate::run) appeared: u64,
    /// Users who changed.
    pub(in crate::run) changed: u64,
    /// Facts that were asked for, could not be read, and were never known.
    pub(in crate::run) missing_facts: u64,
    /// Facts that could not be read and are as last known.
    pub(in crate::run) stale_facts: u64,
}

impl ChunkCounts {
    /// Counts the facts of a user that were `unread`, and those that are `stale`.
    pub(super) fn add_unknown(&mut self, unread: &[&str], stale: &[StaleFact]) {
        let was_known = |fact: &str| stale.iter().any(|it| it.fact == fact);
        let missing = unread.iter().filter(|fact| !was_known(fact));
        self.missing_facts += missing.count() as u64;
        let stale = stale.iter().filter(|it| it.why.reason.is_shortfall());
        self.stale_facts += stale.count() as u64;
    }
}

impl Prepared {
    /// Writes it. When this returns, it is durable.
    pub(in crate::run) async fn write(self, store: &Store) -> Result<ChunkCounts, StoreError> {
        let Self { staging, counts } = self;
        store.run(|store| store.stage(staging)).await?;
        Ok(counts)
    }
}
