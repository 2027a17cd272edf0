//! Every record read once: what waits is counted, and what does not check out is dropped, so that
//! its user is sent again.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::IVec;

use crate::store::kept::entities::EntityRecord;
use crate::store::outbox::Fills;
use crate::store::record::{self, MetaKey, parse_entity_key};
use crate::store::trees::{Tree, Trees};
use crate::store::{AccountRecord, SyncRecord};

/// Counts what waits, without a look at anything else.
pub(in crate::store) fn count(trees: &Trees) -> sled::Result<Fills> {
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
pub(in crate::store) fn drop_damaged_records(trees: &Trees) -> sled::Result<Fills> {
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
        look_at_everybody(trees)?;
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

/// Makes the next pass over every account look at everybody, and every receiver hear of what it
/// misses. Observations go on to be counted from the highest that anything kept belongs to.
pub(in crate::store) fn look_at_everybody(trees: &Trees) -> sled::Result<()> {
    let mut accounts: BTreeMap<String, AccountRecord> = BTreeMap::new();
    for item in trees.meta.scan_prefix(MetaKey::Account("").to_bytes()) {
        let (key, value) = item?;
        let id = String::from_utf8_lossy(&key[MetaKey::Account("").to_bytes().len()..]);
        let record = record::decode(&key, &value).unwrap_or_default();
        accounts.insert(id.into_owned(), record);
    }
    for item in &trees.entities {
        let (key, value) = item?;
        let record = record::decode::<EntityRecord>(&key, &value).ok();
        if let Some((entity, record)) = parse_entity_key(&key).zip(record) {
            let account = accounts.entry(entity.account).or_default();
            account.ordinal = account.ordinal.max(record.ordinal);
        }
    }
    for item in trees.meta.scan_prefix(MetaKey::all_syncs()) {
        let (key, value) = item?;
        let sync = record::decode::<SyncRecord>(&key, &value).ok();
        if let Some((mut sync, (_, account))) = sync.zip(MetaKey::parse_pair(&key)) {
            let account = accounts.entry(account).or_default();
            account.ordinal = account.ordinal.max(sync.ordinal);
            sync.is_behind = true;
            put(trees, &key, &sync)?;
        }
    }
    for (id, mut account) in accounts {
        account.checkpoint = None;
        put(trees, &MetaKey::Account(&id).to_bytes(), &account)?;
    }
    Ok(())
}

/// Makes the next pass over `account` look at everybody, and `receiver` hear of what it misses.
pub(in crate::store) fn look_again(
    trees: &Trees,
    receiver: &str,
    account: &str,
) -> sled::Result<()> {
    let key = MetaKey::Account(account).to_bytes();
    if let Some(mut record) = read::<AccountRecord>(trees, &key)? {
        record.checkpoint = None;
        put(trees, &key, &record)?;
    }
    let key = MetaKey::Sync(receiver, account).to_bytes();
    if let Some(mut sync) = read::<SyncRecord>(trees, &key)? {
        sync.is_behind = true;
        put(trees, &key, &sync)?;
    }
    Ok(())
}

fn read<T: DeserializeOwned>(trees: &Trees, key: &[u8]) -> sled::Result<Option<T>> {
    let value = trees.meta.get(key)?;
    Ok(value.and_then(|value| record::decode(key, &value).ok()))
}

fn put<T: Serialize>(trees: &Trees, key: &[u8], content: &T) -> sled::Result<()> {
    let record = record::encode(key, content);
    let record = record.map_err(|error| sled::Error::Unsupported(error.to_string()))?;
    trees.meta.insert(key, record)?;
    Ok(())
}
