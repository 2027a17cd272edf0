//! Users are read again as soon as a record says that they changed: the record is a hint, what is read
//! is the truth, and the next pass over the account proves that nothing was missed.

mod hints;
mod joined;
mod kept;
mod message;
mod queue;
mod refresher;
mod sessions;
mod soon;
mod sorted;
mod staging;
#[cfg(test)]
mod tests;
mod verdict;

use std::convert::Infallible;

pub(super) use hints::Hints;
pub(super) use refresher::Refresher;
pub(super) use soon::Soon;

use crate::config::QueuePlace;
use crate::run::audit::RecordListener;
use crate::store::StoreError;

/// What makes the daemon read users again.
#[derive(Debug, Clone, Default)]
pub struct RefreshPlan {
    /// The queue that records come to; without one, they are only those of LookupEvents.
    pub queue: Option<QueuePlace>,
}

impl Refresher<'_> {
    /// Reads whom `hints` and the queue of `plan` are about, for ever. An error is the store's.
    pub(super) async fn run(
        &self,
        plan: &RefreshPlan,
        hints: &Hints,
    ) -> Result<Infallible, StoreError> {
        let queue = async {
            match &plan.queue {
                Some(place) => queue::follow(self, place).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            never = Box::pin(hints.heed(self)) => never,
            never = Box::pin(queue) => never,
        }
    }
}

impl Hints {
    /// What hears of records, and gives hints of them.
    pub(super) fn listener(&self) -> RecordListener {
        let hints = self.clone();
        std::sync::Arc::new(move |account, record| {
            hints.add(&account.id, crate::audit::affected(record));
        })
    }
}
