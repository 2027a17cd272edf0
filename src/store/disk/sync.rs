//! sled's file, synced: sled's own flush hands its buffers to the kernel and does not wait for
//! the disk.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::private::io;
use super::sled_files::{Blobs, db_dir};
use crate::store::StoreError;

/// The open file that holds everything.
#[derive(Debug)]
pub(in crate::store) struct DbFile {
    dir: PathBuf,
    file: File,
    blobs: Blobs,
}

impl DbFile {
    /// The file of the store in `dir`, which sled has made.
    pub(in crate::store) fn open(dir: &Path) -> std::io::Result<Self> {
        Ok(Self {
            dir: dir.to_owned(),
            file: File::open(db_dir(dir).join("db"))?,
            blobs: Blobs::open(dir)?,
        })
    }

    /// Fails unless the file holds everything.
    pub(in crate::store) fn refuse_blobs(&self) -> std::io::Result<()> {
        self.blobs.refuse_any()
    }

    /// Waits until the disk has what sled wrote.
    pub(in crate::store) fn sync(&self, db: &sled::Db) -> Result<(), StoreError> {
        db.flush()
            .map_err(|source| StoreError::of_sled(&self.dir, "write to it", source))?;
        self.file
            .sync_data()
            .and_then(|()| self.blobs.refuse_any())
            .map_err(|source| io(&self.dir, "sync it to disk", source))
    }
}
