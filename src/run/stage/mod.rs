//! From what is known of users to what is kept and sent: one way for a pass, for deletions, and
//! for receivers that are brought up to date.

mod arns;
mod capacity;
mod catch_up;
mod changes;
mod counts;
mod decide;
mod deletion;
mod former;
mod known;
mod prepared;
mod send;
mod stager;
mod verdict;

pub(super) use arns::ArnIndex;
pub(super) use capacity::Capacity;
pub(super) use catch_up::CatchUp;
pub(super) use counts::SendCounts;
pub(super) use prepared::{ChunkCounts, Prepared};
pub(super) use send::Sender;
pub(super) use stager::Stager;
pub(super) use verdict::{AccountVerdicts, unknown_verdict};
