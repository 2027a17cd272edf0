//! Opening the state directory: private, locked, of a known format, and whole.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use super::quarantine::{Damage, damage_of, set_aside};
use super::{StoreError, verify};

/// The format of trees and keys that this version writes.
const FORMAT: u32 = 1;
const FORMAT_KEY: &[u8] = b"format";
/// Fixed when a store is made. Large, so that pages stay below a quarter of it.
const SEGMENT_SIZE: usize = 4 * 1024 * 1024;
const CACHE_CAPACITY: u64 = 8 * 1024 * 1024;

/// The open store. Clones share it; the directory stays locked while one lives.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) db: sled::Db,
    /// What each sink was told about each user.
    pub(super) states: sled::Tree,
    /// What still waits for a sink.
    pub(super) outbox: sled::Tree,
    /// Format and checkpoints.
    pub(super) meta: sled::Tree,
    /// Held by every write and by reads of the outbox, so that nothing is sent before it is
    /// durable.
    pub(super) writer: Mutex<()>,
    /// Set when a write could not be made durable.
    pub(super) poisoned: AtomicBool,
    _lock: File,
}

impl Store {
    /// Opens the store in `dir`, making the directory (mode 0700) and the store as needed.
    ///
    /// A damaged store is moved aside to `quarantine-<time>` and a fresh one begun, which sends
    /// everything again. A newer format, a lock held elsewhere and a full disk are errors.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        make_private(dir).map_err(|source| io(dir, "make it private", source))?;
        let lock = lock(dir)?;
        probe_space(dir).map_err(|source| io(dir, "write to it", source))?;
        let (db, [states, outbox, meta]) = match open_whole(dir) {
            Ok(opened) => opened,
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(why)) => {
                set_aside(dir, &why)?;
                open_whole(dir).map_err(|damage| damage.into_error(dir))?
            }
        };
        Ok(Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                db,
                states,
                outbox,
                meta,
                writer: Mutex::new(()),
                poisoned: AtomicBool::new(false),
                _lock: lock,
            }),
        })
    }
}

type Opened = (sled::Db, [sled::Tree; 3]);

/// Opens sled and reads every record once, so that damage shows now and not during a pass.
fn open_whole(dir: &Path) -> Result<Opened, Damage> {
    let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Opened, Damage> {
        let db = sled::Config::new()
            .path(db_dir(dir))
            .segment_size(SEGMENT_SIZE)
            .cache_capacity(CACHE_CAPACITY)
            .flush_every_ms(None)
            .open()
            .map_err(|source| damage_of(dir, "open", source))?;
        let tree = |name: &str| {
            db.open_tree(name)
                .map_err(|source| damage_of(dir, "open a tree of", source))
        };
        let trees = [tree("states")?, tree("outbox")?, tree("meta")?];
        let [states, outbox, meta] = &trees;
        check_format(dir, meta)?;
        verify::discard_damaged(states, outbox).map_err(|source| damage_of(dir, "read", source))?;
        Ok((db, trees))
    }));
    opened.unwrap_or_else(|_panic| Err(Damage::Found("sled cannot read it".to_owned())))
}

fn check_format(dir: &Path, meta: &sled::Tree) -> Result<(), Damage> {
    let read = |source| damage_of(dir, "read the format of", source);
    match meta.get(FORMAT_KEY).map_err(read)? {
        None => {
            meta.insert(FORMAT_KEY, &FORMAT.to_be_bytes())
                .map_err(read)?;
            Ok(())
        }
        Some(bytes) => match <[u8; 4]>::try_from(bytes.as_ref()).map(u32::from_be_bytes) {
            Ok(FORMAT) => Ok(()),
            Ok(found) if found > FORMAT => Err(Damage::None(StoreError::NewerFormat {
                dir: dir.to_owned(),
                found,
                known: FORMAT,
            })),
            _ => Err(Damage::Found("its format is not readable".to_owned())),
        },
    }
}

/// Where sled keeps its files.
pub(super) fn db_dir(dir: &Path) -> PathBuf {
    dir.join("store")
}

fn make_private(dir: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let mut permissions = std::fs::metadata(dir)?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o700);
        std::fs::set_permissions(dir, permissions)?;
    }
    Ok(())
}

fn lock(dir: &Path) -> Result<File, StoreError> {
    let file = File::create(dir.join("lock")).map_err(|source| io(dir, "lock it", source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked(dir.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(dir, "lock it", source)),
    }
}

/// Writes and removes one segment's worth: on a full disk sled may fail in ways that look like
/// damage, and a store must never be set aside for lack of space.
fn probe_space(dir: &Path) -> std::io::Result<()> {
    let probe = dir.join("probe");
    let written = std::fs::write(&probe, vec![0; SEGMENT_SIZE]);
    let removed = std::fs::remove_file(&probe);
    written.and(removed)
}

fn io(dir: &Path, what: &'static str, source: std::io::Error) -> StoreError {
    StoreError::Io {
        dir: dir.to_owned(),
        what,
        source,
    }
}
