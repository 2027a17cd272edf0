//! Every record read once: what waits is counted, and what does not check out is dropped, so that
//! its user is sent again.

use sled::IVec;

use super::outbox::Fills;
use super::record::{self, MetaKey};
use super::trees::{Tree, Trees};

/// Counts what waits, without a look at anything else.
pub(super) fn count(trees: &Trees) -> sled::Result<Fills> {
    let fills = Fills::default();
    for tree in [Tree::Outbox, Tree::Dead] {
        for item in trees.get(tree) {
            let (key, value) = item?;
            fills.count(tree, &key, &value);
        }
    }
    Ok(fills)
}

/// Drops damaged records, and counts what waits.
///
/// An entity without a record is a new one, and one without a delivery state is sent again; what
/// is missing from the outbox or the dead letters is missed by its delivery state. So that the
/// next pass looks at everybody, whenever created, there are no checkpoints then.
pub(super) fn drop_damaged_records(trees: &Trees) -> sled::Result<Fills> {
    let fills = Fills::default();
    let mut damaged = 0;
    for (tree, records) in trees.each() {
        let keys = read_all(tree, records, &fills)?;
        damaged += keys.len();
        for key in keys {
            records.remove(key)?;
        }
    }
    if damaged > 0 {
        forget_accounts(trees)?;
        tracing::error!(
            records = damaged,
            "records in the state were damaged and dropped; the users that they were about are \
             sent again"
        );
    }
    Ok(fills)
}

/// Reads all of one tree: what is whole is counted, the keys of what is not are returned.
fn read_all(tree: Tree, records: &sled::Tree, fills: &Fills) -> sled::Result<Vec<IVec>> {
    let mut damaged = Vec::new();
    for item in records {
        let (key, value) = item?;
        match record::is_whole(&key, &value) {
            true => fills.count(tree, &key, &value),
            false => damaged.push(key),
        }
    }
    Ok(damaged)
}

/// Removes what is remembered of every account, its checkpoint among it.
pub(super) fn forget_accounts(trees: &Trees) -> sled::Result<()> {
    for key in trees
        .meta
        .scan_prefix(MetaKey::Account("").to_bytes())
        .keys()
    {
        trees.meta.remove(key?)?;
    }
    Ok(())
}
