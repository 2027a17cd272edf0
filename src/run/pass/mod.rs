//! One pass over one account: an observation of all its users.

mod begin;
mod chunk;
mod deletions;
mod end;
mod fact_times;
mod one_pass;
mod report;
mod staging;
pub(super) mod verdicts;

pub use one_pass::Pass;
pub use report::{Deletions, PassReport, UnknownCounts, incomplete};

pub(super) use begin::confirmed;
pub(super) use chunk::Chunks;
pub(super) use report::count_unknown;
