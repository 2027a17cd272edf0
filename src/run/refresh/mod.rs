//! Users are read again as soon as a record says that they changed: the record is a hint, what is read
//! is the truth, and the next pass over the account proves that nothing was missed. A hint is kept in
//! the store until what it is about was read.

mod heed;
mod joined;
mod kept;
mod message;
mod queue;
mod reading;
mod refresher;
mod sessions;
mod sorted;
mod staging;
#[cfg(test)]
mod tests;
mod verdict;
mod waiting;

use std::convert::Infallible;

pub(super) use refresher::Refresher;
pub(super) use waiting::Waiting;

use crate::config::QueuePlace;
use crate::store::StoreError;

/// What makes the daemon read users again.
#[derive(Debug, Clone, Default)]
pub struct RefreshPlan {
    /// The queue that records come to; without one, they are only those of LookupEvents.
    pub queue: Option<QueuePlace>,
}

impl Refresher<'_> {
    /// Reads whom kept hints are about, as accounts are `hinted` at, and keeps those of the queue of
    /// `plan`, for ever. An error is the store's.
    pub(super) async fn run(
        &self,
        plan: &RefreshPlan,
        hinted: &Waiting,
    ) -> Result<Infallible, StoreError> {
        let queue = async {
            match &plan.queue {
                Some(place) => queue::follow(self, place, hinted).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            never = Box::pin(self.heed(hinted)) => never,
            never = Box::pin(queue) => never,
        }
    }
}
