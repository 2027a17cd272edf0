//! sled and its files: opened, made, measured.

use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::Dir;

/// Fixed when a store is made. Large, so that pages stay below a quarter of it.
pub(in crate::store) const SEGMENT_SIZE: usize = 4 * 1024 * 1024;
const CACHE_CAPACITY: u64 = 8 * 1024 * 1024;
/// How long sled's threads may take to let go of it.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_POLL: Duration = Duration::from_millis(5);

/// Where sled keeps its files.
pub(in crate::store) fn db_dir(dir: &Path) -> PathBuf {
    dir.join("store")
}

/// Opens sled. Nobody else can have it, since we have the directory: a lock that is still held is
/// that of its own threads, which outlive the last handle by a moment.
pub(in crate::store) fn open_sled(dir: &Path) -> sled::Result<sled::Db> {
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match make_sled(&db_dir(dir)) {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                std::thread::sleep(LOCK_POLL);
            }
            opened => return opened,
        }
    }
}

/// Opens sled at `path`, made as needed.
pub(in crate::store) fn make_sled(path: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new()
        .path(path)
        .segment_size(SEGMENT_SIZE)
        .cache_capacity(CACHE_CAPACITY)
        .flush_every_ms(None);
    config.open()
}

fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

/// Syncs all that sled has just made in `store`. It never syncs its own settings, without which
/// it takes the store for a damaged one, nor the directory that names its files.
pub(in crate::store) fn sync_new(store: &Path) -> Result<()> {
    for made in [&store.join("conf"), &store.join("db"), store] {
        File::open(made)?.sync_all()?;
    }
    Ok(())
}

/// The directory of what is not in sled's one file, open: that it is empty can be told at any
/// time, also where the process has no more files to open.
#[derive(Debug)]
pub(in crate::store) struct Blobs(Mutex<Dir>);

impl Blobs {
    /// Those of the store in `dir`.
    pub(in crate::store) fn open(dir: &Path) -> Result<Self> {
        let blobs = File::open(db_dir(dir).join("blobs"))?;
        Ok(Self(Mutex::new(Dir::read_from(blobs)?)))
    }

    /// Fails unless all is in sled's one file: pages above the size that its segments allow for
    /// go to files of their own, which it never syncs.
    pub(in crate::store) fn refuse_any(&self) -> Result<()> {
        // What a panic left behind is only where reading stands.
        let mut blobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        blobs.rewind();
        for entry in blobs.by_ref() {
            if !matches!(entry?.file_name().to_bytes(), b"." | b"..") {
                return Err(Error::other("a page grew beyond its segment"));
            }
        }
        Ok(())
    }
}

/// The bytes of the files in `dir`; what cannot be read counts as nothing.
pub(in crate::store) fn size_of(dir: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size_of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// Removes `dir` with all that is in it, if it is there.
pub(in crate::store) fn remove_dir(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
