//! Writes that belong together: one transaction, and what it does to the outboxes' fill.

use std::collections::BTreeMap;
use std::convert::Infallible;

use sled::Transactional;
use sled::transaction::{ConflictableTransactionError, TransactionError};

use super::StoreError;
use super::entry::EntryKey;
use super::fill::Change;
use super::open::Shared;

/// A tree that transactions write to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tree {
    States,
    Outbox,
    Known,
    Dead,
    History,
}

/// Writes by tree.
#[derive(Default)]
pub(super) struct Writes {
    batches: [sled::Batch; 5],
    is_empty_no_more: bool,
    fill: BTreeMap<String, Change>,
}

impl Writes {
    /// Writes `record` under `key`.
    pub(super) fn put(&mut self, tree: Tree, key: &[u8], record: Vec<u8>) {
        self.batches[tree as usize].insert(key, record);
        self.is_empty_no_more = true;
    }

    /// Removes what is under `key`.
    pub(super) fn remove(&mut self, tree: Tree, key: &[u8]) {
        self.batches[tree as usize].remove(key);
        self.is_empty_no_more = true;
    }

    /// Puts `entry` into the outbox, where one of `replaced_len` bytes waits under its key.
    pub(super) fn queue(&mut self, key: &EntryKey, entry: Vec<u8>, replaced_len: Option<usize>) {
        let fill = self.fill.entry(key.part(0).to_owned()).or_default();
        fill.add(entry.len());
        replaced_len.into_iter().for_each(|len| fill.remove(len));
        self.put(Tree::Outbox, key.as_bytes(), entry);
    }

    /// Takes the entry of `key`, of `len` bytes, out of the outbox.
    pub(super) fn unqueue(&mut self, key: &EntryKey, len: usize) {
        let fill = self.fill.entry(key.part(0).to_owned()).or_default();
        fill.remove(len);
        self.remove(Tree::Outbox, key.as_bytes());
    }
}

impl Shared {
    /// Applies `writes` in one transaction, durably.
    pub(super) fn apply(&self, writes: &Writes) -> Result<(), StoreError> {
        if !writes.is_empty_no_more {
            return Ok(());
        }
        let trees = [
            &self.states,
            &self.outbox,
            &self.known,
            &self.dead,
            &self.history,
        ];
        let write = || {
            trees.transaction(|trees| {
                for (tree, batch) in trees.iter().zip(&writes.batches) {
                    tree.apply_batch(batch)?;
                }
                Ok::<_, ConflictableTransactionError<Infallible>>(())
            })
        };
        self.durably(|| {
            write().map_err(|error| match error {
                TransactionError::Abort(never) => match never {},
                TransactionError::Storage(source) => source,
            })
        })?;
        self.fill.apply(&writes.fill);
        Ok(())
    }
}
