//! Writes that survive a power cut, and work that stays off the async threads.

use std::fs::File;
use std::sync::MutexGuard;

use super::open::{Shared, db_dir};
use super::private::io;
use super::{Store, StoreError, verify};
use crate::steps::{self, Step};

impl Store {
    /// Runs `work` on a thread where blocking is allowed.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.unwrap_or_else(|error| Err(StoreError::Worker(error.to_string())))
    }
}

impl Shared {
    /// The right to write, unless an earlier write was lost.
    pub(super) fn writer(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        let poisoned = |why: &str| StoreError::Poisoned(why.to_owned());
        // A panic in a write leaves as much in doubt as a failed one.
        let guard = self.writer.lock();
        let guard = guard.map_err(|_| poisoned("a write ended in a panic"))?;
        match self.poisoned.get() {
            None => Ok(guard),
            Some(why) => Err(poisoned(why)),
        }
    }

    /// Does `write` and makes it durable. After a failure what is in memory may never reach the
    /// disk, and a second sync may report success although the data is gone: nothing is read or
    /// written any more.
    pub(super) fn durably<T>(
        &self,
        write: impl FnOnce() -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        steps::reach(Step::BeforeWrite);
        let written = write().map_err(|source| self.failed("write to it", source));
        steps::reach(Step::WrittenNotSynced);
        let synced = written.and_then(|written| self.sync().map(|()| written));
        steps::reach(Step::Synced);
        if let Err(error) = &synced {
            self.poisoned.get_or_init(|| error.to_string());
        }
        synced
    }

    /// sled's own flush hands its buffers to the kernel and does not wait for the disk.
    fn sync(&self) -> Result<(), StoreError> {
        self.db
            .flush()
            .map_err(|source| self.failed("write to it", source))?;
        File::open(db_dir(&self.dir).join("db"))
            .and_then(|file| file.sync_all())
            .and_then(|()| verify::no_blobs(&self.dir))
            .map_err(|source| io(&self.dir, "sync it to disk", source))
    }

    pub(super) fn failed(&self, what: &'static str, source: sled::Error) -> StoreError {
        StoreError::of_sled(&self.dir, what, source)
    }
}
