//! What every sink does with a batch, and what it says of it.

use std::time::Duration;

use futures_util::future::BoxFuture;

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

    /// Asks without sending an event whether one would be taken, as far as that can be told.
    fn probe<'a>(&'a mut self) -> BoxFuture<'a, Verdict>;

    /// The most bytes of JSON that it takes of one event, where it has such a limit. Larger ones
    /// are never offered.
    fn event_bytes_max(&self) -> Option<usize> {
        None
    }
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is safe; it can leave the outbox.
    Delivered,
    /// It was accepted, and can leave the outbox; but not as an intake would say it.
    Doubtful {
        /// What is odd about the answer.
        why: String,
    },
    /// Not now: send it again, after this long where the sink said so.
    Retry {
        /// How long the sink asked to wait.
        after: Option<Duration>,
        /// Why, for a person.
        why: String,
    },
    /// The sink does not let us in: nothing can be sent until somebody acts.
    Unauthorized {
        /// What it said, and what to do.
        why: String,
    },
    /// The sink takes nothing, whatever it is: it is not where we look for it, or not open.
    Refused {
        /// What it said.
        why: String,
    },
    /// The sink will not take this batch, for something in it.
    Rejected {
        /// What it said.
        why: String,
    },
    /// The sink will not take this batch, for its size.
    TooLarge {
        /// What it said.
        why: String,
    },
    /// The sink took this batch and failed to process it. Perhaps for something in it.
    NotIngested {
        /// What it said.
        why: String,
    },
}

impl Verdict {
    /// The verdict with its reason as `change` has it.
    pub(super) fn map_why(self, change: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Delivered => Self::Delivered,
            Self::Doubtful { why } => Self::Doubtful { why: change(why) },
            Self::Retry { after, why } => Self::Retry {
                after,
                why: change(why),
            },
            Self::Unauthorized { why } => Self::Unauthorized { why: change(why) },
            Self::Refused { why } => Self::Refused { why: change(why) },
            Self::Rejected { why } => Self::Rejected { why: change(why) },
            Self::TooLarge { why } => Self::TooLarge { why: change(why) },
            Self::NotIngested { why } => Self::NotIngested { why: change(why) },
        }
    }
}
