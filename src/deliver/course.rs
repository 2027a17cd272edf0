//! What a forwarder remembers from one batch to the next.

use super::backoff::Backoff;
use super::ceiling::ByteCeiling;
use super::narrowing::Narrowing;
use super::tally::Tally;

/// How a sink's delivery has gone so far.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) backoff: Backoff,
    pub(super) narrowing: Narrowing,
    pub(super) ceiling: ByteCeiling,
    pub(super) tally: Tally,
}

impl Course {
    pub(super) fn new() -> Self {
        Self {
            backoff: Backoff::new(),
            narrowing: Narrowing::default(),
            ceiling: ByteCeiling::default(),
            tally: Tally::default(),
        }
    }
}
