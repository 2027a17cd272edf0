//! One pass over one account: an observation of all its users.

mod begin;
mod chunk;
mod deletions;
mod end;
mod fact_times;
mod one_pass;
mod report;

pub use one_pass::Pass;
pub use report::{Deletions, PassReport, UnknownCounts, incomplete};

pub(super) use chunk::next as next_chunk;
pub(super) use report::count_unknown;
