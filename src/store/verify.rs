//! Every record read once: what does not check out is dropped so that its user is sent again.

use std::io::{Error, Result};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::dead_letters::DeadRecord;
use super::entry::{EntryKey, OutboxEntry, UserState};
use super::open::db_dir;
use super::{checkpoint, record};

/// Drops damaged records from the trees, each with its counterparts: a user without a state is a
/// new user, and is sent again by the next pass. So that a pass looks at every user, whenever
/// created, there are no checkpoints then.
pub(super) fn discard_damaged(
    states: &sled::Tree,
    outbox: &sled::Tree,
    dead: &sled::Tree,
    meta: &sled::Tree,
) -> sled::Result<()> {
    let mut damaged = damaged_keys::<UserState>(states)?;
    damaged.extend(damaged_keys::<OutboxEntry>(outbox)?);
    damaged.extend(damaged_keys::<DeadRecord>(dead)?);
    for key in &damaged {
        states.remove(key.as_bytes())?;
        outbox.remove(key.as_bytes())?;
        dead.remove(key.as_bytes())?;
    }
    if !damaged.is_empty() {
        checkpoint::forget_all(meta)?;
        tracing::error!(
            records = damaged.len(),
            "records in the state were damaged; their users are sent again"
        );
    }
    Ok(())
}

/// Fails unless all is in sled's one file: pages above the size that its segments allow for go
/// to files of their own, which it never syncs.
pub(super) fn no_blobs(dir: &Path) -> Result<()> {
    match std::fs::read_dir(db_dir(dir).join("blobs"))?.next() {
        None => Ok(()),
        Some(_) => Err(Error::other("a page grew beyond its segment")),
    }
}

fn damaged_keys<T: DeserializeOwned>(tree: &sled::Tree) -> sled::Result<Vec<EntryKey>> {
    let mut damaged = Vec::new();
    for item in tree {
        let (key, value) = item?;
        if record::decode::<T>(&key, &value).is_err() {
            damaged.push(EntryKey::from_stored(&key));
        }
    }
    Ok(damaged)
}
