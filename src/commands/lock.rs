//! The state directory for one command alone, and what to say when a daemon has it.

use std::path::Path;

use crate::control;
use crate::run::how_to_stop;
use crate::store::{Store, StoreError, on_store_thread};

/// A running daemon holds the state, which this command needs for itself.
#[derive(Debug, thiserror::Error)]
#[error(
    "a running rollcall holds the state directory {dir} and collects on its schedule: wait for its \
     next pass (rollcall status shows the last one), or stop it ({}), repeat the command, and \
     start it again",
    how_to_stop(*pid)
)]
pub(super) struct HeldByDaemon {
    dir: String,
    /// The daemon's process id, where that is known.
    pid: Option<u32>,
}

/// Opens the store for this process alone, off the async threads.
pub(super) async fn open_store(dir: &Path) -> anyhow::Result<Store> {
    let at = dir.to_owned();
    match on_store_thread(move || Store::open(&at)).await {
        Ok(store) => Ok(store),
        Err(error) => Err(explain_lock(error, dir).await),
    }
}

/// What to say of `error`, which kept a command from having the state in `dir` for itself.
pub(super) async fn explain_lock(error: StoreError, dir: &Path) -> anyhow::Error {
    let is_locked = matches!(error, StoreError::Locked(_));
    match control::find_daemon(dir).await {
        Some(daemon) if is_locked => HeldByDaemon {
            dir: dir.display().to_string(),
            pid: daemon.pid,
        }
        .into(),
        _ => error.into(),
    }
}
