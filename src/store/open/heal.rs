//! Every record read once: what waits is counted, and what does not check out is dropped, so that
//! its user is sent again.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sled::IVec;

use crate::store::outbox::{DeadRecord, Fills, OutboxEntry};
use crate::store::record::{self, MetaKey, parse_entity_key};
use crate::store::trees::{Tree, Trees};
use crate::store::{AccountRecord, DeliveryState, EntityRecord, SyncRecord, Tombstone};

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

/// Drops records that are damaged or of another layout, and counts what waits.
///
/// An entity without a record is a new one, and one without a delivery state is sent again; what
/// is missing from the outbox or the dead letters is missed by its delivery state. So that the
/// next pass looks at everybody, whenever created, there are no checkpoints then. Of another layout
/// are at most those that another rollcall wrote: looking for them takes most of the time.
pub(in crate::store) fn drop_damaged_records(
    trees: &Trees,
    are_by_another_rollcall: bool,
) -> sled::Result<Fills> {
    let is_kept: IsKept = match are_by_another_rollcall {
        true => is_readable,
        false => |_, key, record| record::is_whole(key, record),
    };
    let fills = Fills::default();
    let mut damaged = 0;
    for (records, keys) in read_each(trees, is_kept, &fills)? {
        damaged += keys.len();
        for key in keys {
            records.remove(key)?;
        }
    }
    if damaged > 0 {
        look_at_everybody(trees)?;
        tracing::error!(
            records = damaged,
            "records in the state were damaged, or written by another rollcall in a way that this one \
             cannot read, and dropped; the users that they were about are sent again"
        );
    }
    Ok(fills)
}

/// Whether a record of a tree, under a key, stays.
type IsKept = fn(Tree, &[u8], &[u8]) -> bool;

/// Reads every tree, two at a time: what is kept is counted, the keys of what is not are returned.
fn read_each<'a>(
    trees: &'a Trees,
    is_kept: IsKept,
    fills: &Fills,
) -> sled::Result<Vec<(&'a sled::Tree, Vec<IVec>)>> {
    let each: Vec<(Tree, &sled::Tree)> = trees.each().collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut damaged = Vec::new();
        while let Some((tree, records)) = each.get(next.fetch_add(1, Ordering::Relaxed)) {
            damaged.push((*records, read_all(*tree, records, is_kept, fills)?));
        }
        Ok::<_, sled::Error>(damaged)
    };
    thread::scope(|scope| {
        // Where the system has no thread left, this one reads all.
        let other = thread::Builder::new()
            .name("store".to_owned())
            .spawn_scoped(scope, work);
        let own = work();
        let others = other.map(|other| other.join());
        let mut damaged = own?;
        if let Ok(others) = others {
            // What panics is sled, about damage: as if it were read here.
            damaged.extend(others.unwrap_or_else(|panic| resume_unwind(panic))?);
        }
        Ok(damaged)
    })
}

/// Reads all of one tree: what is kept is counted, the keys of what is not are returned.
fn read_all(
    tree: Tree,
    records: &sled::Tree,
    is_kept: IsKept,
    fills: &Fills,
) -> sled::Result<Vec<IVec>> {
    let mut damaged = Vec::new();
    for item in records {
        let (key, value) = item?;
        match is_kept(tree, &key, &value) {
            true => fills.count(tree, &key, &value),
            false => damaged.push(key),
        }
    }
    Ok(damaged)
}

/// Whether `record` is whole and has the fields that this version needs. A user that nobody can
/// read, and whose digest is that of the last observation, would be missing from then on.
pub(in crate::store) fn is_readable(tree: Tree, key: &[u8], record: &[u8]) -> bool {
    match tree {
        Tree::Entities => {
            record::decode::<EntityRecord>(key, record).is_ok_and(|entity| entity.user().is_some())
        }
        Tree::Tombstones => {
            record::decode::<Tombstone>(key, record).is_ok_and(|it| it.user().is_some())
        }
        Tree::Deliveries => record::decode::<DeliveryState>(key, record).is_ok(),
        Tree::Outbox => record::decode::<OutboxEntry>(key, record).is_ok(),
        Tree::Dead => record::decode::<DeadRecord>(key, record).is_ok(),
        // What has other fields there counts as absent, and is made again.
        Tree::Meta | Tree::History | Tree::Passes | Tree::Audit => record::is_whole(key, record),
    }
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
