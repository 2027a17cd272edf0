//! How many writes the store has held, in a file beside it: where sled can read its log only up
//! to a point, it opens what is before that, and says nothing.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::own_file;

const TITLE: &str = "rollcall writes ";
/// Every mark has this length, so that each takes the place of the one before.
const DIGITS: usize = 20;
const FILE_LEN_MAX: u64 = 256;

/// The open file. It is never synced: each mark is written after the disk has the writes that it
/// counts, so that one that is old or torn claims too little, and never too much.
#[derive(Debug)]
pub(in crate::store) struct Mark(Option<File>);

impl Mark {
    /// The mark of the store in `dir`, from now on `count`. Where it cannot be written, there is
    /// none: the store does its work all the same.
    pub(in crate::store) fn begin(dir: &Path, count: u64) -> Self {
        let file = own_file::create_new(&file_of(dir));
        let file = file.inspect_err(|error| tracing::debug!(%error, "no mark beside the store"));
        let this = Self(file.ok());
        this.set(count);
        this
    }

    /// That of a store that is not written to.
    pub(in crate::store) fn unwritten() -> Self {
        Self(None)
    }

    /// Notes that the disk has `count` writes.
    pub(in crate::store) fn set(&self, count: u64) {
        if let Some(file) = &self.0 {
            let text = text(count);
            if let Err(error) = file.write_all_at(text.as_bytes(), 0) {
                tracing::debug!(%error, "the mark beside the store is not moved");
            }
        }
    }
}

/// How many writes the store in `dir` has held at least; 0 where that is not known.
pub(in crate::store) fn read(dir: &Path) -> u64 {
    let content = own_file::read(&file_of(dir), FILE_LEN_MAX).unwrap_or_default();
    let found = std::str::from_utf8(&content).ok().and_then(|found| {
        let digits = found.strip_prefix(TITLE)?.get(..DIGITS)?;
        let count = digits.parse().ok()?;
        (found == text(count)).then_some(count)
    });
    found.unwrap_or_default()
}

/// Removes the mark: the store that it was of is no more.
pub(in crate::store) fn forget(dir: &Path) {
    let _ = std::fs::remove_file(file_of(dir));
}

/// The file that holds it.
pub(super) fn file_of(dir: &Path) -> PathBuf {
    dir.join("writes")
}

fn text(count: u64) -> String {
    let title = format!("{TITLE}{count:0DIGITS$}");
    let checksum = crc32fast::hash(title.as_bytes());
    format!("{title}, checksum {checksum:08x}\n")
}
