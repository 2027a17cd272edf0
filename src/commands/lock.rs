//! The state directory for one command alone, and what to say when a daemon has it.

use std::path::Path;

use anyhow::Context;

use crate::control;
use crate::store::{Store, StoreError};

/// A running daemon holds the state, which this command needs for itself.
#[derive(Debug, thiserror::Error)]
#[error(
    "a running rollcall holds the state directory {0} and collects on its schedule: wait for its \
     next pass (rollcall status shows the last one), or stop it and repeat the command"
)]
pub(super) struct HeldByDaemon(String);

/// Opens the store for this process alone, off the async threads.
pub(super) async fn open_store(dir: &Path) -> anyhow::Result<Store> {
    let at = dir.to_owned();
    let opened = tokio::task::spawn_blocking(move || Store::open(&at)).await;
    match opened.context("opening the state directory")? {
        Ok(store) => Ok(store),
        Err(error) => Err(explain_lock(error, dir).await),
    }
}

/// What to say of `error`, which kept a command from having the state in `dir` for itself.
pub(super) async fn explain_lock(error: StoreError, dir: &Path) -> anyhow::Error {
    let is_locked = matches!(error, StoreError::Locked(_));
    if is_locked && control::is_daemon_listening(dir).await {
        return HeldByDaemon(dir.display().to_string()).into();
    }
    error.into()
}
