//! Metrics in a file, for node_exporter's textfile collector: whole, or as they were before.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::setup::UsageError;

/// A file that is about to be written, beside the one that it replaces.
#[derive(Debug)]
pub(super) struct MetricsFile {
    path: PathBuf,
    draft: NamedTempFile,
}

impl MetricsFile {
    /// Begins a file at `path`; that it cannot be written there is found before any work.
    pub(super) fn begin(path: &Path) -> Result<Self, UsageError> {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new("."));
        let unwritable = |error: io::Error| {
            let path = path.display();
            UsageError(format!(
                "--metrics-file {path}: cannot write there: {error}; give a file in a directory \
                 that this user may write to"
            ))
        };
        if path.is_dir() {
            return Err(unwritable(io::ErrorKind::IsADirectory.into()));
        }
        let draft = NamedTempFile::with_prefix_in(".rollcall-", dir).map_err(unwritable)?;
        Ok(Self {
            path: path.to_owned(),
            draft,
        })
    }

    /// Writes `text` in the place of what was there. Others may read it: node_exporter is one, and
    /// no user is named in it.
    pub(super) fn finish(mut self, text: &str) -> io::Result<()> {
        self.draft.write_all(text.as_bytes())?;
        let file = self.draft.as_file();
        file.set_permissions(Permissions::from_mode(0o644))?;
        file.sync_all()?;
        self.draft.persist(&self.path)?;
        Ok(())
    }
}
