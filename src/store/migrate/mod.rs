//! Stores of earlier formats, brought to this one.
//!
//! Nobody is lost: known users keep their baseline, and what sinks were sent counts as outdated,
//! so that everything is sent once more. Every step can be repeated: the format is written only
//! after all of it is durable, and a crash before that leaves a store that is migrated again.

mod copy;
mod format2;
mod user;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use time::OffsetDateTime;

use self::copy::Migration;
use super::trees::Trees;

/// What stands for the fingerprint of a destination that an earlier format did not know.
pub(super) const LEGACY_SUFFIX: &str = "unknown";

/// The trees of formats 1 and 2.
const EARLIER_TREES: [&str; 7] = [
    "states", "outbox", "known", "dead", "meta", "history", "passes",
];

/// Whether trees of an earlier format are there.
pub(super) fn has_earlier_trees(db: &sled::Db) -> bool {
    let names = db.tree_names();
    let is_earlier = |name: &sled::IVec| EARLIER_TREES.iter().any(|it| name == it.as_bytes());
    names.iter().any(is_earlier)
}

/// Drops what a finished migration left.
pub(super) fn drop_earlier_trees(db: &sled::Db) -> sled::Result<()> {
    if has_earlier_trees(db) {
        for name in EARLIER_TREES {
            db.drop_tree(name)?;
        }
    }
    Ok(())
}

/// Copies everything into the trees of this format.
pub(super) fn migrate(db: &sled::Db, trees: &Trees) -> sled::Result<()> {
    let old = |name: &str| db.open_tree(name);
    let mut migration = Migration {
        trees,
        now: OffsetDateTime::now_utc(),
        accounts: BTreeMap::new(),
        known: HashSet::new(),
        next: BTreeMap::new(),
        receivers: BTreeSet::new(),
    };
    migration.passes(&old("passes")?)?;
    migration.meta(&old("meta")?)?;
    migration.users(&old("known")?)?;
    migration.states(&old("states")?)?;
    migration.outbox(&old("outbox")?)?;
    migration.dead_letters(&old("dead")?)?;
    migration.history(&old("history")?)?;
    migration.finish()?;
    tracing::info!(
        users = migration.known.len(),
        "the state was brought to the present format; every user is sent once more"
    );
    Ok(())
}
