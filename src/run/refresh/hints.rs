//! Hints of records that were taken already: who is to be read again, each once.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::refresher::{RefreshError, Refreshed, Refresher};
use crate::audit::Affected;
use crate::foreign::Shown;
use crate::store::StoreError;

/// So many hints of an account are one for everybody.
const HINTS_MAX: usize = 1_000;
/// An account that a pass is at work on is tried again after so long.
const BUSY_WAIT: Duration = Duration::from_secs(2);

/// Hints by account.
type ByAccount = BTreeMap<String, BTreeSet<Affected>>;

/// Hints that wait. Copies share them.
#[derive(Debug, Clone, Default)]
pub(in crate::run) struct Hints(Arc<(Mutex<ByAccount>, Notify)>);

impl Hints {
    /// Adds that something of `account` is `affected`.
    pub(super) fn add(&self, account: &str, affected: Vec<Affected>) {
        if affected.is_empty() {
            return;
        }
        let mut waiting = self.waiting();
        let of_account = waiting.entry(account.to_owned()).or_default();
        of_account.extend(affected);
        if of_account.len() > HINTS_MAX {
            *of_account = BTreeSet::from([Affected::Everybody]);
        }
        self.0.1.notify_one();
    }

    /// Reads whom hints are about, for ever. Where that fails it is left to the next pass.
    pub(super) async fn heed(&self, refresher: &Refresher<'_>) -> Result<Infallible, StoreError> {
        let mut is_any_busy = false;
        loop {
            tokio::select! {
                () = self.0.1.notified() => {}
                () = sleep(BUSY_WAIT), if is_any_busy => {}
            }
            is_any_busy = false;
            let taken = std::mem::take(&mut *self.waiting());
            let refreshed = taken.iter().map(async |(account, hints)| {
                (account, hints, refresher.refresh(account, hints).await)
            });
            for (account, hints, refreshed) in join_all(refreshed).await {
                match refreshed {
                    Ok(Refreshed::Durable) => {}
                    Ok(Refreshed::Busy) => {
                        is_any_busy = true;
                        let mut waiting = self.waiting();
                        let of_account = waiting.entry(account.clone()).or_default();
                        of_account.extend(hints.iter().cloned());
                    }
                    Err(RefreshError::Store(error)) => return Err(error),
                    Err(error) => {
                        let error = Shown::of(&error);
                        tracing::warn!(
                            account, %error,
                            "users who changed are not read again: the next pass reads them"
                        );
                    }
                }
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, ByAccount> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_counts_once_and_too_many_are_one_for_everybody() {
        let hints = Hints::default();
        let deleted = |name: &str| Affected::Deleted(name.to_owned());
        hints.add("1", vec![deleted("a"), deleted("a")]);
        hints.add("1", Vec::new());
        assert_eq!(hints.waiting()["1"], BTreeSet::from([deleted("a")]));
        let many = (0..HINTS_MAX).map(|at| deleted(&at.to_string()));
        hints.add("1", many.collect());
        let everybody = BTreeSet::from([Affected::Everybody]);
        assert_eq!(hints.waiting()["1"], everybody);
    }
}
