//! The whole store, read once when it is opened: what is damaged or lost shows then.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::heal;
use crate::store::disk::{self, Damage, DbFile, Found, damage_of};
use crate::store::outbox::Fills;
use crate::store::record::{self, MetaKey, fixed};
use crate::store::trees::Trees;
use crate::store::{StoreError, migrate};

/// What to do about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenMode {
    /// Move a damaged store aside and drop damaged records, so that work can go on.
    Repair,
    /// Change nothing: the command only looks.
    ReadOnly,
}

/// The store's own record; a store that has none was never begun, or has lost its content.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StoreRecord {
    #[serde(with = "fixed")]
    pub(super) id: [u8; 16],
    /// How many writes the store has held, this one among them.
    #[serde(default)]
    pub(super) writes: u64,
    /// The rollcall that wrote last.
    #[serde(default)]
    pub(super) written_by: String,
}

impl StoreRecord {
    /// The record of the store `id` once it has held `writes`, this one among them.
    pub(super) fn new(id: [u8; 16], writes: u64) -> Self {
        Self {
            id,
            writes,
            written_by: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn is_by_another_rollcall(&self) -> bool {
        self.written_by != env!("CARGO_PKG_VERSION")
    }
}

/// sled and its trees, and what was read on the way.
pub(super) struct Opened {
    pub(super) db: sled::Db,
    pub(super) trees: Trees,
    pub(super) fills: Fills,
    pub(super) file: DbFile,
    pub(super) record: StoreRecord,
    pub(super) lost_writes: u64,
    pub(super) mode: OpenMode,
}

/// Opens sled and reads every record once, so that damage shows now and not during a pass.
pub(super) fn open_whole(dir: &Path, mode: OpenMode) -> Result<Opened, Damage> {
    let found = disk::check_format(dir)?;
    if let (Found::Older(found), OpenMode::ReadOnly) = (found, mode) {
        let dir = dir.to_owned();
        return Err(Damage::None(StoreError::OlderFormat { dir, found }));
    }
    let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Opened, Damage> {
        let failed = |what| move |source| damage_of(dir, what, source);
        let db = disk::open_sled(dir).map_err(failed("open"))?;
        let has_earlier_trees = migrate::has_earlier_trees(&db);
        let trees = Trees::open(&db).map_err(failed("open a tree of"))?;
        let key = MetaKey::Store.to_bytes();
        let begun = trees.meta.get(&key).map_err(failed("read"))?;
        let begun = begun.and_then(|record| record::decode::<StoreRecord>(&key, &record).ok());
        let record = match (begun, found) {
            (Some(record), Found::Current) => record,
            // Interrupted between the store's record and the format.
            (Some(record), Found::Nothing) => {
                settle(dir, &db)?;
                record
            }
            (None, Found::Nothing) => begin(dir, &db, &trees)?,
            (_, Found::Older(_)) if has_earlier_trees => {
                migrate::migrate(&db, &trees).map_err(failed("migrate"))?;
                begin(dir, &db, &trees)?
            }
            // sled takes a file that it cannot read at all for an empty one.
            (None, _) | (_, Found::Older(_)) => {
                return Err(Damage::Found("it has lost its content".to_owned()));
            }
        };
        let lost_writes = disk::read_mark(dir).saturating_sub(record.writes);
        if lost_writes > 0 {
            tell_of_loss(lost_writes, mode);
            if mode == OpenMode::Repair {
                heal::look_at_everybody(&trees).map_err(failed("write to"))?;
            }
        }
        let fills = match mode {
            OpenMode::Repair => {
                migrate::drop_earlier_trees(&db).map_err(failed("write to"))?;
                heal::drop_damaged_records(&trees, record.is_by_another_rollcall())
            }
            OpenMode::ReadOnly => heal::count(&trees),
        };
        let fills = fills.map_err(failed("read"))?;
        let file = DbFile::open(dir)
            .map_err(|source| Damage::None(disk::io(dir, "open its file", source)))?;
        file.refuse_blobs()
            .map_err(|source| Damage::Found(format!("it is not in one file: {source}")))?;
        Ok(Opened {
            db,
            trees,
            fills,
            file,
            record,
            lost_writes,
            mode,
        })
    }));
    opened.unwrap_or_else(|_panic| Err(Damage::Found("it cannot be read".to_owned())))
}

/// Gives a new store its record, durably, and only then its format: one that has a format and no
/// record is no longer what it was.
fn begin(dir: &Path, db: &sled::Db, trees: &Trees) -> Result<StoreRecord, Damage> {
    disk::forget_mark(dir);
    let begun = StoreRecord::new(Uuid::new_v4().into_bytes(), 0);
    let key = MetaKey::Store.to_bytes();
    let record = record::encode(&key, &begun)
        .map_err(|error| Damage::None(StoreError::Worker(error.to_string())))?;
    let marked = trees.meta.insert(key, record);
    marked.map_err(|source| damage_of(dir, "write to", source))?;
    settle(dir, db)?;
    Ok(begun)
}

/// What a store holds is older than what it held.
fn tell_of_loss(writes: u64, mode: OpenMode) {
    match mode {
        OpenMode::Repair => tracing::error!(
            writes,
            "the state has lost what was written last: its file is damaged or cut, or an older one \
             was put in its place; the next pass looks at everybody, and what a receiver may lack \
             is sent again"
        ),
        OpenMode::ReadOnly => tracing::warn!(
            writes,
            "the state has lost what was written last: its file is damaged or cut, or an older one \
             was put in its place; what is shown is from before that, and the next pass sends what \
             a receiver may lack"
        ),
    }
}

/// Makes what was written durable, and then writes its format.
fn settle(dir: &Path, db: &sled::Db) -> Result<(), Damage> {
    db.flush()
        .map_err(|source| damage_of(dir, "write to", source))?;
    disk::sync_new(&disk::db_dir(dir))
        .and_then(|()| File::open(dir)?.sync_all())
        .and_then(|()| disk::write_format(dir))
        .map_err(|source| Damage::None(disk::io(dir, "write its format", source)))
}
