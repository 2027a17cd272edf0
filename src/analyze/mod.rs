//! What the facts mean: is this user an administrator, and what proves it.
//!
//! Architecture invariant: pure. No I/O, no clock, no async.

pub mod account;
mod admin;
pub mod decision;
pub mod document;
mod escalation;
pub mod paths;
mod verdict;

pub use admin::{AdminProof, AdminRule, AdminVerdict};
pub use verdict::{
    Answer, Because, Change, Evidence, LimitReport, PathReport, Place, Privilege, Question,
    StatementReport, StepReport, Tier, Verdicts, answer, judge,
};
