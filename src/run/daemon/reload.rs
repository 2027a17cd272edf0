//! SIGHUP: the configuration is read again, checked whole, and put in place of the old one between
//! two rounds; or it is refused, and the old one stays.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::signal::unix::Signal;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

use super::{Work, service_manager};
use crate::metrics::Metrics;

/// Reads and checks the configuration; an error is why it is refused, in words.
pub type Load = Arc<dyn Fn() -> Result<Work, String> + Send + Sync>;

/// The reloads of a daemon, counted among its metrics.
#[derive(Debug, Clone)]
pub struct Reloads(Metrics);

/// A configuration that was taken, until it is put in place. Copies share it.
#[derive(Clone, Default)]
pub(super) struct Pending(Arc<(Mutex<Option<Work>>, Notify)>);

impl Reloads {
    /// They are counted in `metrics`.
    pub fn new(metrics: &Metrics) -> Self {
        Self(metrics.clone())
    }

    /// Loads by `load` whenever `hangup` comes, for ever, and leaves what is taken in `pending`.
    pub(super) async fn listen(self, mut hangup: Signal, load: Load, pending: Pending) {
        while hangup.recv().await.is_some() {
            service_manager::reloading();
            let load = Arc::clone(&load);
            let loaded = spawn_blocking(move || load()).await;
            match loaded.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(work) => {
                    self.0.schedule().reloaded(Ok(()));
                    tracing::info!(
                        signal = "SIGHUP",
                        "the configuration was read again: it takes effect after the pass"
                    );
                    service_manager::ready();
                    pending.put(work);
                }
                Err(why) => {
                    self.0.schedule().reloaded(Err(&why));
                    tracing::error!(
                        signal = "SIGHUP",
                        %why,
                        "the new configuration is refused, and the old one stays"
                    );
                    service_manager::ready();
                }
            }
        }
    }
}

impl Pending {
    /// Leaves `work` to be taken; an earlier one that was not is dropped.
    fn put(&self, work: Work) {
        let (place, put) = &*self.0;
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        put.notify_one();
    }

    /// Takes what is there.
    pub(super) fn take(&self) -> Option<Work> {
        let (place, _) = &*self.0;
        place.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Waits until something may be there.
    pub(super) async fn arrived(&self) {
        self.0.1.notified().await;
    }
}
