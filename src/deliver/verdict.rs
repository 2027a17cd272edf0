//! What became of a batch that was offered to a sink.

use std::time::Duration;

use crate::foreign::Shown;

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
    /// These events were not taken; all others of the batch were.
    Partial {
        /// Never empty, in the order of the batch.
        refused: Vec<Refusal>,
    },
    /// The sink has the batch and has not decided yet: offer the same batch again, and it is not
    /// sent twice.
    Pending {
        /// What it is waiting for.
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

/// One event of a batch that was not taken with the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where it is in the batch.
    pub index: usize,
    /// What the sink said of it.
    pub why: String,
    /// Whether it may be taken later; else it was refused for what it is.
    pub is_retryable: bool,
}

impl Verdict {
    /// Its name, for counting.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Doubtful { .. } => "doubtful",
            Self::Partial { .. } => "partial",
            Self::Pending { .. } => "pending",
            Self::Retry { .. } => "retry",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Refused { .. } => "refused",
            Self::Rejected { .. } => "rejected",
            Self::TooLarge { .. } => "too_large",
            Self::NotIngested { .. } => "not_ingested",
        }
    }

    /// The verdict with its reasons fit to show.
    pub(super) fn shown(self) -> Self {
        let change = |why: String| Shown::of(why).into();
        match self {
            Self::Delivered => Self::Delivered,
            Self::Doubtful { why } => Self::Doubtful { why: change(why) },
            Self::Partial { refused } => Self::Partial {
                refused: refused
                    .into_iter()
                    .map(|refusal| Refusal {
                        why: change(refusal.why),
                        ..refusal
                    })
                    .collect(),
            },
            Self::Pending { why } => Self::Pending { why: change(why) },
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
