//! What a store holds, and whether all of it can be trusted.

use super::disk::{FORMAT, db_dir, quarantines, size_of};
use super::open::heal::is_readable;
use super::trees::Tree;
use super::{Store, StoreError};

/// What a store holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The format of its files.
    pub format: u32,
    /// Bytes on disk.
    pub bytes: u64,
    /// Records, kind by kind.
    pub trees: Vec<TreeState>,
    /// Damaged stores that were moved aside beside it, by name.
    pub quarantines: Vec<String>,
}

/// What a store takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreSize {
    /// Bytes of its files.
    pub bytes: u64,
    /// Damaged stores that were moved aside beside it.
    pub quarantines: u64,
}

/// The records of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeState {
    /// What they are.
    pub name: &'static str,
    /// How many there are.
    pub records: u64,
    /// How many of them are damaged, or of a layout that this version cannot read.
    pub damaged: u64,
}

impl Inspection {
    /// How many records are damaged, or of a layout that this version cannot read.
    pub fn damaged(&self) -> u64 {
        self.trees.iter().map(|tree| tree.damaged).sum()
    }
}

const KINDS: [(Tree, &str); 9] = [
    (Tree::Entities, "users as last known"),
    (Tree::Tombstones, "deleted users"),
    (Tree::Deliveries, "states of users at receivers"),
    (Tree::Outbox, "events in the outbox"),
    (Tree::Dead, "dead letters"),
    (Tree::History, "entries of the history"),
    (Tree::Passes, "passes"),
    (Tree::Audit, "records of the audit log, taken lately"),
    (Tree::Meta, "records of accounts and receivers"),
];

impl Store {
    /// What it takes up; reads no record.
    pub fn size(&self) -> StoreSize {
        let dir = &self.shared.dir;
        StoreSize {
            bytes: size_of(&db_dir(dir)),
            quarantines: quarantines(dir).len() as u64,
        }
    }

    /// Reads every record.
    pub fn inspect(&self) -> Result<Inspection, StoreError> {
        let dir = &self.shared.dir;
        let trees = KINDS.map(|(tree, name)| self.inspect_tree(tree, name));
        let names = quarantines(dir).into_iter().filter_map(|path| {
            let name = path.file_name()?;
            Some(name.to_string_lossy().into_owned())
        });
        Ok(Inspection {
            format: FORMAT,
            bytes: size_of(&db_dir(dir)),
            trees: trees.into_iter().collect::<Result<_, _>>()?,
            quarantines: names.collect(),
        })
    }

    fn inspect_tree(&self, tree: Tree, name: &'static str) -> Result<TreeState, StoreError> {
        let (mut records, mut damaged) = (0, 0);
        for item in self.shared.trees.get(tree) {
            let (key, value) = item.map_err(|source| self.shared.failed("read", source))?;
            records += 1;
            damaged += u64::from(!is_readable(tree, &key, &value));
        }
        Ok(TreeState {
            name,
            records,
            damaged,
        })
    }
}
