//! Looking at a store as somebody else than its owner, such as root: sled writes whenever it opens
//! a store, and its owner could not read what it wrote.

use std::fs::{DirBuilder, copy};
use std::io::Result;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::private::{io, own_id, owner_of};
use super::{db_dir, format};
use crate::store::StoreError;

/// What is opened to look at a store: it, or a copy that goes with this.
#[derive(Debug)]
pub(in crate::store) enum Looked {
    /// The state directory itself.
    Itself(PathBuf),
    /// A copy of it.
    Copy(TempDir),
}

impl Looked {
    /// What to open to look at the store in `dir`, whose lock the caller holds.
    pub(in crate::store) fn at(dir: &Path) -> std::result::Result<Self, StoreError> {
        if owner_of(dir)? == own_id() {
            return Ok(Self::Itself(dir.to_owned()));
        }
        let copied = || {
            let copy = tempfile::tempdir()?;
            copy_dir(&db_dir(dir), &db_dir(copy.path()))?;
            let format = format::file_of(dir);
            if format.try_exists()? {
                std::fs::copy(format, format::file_of(copy.path()))?;
            }
            Ok(Self::Copy(copy))
        };
        copied().map_err(|source| io(dir, "copy it to look at it", source))
    }

    /// The directory to open.
    pub(in crate::store) fn dir(&self) -> &Path {
        match self {
            Self::Itself(dir) => dir,
            Self::Copy(copy) => copy.path(),
        }
    }
}

fn copy_dir(from: &Path, to: &Path) -> Result<()> {
    DirBuilder::new().mode(0o700).create(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_dir(&entry.path(), &to)?;
        } else if kind.is_file() {
            copy(entry.path(), to)?;
        }
    }
    Ok(())
}
