//! Lines on standard output or in a file.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use super::table::SinkTable;

/// Where NDJSON goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NdjsonTarget {
    /// Standard output.
    Stdout,
    /// Appended to a file.
    File(NdjsonFile),
}

/// A file that lines are appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NdjsonFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether and when it gives way to a new one.
    pub rotation: Option<Rotation>,
}

/// When a file gives way to a new one: `path` becomes `path.1`, that one `path.2`, and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// Before it would have more bytes than this.
    pub bytes: u64,
    /// How many former files are kept.
    pub keep_files: u32,
}

const KEEP_FILES: u32 = 5;

impl NdjsonTarget {
    /// A file that only grows.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::File(NdjsonFile {
            path: path.into(),
            rotation: None,
        })
    }
}

impl SinkTable {
    pub(super) fn ndjson(self) -> Result<NdjsonTarget, String> {
        if self.keep_files.is_some() && self.rotate_bytes.is_none() {
            return Err("`keep_files` has no meaning without `rotate_bytes`".to_owned());
        }
        let keep_files = self.keep_files.map_or(KEEP_FILES, NonZeroU32::get);
        let rotation = self
            .rotate_bytes
            .map(NonZeroU64::get)
            .map(|bytes| Rotation { bytes, keep_files });
        match self.path.filter(|path| path.as_os_str() != "-") {
            Some(path) => Ok(NdjsonTarget::File(NdjsonFile { path, rotation })),
            None if rotation.is_some() => {
                Err("`rotate_bytes` needs a `path`: standard output does not rotate".to_owned())
            }
            None => Ok(NdjsonTarget::Stdout),
        }
    }
}
