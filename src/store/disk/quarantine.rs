//! A damaged store is moved aside, never deleted and never trusted.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::format_description;

use super::{db_dir, format, mark};
use crate::store::StoreError;

/// Moves the store's files into `quarantine-<time>` beside them.
pub(in crate::store) fn set_aside(dir: &Path, why: &str) -> Result<(), StoreError> {
    let aside = dir.join(format!("quarantine-{}", now()));
    let moved = std::fs::create_dir(&aside)
        .and_then(|()| move_if_there(&db_dir(dir), &aside.join("store")))
        .and_then(|()| move_if_there(&format::file_of(dir), &aside.join("format")));
    moved.map_err(|source| StoreError::Damaged {
        dir: dir.to_owned(),
        why: why.to_owned(),
        source,
    })?;
    mark::forget(dir);
    tracing::error!(
        state_dir = %dir.display(), quarantine = %aside.display(), why,
        "the state was damaged and has been set aside; a fresh one begins, and every user is \
         sent again"
    );
    Ok(())
}

/// The damaged stores that were moved aside in `dir`, oldest first.
pub(in crate::store) fn quarantines(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let is_one = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("quarantine-");
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| is_one(&entry.file_name()))
        .map(|entry| entry.path())
        .collect();
    // The name holds the time.
    found.sort();
    found
}

fn move_if_there(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn now() -> String {
    let time =
        format_description!("[year][month][day]T[hour][minute][second].[subsecond digits:3]Z");
    let now = OffsetDateTime::now_utc();
    now.format(time)
        .unwrap_or_else(|_| now.unix_timestamp().to_string())
}
