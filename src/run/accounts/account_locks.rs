//! One at a time: a pass over an account, or its receivers being brought up to date.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};

use tokio::sync::{Mutex, OwnedMutexGuard};

/// Who is at work on which account. Copies share it.
#[derive(Debug, Clone, Default)]
pub(in crate::run) struct AccountLocks(Arc<SyncMutex<HashMap<String, Arc<Mutex<()>>>>>);

impl AccountLocks {
    /// Waits until nobody else is at work on `account`.
    pub(in crate::run) async fn enter(&self, account: &str) -> OwnedMutexGuard<()> {
        self.of(account).lock_owned().await
    }

    /// `None` if somebody else is at work on `account`.
    pub(in crate::run) fn try_enter(&self, account: &str) -> Option<OwnedMutexGuard<()>> {
        self.of(account).try_lock_owned().ok()
    }

    fn of(&self, account: &str) -> Arc<Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(locks.entry(account.to_owned()).or_default())
    }
}
