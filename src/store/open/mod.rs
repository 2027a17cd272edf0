//! The open store: opening, reading, and writes that survive a power cut.

mod compact;
pub(super) mod heal;
mod threads;

pub use compact::Compacted;
pub use threads::on_store_thread;

use std::fs::File;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use uuid::Uuid;

use crate::steps::{self, Step};
use crate::store::disk::{self, Damage, DbFile, Found, Looked, damage_of};
use crate::store::outbox::Fills;
use crate::store::record::{self, MetaKey, fixed};
use crate::store::trees::{Tree, Trees, Writes};
use crate::store::{StoreError, migrate};

/// The open store. Clones share it; the directory stays locked while one lives.
#[derive(Debug, Clone)]
pub struct Store {
    pub(in crate::store) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(in crate::store) struct Shared {
    pub(in crate::store) dir: PathBuf,
    pub(in crate::store) db: sled::Db,
    pub(in crate::store) trees: Trees,
    /// Part of every event id, another one each time: ids never come back, whether a store was
    /// lost or a copy of it put back.
    pub(in crate::store) id: [u8; 16],
    /// How much waits for each receiver.
    pub(in crate::store) fills: Fills,
    file: DbFile,
    /// Held by every write and by reads of the outbox, so that nothing is sent before it is
    /// durable.
    writer: Mutex<()>,
    /// Why a write could not be made durable, if so.
    poisoned: OnceLock<String>,
    /// What is open in the place of another user's store. It outlives sled.
    _copy: Option<TempDir>,
    /// Last, so that it outlives sled.
    _lock: File,
}

/// What to do about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenMode {
    /// Move a damaged store aside and drop damaged records, so that work can go on.
    Repair,
    /// Change nothing: the command only looks.
    ReadOnly,
}

/// The store's own record; a store that has none was never begun, or has lost its content.
#[derive(Debug, Serialize, Deserialize)]
struct StoreRecord {
    #[serde(with = "fixed")]
    id: [u8; 16],
}

impl Store {
    /// Opens the store in `dir`, making the directory (mode 0700) and the store as needed.
    ///
    /// A damaged store is moved aside to `quarantine-<time>` and a fresh one begun, which sends
    /// everything again. A newer format, a lock held elsewhere and a full disk are errors.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = disk::take(dir)?;
        compact::recover(dir)?;
        let opened = match open_whole(dir, OpenMode::Repair) {
            Ok(opened) => opened,
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(why)) => {
                disk::set_aside(dir, &why)?;
                open_whole(dir, OpenMode::Repair).map_err(|damage| damage.into_error(dir))?
            }
        };
        Ok(Self::of(dir, lock, None, opened))
    }

    /// Whether there is a store in `dir`. A directory that cannot be looked into is an error.
    pub fn exists(dir: &Path) -> Result<bool, StoreError> {
        match disk::db_dir(dir).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(compact::was_interrupted(dir)),
            Err(error) => Err(disk::io(dir, "look into it", error)),
        }
    }

    /// Opens the store in `dir` to look at it: nothing is made or repaired, nothing is moved but
    /// what an interrupted compaction left, and a damaged or older store is an error. `None` if
    /// there is none.
    pub fn open_existing(dir: &Path) -> Result<Option<Self>, StoreError> {
        if !Self::exists(dir)? {
            return Ok(None);
        }
        let lock = disk::take_existing(dir)?;
        let looked = Looked::at(dir)?;
        if let Looked::Itself(dir) = &looked {
            compact::recover(dir)?;
        }
        let opened = match open_whole(looked.dir(), OpenMode::ReadOnly) {
            Ok(opened) => opened,
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(why)) => {
                let dir = dir.to_owned();
                return Err(StoreError::FoundDamaged { dir, why });
            }
        };
        let copy = match looked {
            Looked::Itself(_) => None,
            Looked::Copy(copy) => Some(copy),
        };
        Ok(Some(Self::of(dir, lock, copy, opened)))
    }

    /// Part of the ids of events that are made from now on: another one each time that a store is
    /// opened, so that a copy that was put back never gives an id that was given before.
    pub fn id(&self) -> &[u8; 16] {
        &self.shared.id
    }

    /// The state directory.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// Runs `work` on one of the store's own threads.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        on_store_thread(move || work(&store)).await
    }

    fn of(dir: &Path, lock: File, copy: Option<TempDir>, opened: Opened) -> Self {
        let Opened {
            db,
            trees,
            fills,
            file,
        } = opened;
        Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                db,
                trees,
                id: Uuid::new_v4().into_bytes(),
                fills,
                file,
                writer: Mutex::new(()),
                poisoned: OnceLock::new(),
                _copy: copy,
                _lock: lock,
            }),
        }
    }
}

