//! What a store holds, and whether all of it can be trusted.

use serde::de::DeserializeOwned;

use super::compact::size_of;
use super::dead_letters::DeadRecord;
use super::entry::{Opaque, OutboxEntry, UserState};
use super::format::FORMAT;
use super::open::db_dir;
use super::{Store, StoreError, record};

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The format of its files.
    pub format: u32,
    /// Bytes on disk.
    pub bytes: u64,
    /// Records, kind by kind.
    pub trees: Vec<TreeState>,
    /// Damaged stores that were set aside beside it, by name.
    pub quarantines: Vec<String>,
}

/// The records of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeState {
    /// What they are.
    pub name: &'static str,
    /// How many there are.
    pub records: u64,
    /// How many of them are damaged.
    pub damaged: u64,
}

impl Inspection {
    /// How many records are damaged.
    pub fn damaged(&self) -> u64 {
        self.trees.iter().map(|tree| tree.damaged).sum()
    }
}

impl Store {
    /// Reads every record.
    pub fn inspect(&self) -> Result<Inspection, StoreError> {
        let shared = &self.shared;
        let trees = vec![
            self.tree::<UserState>("states of users at sinks", &shared.states)?,
            self.tree::<OutboxEntry>("events in the outbox", &shared.outbox)?,
            self.tree::<DeadRecord>("dead letters", &shared.dead)?,
            self.tree::<Opaque>("users as last known", &shared.known)?,
            self.tree::<Opaque>("entries of the history", &shared.history)?,
            self.tree::<Opaque>("passes", &shared.passes)?,
        ];
        let beside = std::fs::read_dir(&shared.dir)
            .into_iter()
            .flatten()
            .flatten();
        let names = beside.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut quarantines: Vec<_> = names
            .filter(|name| name.starts_with("quarantine-"))
            .collect();
        quarantines.sort();
        Ok(Inspection {
            format: FORMAT,
            bytes: size_of(&db_dir(&shared.dir)),
            trees,
            quarantines,
        })
    }

    fn tree<T: DeserializeOwned>(
        &self,
        name: &'static str,
        tree: &sled::Tree,
    ) -> Result<TreeState, StoreError> {
        let (mut records, mut damaged) = (0, 0);
        for item in tree {
            let (key, value) = item.map_err(|source| self.shared.failed("read", source))?;
            records += 1;
            damaged += u64::from(record::decode::<T>(&key, &value).is_err());
        }
        Ok(TreeState {
            name,
            records,
            damaged,
        })
    }
}
