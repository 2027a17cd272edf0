//! Accounts that wait for somebody to see to them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::audit::{Affected, Record, affected};
use crate::run::audit::RecordListener;

/// Accounts that wait, each once. Copies share them.
#[derive(Debug, Clone, Default)]
pub(in crate::run) struct Waiting(Arc<(Mutex<BTreeSet<String>>, Notify)>);

impl Waiting {
    /// Adds `account`.
    pub(super) fn add(&self, account: &str) {
        let (accounts, added) = &*self.0;
        let mut accounts = accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(account.to_owned());
        added.notify_one();
    }

    /// Takes those that wait.
    pub(in crate::run) fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until there may be any.
    pub(in crate::run) async fn added(&self) {
        self.0.1.notified().await;
    }
}

/// An account of which hints were kept waits to be read again.
impl RecordListener for Waiting {
    fn hints(&self, record: &Record) -> Vec<String> {
        affected(record).iter().map(Affected::to_text).collect()
    }

    fn kept(&self, account: &str) {
        self.add(account);
    }
}
