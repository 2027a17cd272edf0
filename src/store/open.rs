//! Opening the store: ours, of a known format, and whole.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::quarantine::{Damage, damage_of, set_aside};
use super::{StoreError, format, private, verify};

/// Fixed when a store is made. Large, so that pages stay below a quarter of it.
pub(super) const SEGMENT_SIZE: usize = 4 * 1024 * 1024;
const CACHE_CAPACITY: u64 = 8 * 1024 * 1024;
/// In every store that is not new.
const BEGUN: &[u8] = b"begun";
/// How long sled's threads may take to let go of it.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);
const LOCK_POLL: Duration = Duration::from_millis(5);

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
    /// What was last known of each user, whoever was told.
    pub(super) known: sled::Tree,
    /// What sinks rejected for good.
    pub(super) dead: sled::Tree,
    /// Checkpoints.
    pub(super) meta: sled::Tree,
    /// Held by every write and by reads of the outbox, so that nothing is sent before it is
    /// durable.
    pub(super) writer: Mutex<()>,
    /// Set when a write could not be made durable.
    pub(super) poisoned: AtomicBool,
    /// Last, so that it outlives sled.
    _lock: File,
}

impl Store {
    /// Opens the store in `dir`, making the directory (mode 0700) and the store as needed.
    ///
    /// A damaged store is moved aside to `quarantine-<time>` and a fresh one begun, which sends
    /// everything again. A newer format, a lock held elsewhere and a full disk are errors.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = private::take(dir)?;
        let (db, [states, outbox, known, dead, meta]) = match open_whole(dir) {
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
                known,
                dead,
                meta,
                writer: Mutex::new(()),
                poisoned: AtomicBool::new(false),
                _lock: lock,
            }),
        })
    }
}

type Opened = (sled::Db, [sled::Tree; 5]);

/// Opens sled and reads every record once, so that damage shows now and not during a pass.
fn open_whole(dir: &Path) -> Result<Opened, Damage> {
    let is_old = format::check(dir)?;
    let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Opened, Damage> {
        let db = open_sled(dir).map_err(|source| damage_of(dir, "open", source))?;
        let tree = |name: &str| {
            db.open_tree(name)
                .map_err(|source| damage_of(dir, "open a tree of", source))
        };
        let trees = [
            tree("states")?,
            tree("outbox")?,
            tree("known")?,
            tree("dead")?,
            tree("meta")?,
        ];
        let [states, outbox, _, dead, meta] = &trees;
        let begun = meta.get(BEGUN);
        match begun.map_err(|source| damage_of(dir, "read", source))? {
            // sled takes a file that it cannot read at all for an empty one.
            None if is_old => return Err(Damage::Found("it has lost its content".to_owned())),
            None => begin(dir, &db, meta)?,
            Some(_) => {}
        }
        verify::discard_damaged(states, outbox, dead)
            .map_err(|source| damage_of(dir, "read", source))?;
        verify::no_blobs(dir)
            .map_err(|source| Damage::Found(format!("it is not in one file: {source}")))?;
        Ok((db, trees))
    }));
    opened.unwrap_or_else(|_panic| Err(Damage::Found("sled cannot read it".to_owned())))
}

/// Marks a new store as begun, durably, and only then tells its format: one that has a format
/// and no mark is no longer what it was.
fn begin(dir: &Path, db: &sled::Db, meta: &sled::Tree) -> Result<(), Damage> {
    let marked = meta.insert(BEGUN, &[]).and_then(|_| db.flush());
    marked.map_err(|source| damage_of(dir, "write to", source))?;
    sync_new(dir)
        .and_then(|()| format::write(dir))
        .map_err(|source| Damage::None(private::io(dir, "write its format", source)))
}

/// Syncs all that sled has just made. It never syncs its own settings, without which it takes
/// the store for a damaged one, nor the directories that name its files.
fn sync_new(dir: &Path) -> std::io::Result<()> {
    let store = db_dir(dir);
    for made in [&store.join("conf"), &store.join("db"), &store, dir] {
        File::open(made)?.sync_all()?;
    }
    Ok(())
}

/// Opens sled. Nobody else can have it, since we have the directory: a lock that is still held is
/// that of its own threads, which outlive the last handle by a moment.
fn open_sled(dir: &Path) -> sled::Result<sled::Db> {
    let config = sled::Config::new()
        .path(db_dir(dir))
        .segment_size(SEGMENT_SIZE)
        .cache_capacity(CACHE_CAPACITY)
        .flush_every_ms(None);
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match config.open() {
            Err(error) if is_locked(&error) && Instant::now() < deadline => {
                std::thread::sleep(LOCK_POLL);
            }
            opened => return opened,
        }
    }
}

fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

/// Where sled keeps its files.
pub(super) fn db_dir(dir: &Path) -> PathBuf {
    dir.join("store")
}