/// sled and its trees, and what was read on the way.
struct Opened {
    db: sled::Db,
    trees: Trees,
    fills: Fills,
    file: DbFile,
}

/// Opens sled and reads every record once, so that damage shows now and not during a pass.
fn open_whole(dir: &Path, mode: OpenMode) -> Result<Opened, Damage> {
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
        match (begun, found) {
            (Some(_), Found::Current) => {}
            // Interrupted between the store's record and the format.
            (Some(_), Found::Nothing) => settle(dir, &db)?,
            (None, Found::Nothing) => begin(dir, &db, &trees)?,
            (_, Found::Older(_)) if has_earlier_trees => {
                migrate::migrate(&db, &trees).map_err(failed("migrate"))?;
                begin(dir, &db, &trees)?;
            }
            // sled takes a file that it cannot read at all for an empty one.
            (None, _) | (_, Found::Older(_)) => {
                return Err(Damage::Found("it has lost its content".to_owned()));
            }
        }
        let fills = match mode {
            OpenMode::Repair => {
                migrate::drop_earlier_trees(&db).map_err(failed("write to"))?;
                heal::drop_damaged_records(&trees)
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
        })
    }));
    opened.unwrap_or_else(|_panic| Err(Damage::Found("it cannot be read".to_owned())))
}

/// Gives a new store its record, durably, and only then its format: one that has a format and no
/// record is no longer what it was.
fn begin(dir: &Path, db: &sled::Db, trees: &Trees) -> Result<(), Damage> {
    let id = Uuid::new_v4().into_bytes();
    let key = MetaKey::Store.to_bytes();
    let record = record::encode(&key, &StoreRecord { id })
        .map_err(|error| Damage::None(StoreError::Worker(error.to_string())))?;
    let marked = trees.meta.insert(key, record);
    marked.map_err(|source| damage_of(dir, "write to", source))?;
    settle(dir, db)
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

impl Shared {
    /// The right to write, unless an earlier write was lost.
    pub(in crate::store) fn writer(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        let poisoned = |why: &str| StoreError::Poisoned(why.to_owned());
        // A panic in a write leaves as much in doubt as a failed one.
        let guard = self.writer.lock();
        let guard = guard.map_err(|_| poisoned("a write ended in a panic"))?;
        match self.poisoned.get() {
            None => Ok(guard),
            Some(why) => Err(poisoned(why)),
        }
    }

    /// The record of `key`; a damaged one counts as absent.
    pub(in crate::store) fn read<T: DeserializeOwned>(
        &self,
        tree: Tree,
        key: &[u8],
    ) -> Result<Option<T>, StoreError> {
        let value = self.trees.get(tree).get(key);
        let value = value.map_err(|source| self.failed("read", source))?;
        Ok(value.and_then(|value| record::decode(key, &value).ok()))
    }

    /// Applies `writes` in one transaction and makes them durable, with all that was written
    /// before. After a failure what is in memory may never reach the disk, and a second sync may
    /// report success although the data is gone: nothing is read or written any more.
    pub(in crate::store) fn apply(&self, writes: &Writes) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        steps::reach(Step::BeforeWrite);
        let written = self.trees.apply(writes);
        let written = written.map_err(|source| self.failed("write to it", source));
        steps::reach(Step::WrittenNotSynced);
        let synced = written.and_then(|()| self.file.sync(&self.db));
        steps::reach(Step::Synced);
        if let Err(error) = &synced {
            self.poisoned.get_or_init(|| error.to_string());
        }
        synced
    }

    pub(in crate::store) fn failed(&self, what: &'static str, source: sled::Error) -> StoreError {
        StoreError::of_sled(&self.dir, what, source)
    }
}
