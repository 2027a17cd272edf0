//! Opening the store: ours, of a known format, and whole.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::fill::Fills;
use super::format::Found;
use super::quarantine::{Damage, damage_of, set_aside};
use super::{StoreError, compact, format, migrate, private, verify};

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
    /// What happened to users.
    pub(super) history: sled::Tree,
    /// What happened in passes.
    pub(super) passes: sled::Tree,
    /// How much waits for each sink.
    pub(super) fill: Fills,
    /// Held by every write and by reads of the outbox, so that nothing is sent before it is
    /// durable.
    pub(super) writer: Mutex<()>,
    /// Why a write could not be made durable, if so.
    pub(super) poisoned: OnceLock<String>,
    /// Last, so that it outlives sled.
    _lock: File,
}

/// What to do about damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Set a damaged store aside and drop damaged records, so that work can go on.
    Mend,
    /// Touch nothing: somebody only wants to look.
    Look,
}

impl Store {
    /// Opens the store in `dir`, making the directory (mode 0700) and the store as needed.
    ///
    /// A damaged store is moved aside to `quarantine-<time>` and a fresh one begun, which sends
    /// everything again. A newer format, a lock held elsewhere and a full disk are errors.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = private::take(dir)?;
        compact::recover(dir)?;
        let opened = match open_whole(dir, Care::Mend) {
            Ok(opened) => opened,
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(why)) => {
                set_aside(dir, &why)?;
                open_whole(dir, Care::Mend).map_err(|damage| damage.into_error(dir))?
            }
        };
        Ok(Self::of(dir, lock, opened))
    }

    /// Opens the store in `dir` to look at it: nothing is made, mended or moved, and a damaged
    /// store is an error. `None` if there is none.
    pub fn open_existing(dir: &Path) -> Result<Option<Self>, StoreError> {
        if !db_dir(dir).exists() {
            return Ok(None);
        }
        let lock = private::take_existing(dir)?;
        let opened = match open_whole(dir, Care::Look) {
            Ok(opened) => opened,
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(why)) => {
                let dir = dir.to_owned();
                return Err(StoreError::FoundDamaged { dir, why });
            }
        };
        Ok(Some(Self::of(dir, lock, opened)))
    }

    fn of(dir: &Path, lock: File, opened: Opened) -> Self {
        let Opened { db, trees, fill } = opened;
        let [states, outbox, known, dead, meta, history, passes] = trees;
        Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                db,
                states,
                outbox,
                known,
                dead,
                meta,
                history,
                passes,
                fill,
                writer: Mutex::new(()),
                poisoned: OnceLock::new(),
                _lock: lock,
            }),
        }
    }
}

/// sled and its trees, and what was counted on the way.
struct Opened {
    db: sled::Db,
    trees: [sled::Tree; 7],
    fill: Fills,
}

/// Opens sled and reads every record once, so that damage shows now and not during a pass.
fn open_whole(dir: &Path, care: Care) -> Result<Opened, Damage> {
    let found = format::check(dir)?;
    let opened = catch_unwind(AssertUnwindSafe(|| -> Result<Opened, Damage> {
        let failed = |what| move |source| damage_of(dir, what, source);
        let db = open_sled(dir).map_err(failed("open"))?;
        let tree = |name: &str| db.open_tree(name).map_err(failed("open a tree of"));
        let trees = [
            tree("states")?,
            tree("outbox")?,
            tree("known")?,
            tree("dead")?,
            tree("meta")?,
            tree("history")?,
            tree("passes")?,
        ];
        let [states, outbox, _, dead, meta, ..] = &trees;
        let begun = meta.get(BEGUN).map_err(failed("read"))?;
        match (begun, found) {
            (None, Found::Nothing) => begin(dir, &db, meta)?,
            // sled takes a file that it cannot read at all for an empty one.
            (None, _) => return Err(Damage::Found("it has lost its content".to_owned())),
            (Some(_), Found::Format1) => {
                migrate::time_the_outbox(outbox).map_err(failed("migrate"))?;
                settle(dir, &db)?;
            }
            // Interrupted between the mark and the format.
            (Some(_), Found::Nothing) => settle(dir, &db)?,
            (Some(_), Found::Current) => {}
        }
        if care == Care::Mend {
            verify::discard_damaged(states, outbox, dead, meta).map_err(failed("read"))?;
        }
        verify::no_blobs(dir)
            .map_err(|source| Damage::Found(format!("it is not in one file: {source}")))?;
        let fill = Fills::of(outbox).map_err(failed("read"))?;
        Ok(Opened { db, trees, fill })
    }));
    opened.unwrap_or_else(|_panic| Err(Damage::Found("sled cannot read it".to_owned())))
}

/// Marks a new store as begun, durably, and only then tells its format: one that has a format
/// and no mark is no longer what it was.
fn begin(dir: &Path, db: &sled::Db, meta: &sled::Tree) -> Result<(), Damage> {
    let marked = meta.insert(BEGUN, &[]);
    marked.map_err(|source| damage_of(dir, "write to", source))?;
    settle(dir, db)
}

/// Makes what was written durable, and then tells that it is of this format.
fn settle(dir: &Path, db: &sled::Db) -> Result<(), Damage> {
    db.flush()
        .map_err(|source| damage_of(dir, "write to", source))?;
    let store = db_dir(dir);
    sync_new(&store)
        .and_then(|()| File::open(dir)?.sync_all())
        .and_then(|()| format::write(dir))
        .map_err(|source| Damage::None(private::io(dir, "write its format", source)))
}

/// Syncs all that sled has just made in `store`. It never syncs its own settings, without which
/// it takes the store for a damaged one, nor the directory that names its files.
pub(super) fn sync_new(store: &Path) -> std::io::Result<()> {
    for made in [&store.join("conf"), &store.join("db"), store] {
        File::open(made)?.sync_all()?;
    }
    Ok(())
}

/// Opens sled. Nobody else can have it, since we have the directory: a lock that is still held is
/// that of its own threads, which outlive the last handle by a moment.
fn open_sled(dir: &Path) -> sled::Result<sled::Db> {
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
pub(super) fn make_sled(path: &Path) -> sled::Result<sled::Db> {
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

/// Where sled keeps its files.
pub(super) fn db_dir(dir: &Path) -> PathBuf {
    dir.join("store")
}
