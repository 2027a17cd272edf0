//! What every sink does with a batch.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Verdict;
use crate::model::EventId;

/// One event on its way out.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// The event's id.
    pub id: EventId,
    /// The event: one JSON object without a line end.
    pub json: &'a [u8],
}

/// A place that events go to.
pub trait Sink: Send + Sync {
    /// Sends `batch` and waits until it is safe there, or known not to be. Never empty.
    fn deliver<'a>(&'a mut self, batch: &'a [Outgoing<'a>]) -> BoxFuture<'a, Verdict>;

    /// Asks without sending an event whether one would be taken, as far as that can be found out.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict>;

    /// Reads its secrets again. Whether one of them is another than before; what cannot be read
    /// stays as it was.
    fn renew<'a>(&'a mut self) -> BoxFuture<'a, Result<bool, String>> {
        async { Ok(false) }.boxed()
    }

    /// The most bytes of JSON that it takes of one event, where it has such a limit. Larger ones
    /// are never offered.
    fn event_bytes_max(&self) -> Option<usize> {
        None
    }
}
