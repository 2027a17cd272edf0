//! The open store: opening, reading, and writes that survive a power cut.

mod compact;
pub(super) mod heal;
mod threads;
mod whole;

pub use compact::Compacted;
pub use threads::on_store_thread;

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use serde::de::DeserializeOwned;
use tempfile::TempDir;
use uuid::Uuid;

use crate::steps::{self, Step};
use crate::store::StoreError;
use crate::store::disk::{self, Damage, DbFile, Looked, Mark};
use crate::store::outbox::Fills;
use crate::store::record::{self, MetaKey};
use crate::store::trees::{Tree, Trees, Writes};
use whole::{OpenMode, Opened, StoreRecord, open_whole};

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
    /// The id in the store's own record.
    record_id: [u8; 16],
    /// How many writes it has held.
    writes: AtomicU64,
    /// How many of the writes that it once held are lost.
    lost_writes: u64,
    mark: Mark,
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

    /// The same for as long as there is this store, and another one for every other.
    pub fn installation_id(&self) -> &[u8; 16] {
        &self.shared.record_id
    }

    /// How many writes were lost when it was opened: sled reads a log that is damaged in its
    /// middle, or cut, up to there, and takes that for all.
    pub fn lost_writes(&self) -> u64 {
        self.shared.lost_writes
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
            record,
            lost_writes,
            mode,
        } = opened;
        let mark = match mode {
            OpenMode::Repair => Mark::begin(dir, record.writes),
            OpenMode::ReadOnly => Mark::unwritten(),
        };
        Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                db,
                trees,
                id: Uuid::new_v4().into_bytes(),
                fills,
                file,
                record_id: record.id,
                writes: AtomicU64::new(record.writes),
                lost_writes,
                mark,
                writer: Mutex::new(()),
                poisoned: OnceLock::new(),
                _copy: copy,
                _lock: lock,
            }),
        }
    }
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
    pub(in crate::store) fn apply(&self, writes: Writes) -> Result<(), StoreError> {
        if writes.is_empty() {
            return Ok(());
        }
        steps::reach(Step::BeforeWrite);
        let count = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        let written = self.counted(writes, count)?;
        let written = self.trees.apply(&written);
        let written = written.map_err(|source| self.failed("write to it", source));
        steps::reach(Step::WrittenNotSynced);
        let synced = written.and_then(|()| self.file.sync(&self.db));
        if synced.is_ok() {
            self.mark.set(count);
        }
        steps::reach(Step::Synced);
        if let Err(error) = &synced {
            self.poisoned.get_or_init(|| error.to_string());
        }
        synced
    }

    /// `writes`, and with them that the store has held `count` of them.
    fn counted(&self, mut writes: Writes, count: u64) -> Result<Writes, StoreError> {
        let key = MetaKey::Store.to_bytes();
        let record = StoreRecord::new(self.record_id, count);
        writes.put(Tree::Meta, &key, record::encode(&key, &record)?);
        Ok(writes)
    }

    pub(in crate::store) fn failed(&self, what: &'static str, source: sled::Error) -> StoreError {
        StoreError::of_sled(&self.dir, what, source)
    }
}
