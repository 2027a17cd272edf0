//! What is to be read again: hints of an account, kept until somebody has done so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// Tells one note of a hint from the next one of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HintMark([u8; 16]);

/// Hints of an account, each with the mark of its last note.
pub type Hints = BTreeMap<String, HintMark>;

impl Store {
    /// Keeps `hints` of `account`, durably: each is one hint, however often it is noted.
    pub fn note_hints(&self, account: &str, hints: &[String]) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let mut writes = Writes::default();
        put_hints(&mut writes, account, hints)?;
        self.shared.apply(writes)
    }

    /// The hints of `account` that are kept.
    pub fn hints(&self, account: &str) -> Result<Hints, StoreError> {
        let shared = &self.shared;
        let prefix = MetaKey::Hint(account, "").to_bytes();
        let mut hints = Hints::new();
        for item in shared.trees.meta.scan_prefix(&prefix) {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            if let Ok(mark) = record::decode::<HintMark>(&key, &value) {
                let hint = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
                hints.insert(hint, mark);
            }
        }
        Ok(hints)
    }

    /// Forgets `done` of `account`, durably, but those that were noted again since.
    pub fn settle_hints(&self, account: &str, done: &Hints) -> Result<(), StoreError> {
        let _writer = self.shared.writer()?;
        let kept = self.hints(account)?;
        let mut writes = Writes::default();
        remove_hints(&mut writes, account, done, &kept);
        self.shared.apply(writes)
    }

    /// The accounts of which hints are kept.
    pub fn hinted_accounts(&self) -> Result<Vec<String>, StoreError> {
        let shared = &self.shared;
        let mut accounts = Vec::new();
        for key in shared.trees.meta.scan_prefix(MetaKey::all_hints()).keys() {
            let key = key.map_err(|source| shared.failed("read", source))?;
            accounts.extend(MetaKey::parse_pair(&key).map(|(account, _)| account));
        }
        accounts.dedup();
        Ok(accounts)
    }
}

pub(in crate::store) fn put_hints(
    writes: &mut Writes,
    account: &str,
    hints: &[String],
) -> Result<(), StoreError> {
    for hint in hints {
        let key = MetaKey::Hint(account, hint).to_bytes();
        let mark = HintMark(Uuid::new_v4().into_bytes());
        writes.put(Tree::Meta, &key, record::encode(&key, &mark)?);
    }
    Ok(())
}

/// Removes those of `done` that are `kept` by the same mark.
pub(in crate::store) fn remove_hints(
    writes: &mut Writes,
    account: &str,
    done: &Hints,
    kept: &Hints,
) {
    for (hint, mark) in done {
        if kept.get(hint) == Some(mark) {
            writes.remove(Tree::Meta, &MetaKey::Hint(account, hint).to_bytes());
        }
    }
}
