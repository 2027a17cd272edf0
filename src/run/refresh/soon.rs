//! Accounts of which a pass is asked for before its time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Accounts of which a pass is asked for. Copies share them.
#[derive(Debug, Clone, Default)]
pub(in crate::run) struct Soon(Arc<(Mutex<BTreeSet<String>>, Notify)>);

impl Soon {
    /// Asks for a pass over `account`.
    pub(super) fn ask(&self, account: &str) {
        let (accounts, asked) = &*self.0;
        let mut accounts = accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(account.to_owned());
        asked.notify_one();
    }

    /// Takes what was asked for.
    pub(in crate::run) fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something may be asked for.
    pub(in crate::run) async fn asked(&self) {
        self.0.1.notified().await;
    }
}
