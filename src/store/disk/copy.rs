//! Looking at a store without leaving a trace: sled writes whenever it opens one. A copy is opened
//! in its place, always for somebody else than its owner, such as root, since its owner could not
//! read what sled wrote; for the owner unless it is large.

use std::fs::{DirBuilder, copy};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::private::{io, own_id, owner_of};
use super::{db_dir, format, mark, own_file, size_of};
use crate::store::StoreError;

/// A larger store is looked at itself: the copy would take a second and as much room again.
const COPIED_LEN_MAX: u64 = 256 << 20;

/// Far more than the format and the mark have.
const SMALL_LEN_MAX: u64 = 4096;

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
        let itself = || Ok(Self::Itself(dir.to_owned()));
        let is_own = owner_of(dir)? == own_id();
        let is_away = !db_dir(dir).exists();
        if is_own && (is_away || size_of(&db_dir(dir)) > COPIED_LEN_MAX) {
            return itself();
        }
        match copied(dir) {
            Ok(copy) => Ok(Self::Copy(copy)),
            // No room for it, perhaps.
            Err(_) if is_own => itself(),
            Err(source) => Err(io(dir, "copy it to look at it", source)),
        }
    }

    /// The directory to open.
    pub(in crate::store) fn dir(&self) -> &Path {
        match self {
            Self::Itself(dir) => dir,
            Self::Copy(copy) => copy.path(),
        }
    }
}

fn copied(dir: &Path) -> Result<TempDir> {
    let copy = tempfile::tempdir()?;
    copy_dir(&db_dir(dir), &db_dir(copy.path()))?;
    for file_of in [format::file_of, mark::file_of] {
        match own_file::read(&file_of(dir), SMALL_LEN_MAX) {
            Ok(content) => std::fs::write(file_of(copy.path()), content)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(copy)
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
