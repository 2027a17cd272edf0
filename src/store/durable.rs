//! Writes that survive a power cut, and work that stays off the async threads.

use std::fs::File;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::open::{Shared, db_dir};
use super::{Store, StoreError};

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
        let guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if self.poisoned.load(Ordering::Acquire) {
            return Err(StoreError::Poisoned(self.dir.clone()));
        }
        Ok(guard)
    }

    /// Makes every write so far durable. sled's own flush hands its buffers to the kernel and
    /// does not wait for the disk. A sync that failed once may report success the next time
    /// although the data is gone, so nothing is written after one.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        let synced = self.flush_and_sync();
        if synced.is_err() {
            self.poisoned.store(true, Ordering::Release);
        }
        synced
    }

    fn flush_and_sync(&self) -> Result<(), StoreError> {
        self.db
            .flush()
            .map_err(|source| self.failed("write to it", source))?;
        let dir = db_dir(&self.dir);
        let sync = || {
            File::open(dir.join("db"))?.sync_all()?;
            // Pages above the size that the segments allow for would go here, unsynced.
            match std::fs::read_dir(dir.join("blobs"))?.next() {
                None => Ok(()),
                Some(_) => Err(std::io::Error::other("a page grew beyond its segment")),
            }
        };
        sync().map_err(|source| StoreError::Io {
            dir: self.dir.clone(),
            what: "sync it to disk",
            source,
        })
    }

    pub(super) fn failed(&self, what: &'static str, source: sled::Error) -> StoreError {
        StoreError::Sled {
            dir: self.dir.clone(),
            what,
            source,
        }
    }
}
