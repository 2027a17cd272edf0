//! A smaller store in the old one's place: sled reuses freed space and never gives it back.

use std::fs::File;
use std::path::Path;

use crate::store::disk::{db_dir, io, make_sled, remove_dir, size_of, sync_new, take};
use crate::store::{Store, StoreError};

/// The copy while it is made.
const NEW: &str = "store.new";
/// The old store while the copy takes its place.
const OLD: &str = "store.old";

/// Bytes on disk, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

impl Store {
    /// Copies everything in the store of `dir` to a new one, which takes its place by a rename.
    /// Whenever this is interrupted, one of both is there and whole.
    pub fn compact(dir: &Path) -> Result<Compacted, StoreError> {
        let before = size_of(&db_dir(dir));
        {
            let store = Self::open(dir)?;
            let (new, into) = (dir.join(NEW), "make a smaller copy");
            let failed = |source| StoreError::of_sled(dir, into, source);
            let copy = make_sled(&new).map_err(failed)?;
            copy.import(store.shared.db.export());
            copy.flush().map_err(failed)?;
            drop(copy);
            sync_new(&new).map_err(|source| io(dir, into, source))?;
        }
        let _lock = take(dir)?;
        swap(dir).map_err(|source| io(dir, "put its smaller copy into place", source))?;
        recover(dir)?;
        let after = size_of(&db_dir(dir));
        Ok(Compacted { before, after })
    }
}

fn swap(dir: &Path) -> std::io::Result<()> {
    std::fs::rename(db_dir(dir), dir.join(OLD))?;
    std::fs::rename(dir.join(NEW), db_dir(dir))?;
    File::open(dir)?.sync_all()
}

/// Whether a compaction ended when the old store had left its place.
pub(in crate::store) fn was_interrupted(dir: &Path) -> bool {
    dir.join(OLD).exists()
}

/// Ends what an interrupted compaction left: the old store goes back to its place if that is
/// empty, and what is left over goes.
pub(in crate::store) fn recover(dir: &Path) -> Result<(), StoreError> {
    let (store, old) = (db_dir(dir), dir.join(OLD));
    let recover = || {
        if !store.exists() && old.exists() {
            std::fs::rename(&old, &store)?;
            File::open(dir)?.sync_all()?;
        }
        remove_dir(&old)?;
        remove_dir(&dir.join(NEW))
    };
    recover().map_err(|source| io(dir, "end an interrupted compaction", source))
}
