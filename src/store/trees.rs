//! The trees of the store, and writes that belong together.

use std::convert::Infallible;

use sled::Transactional;
use sled::transaction::{ConflictableTransactionError, TransactionError};

/// Every tree by name.
#[derive(Debug, Clone)]
pub(super) struct Trees {
    /// Each entity as last known, by entity.
    pub(super) entities: sled::Tree,
    /// Each deleted entity as last known, by entity.
    pub(super) tombstones: sled::Tree,
    /// What each receiver was sent of each entity, by receiver and entity.
    pub(super) deliveries: sled::Tree,
    /// What waits for a receiver, by receiver, account and number.
    pub(super) outbox: sled::Tree,
    /// What receivers rejected for good, keyed as in the outbox.
    pub(super) dead: sled::Tree,
    /// Records about the store, its receivers and accounts.
    pub(super) meta: sled::Tree,
    /// What happened to entities, by account and time.
    pub(super) history: sled::Tree,
    /// The passes, by account and time.
    pub(super) passes: sled::Tree,
    /// Records of the audit log that were taken lately, by follower, account and time.
    pub(super) audit: sled::Tree,
}

/// A tree that transactions write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tree {
    Entities,
    Tombstones,
    Deliveries,
    Outbox,
    Dead,
    Meta,
    History,
    Passes,
    Audit,
}

const TREES: [(Tree, &str); 9] = [
    (Tree::Entities, "entities"),
    (Tree::Tombstones, "tombstones"),
    (Tree::Deliveries, "deliveries"),
    (Tree::Outbox, "outbox-log"),
    (Tree::Dead, "dead-letters"),
    (Tree::Meta, "records"),
    (Tree::History, "events"),
    (Tree::Passes, "pass-log"),
    (Tree::Audit, "audit-records"),
];

impl Trees {
    /// Opens each tree, made as needed.
    pub(super) fn open(db: &sled::Db) -> sled::Result<Self> {
        let open = |wanted: Tree| {
            let (_, name) = TREES[wanted as usize];
            db.open_tree(name)
        };
        Ok(Self {
            entities: open(Tree::Entities)?,
            tombstones: open(Tree::Tombstones)?,
            deliveries: open(Tree::Deliveries)?,
            outbox: open(Tree::Outbox)?,
            dead: open(Tree::Dead)?,
            meta: open(Tree::Meta)?,
            history: open(Tree::History)?,
            passes: open(Tree::Passes)?,
            audit: open(Tree::Audit)?,
        })
    }

    pub(super) fn get(&self, tree: Tree) -> &sled::Tree {
        match tree {
            Tree::Entities => &self.entities,
            Tree::Tombstones => &self.tombstones,
            Tree::Deliveries => &self.deliveries,
            Tree::Outbox => &self.outbox,
            Tree::Dead => &self.dead,
            Tree::Meta => &self.meta,
            Tree::History => &self.history,
            Tree::Passes => &self.passes,
            Tree::Audit => &self.audit,
        }
    }

    /// Every tree, and which it is.
    pub(super) fn each(&self) -> impl Iterator<Item = (Tree, &sled::Tree)> {
        TREES.iter().map(|(tree, _)| (*tree, self.get(*tree)))
    }

    /// Applies `writes` in one transaction.
    pub(super) fn apply(&self, writes: &Writes) -> sled::Result<()> {
        let written: Vec<(&sled::Tree, &sled::Batch)> = TREES
            .iter()
            .zip(&writes.batches)
            .filter_map(|((tree, _), batch)| Some((self.get(*tree), batch.as_ref()?)))
            .collect();
        let trees: Vec<&sled::Tree> = written.iter().map(|(tree, _)| *tree).collect();
        let applied = trees.transaction(|trees| {
            for (tree, (_, batch)) in trees.iter().zip(&written) {
                tree.apply_batch(batch)?;
            }
            Ok::<_, ConflictableTransactionError<Infallible>>(())
        });
        applied.map_err(|error| match error {
            TransactionError::Abort(never) => match never {},
            TransactionError::Storage(source) => source,
        })
    }
}

/// Writes by tree.
#[derive(Default)]
pub(super) struct Writes {
    batches: [Option<sled::Batch>; TREES.len()],
}

impl Writes {
    /// Writes `record` under `key`.
    pub(super) fn put(&mut self, tree: Tree, key: &[u8], record: Vec<u8>) {
        self.batch(tree).insert(key, record);
    }

    /// Removes what is under `key`.
    pub(super) fn remove(&mut self, tree: Tree, key: &[u8]) {
        self.batch(tree).remove(key);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.batches.iter().all(Option::is_none)
    }

    fn batch(&mut self, tree: Tree) -> &mut sled::Batch {
        self.batches[tree as usize].get_or_insert_default()
    }
}
