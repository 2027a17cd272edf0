//! Where users come from: an AWS account, or saved files.
//!
//! Architecture invariant: nothing here knows OCSF, sinks or the store. A source sends each user
//! as soon as everything it will learn about that user is known.

mod account;
mod from_file;
mod report;
mod root;
mod timestamp;

use std::future::Future;

use tokio::sync::mpsc;

use crate::model::User;

pub use account::{AccountSource, AccountSummary, Prediction, account_summary, is_gone};
pub use from_file::{FileError, FromFiles};

/// A source of users: an AWS account or saved files.
pub trait InventorySource {
    /// Why an enumeration can end early.
    type Error;

    /// Sends every user to `users` and tells how the enumeration ended.
    ///
    /// Waits while the channel is full, so a slow reader slows the collection instead of
    /// filling memory. Dropping the future cancels the collection.
    fn collect(
        &self,
        users: mpsc::Sender<User>,
    ) -> impl Future<Output = Enumeration<Self::Error>> + Send;
}

/// How an enumeration ended.
#[derive(Debug)]
pub struct Enumeration<E> {
    /// Users sent.
    pub users: u64,
    /// Users that were deleted between being listed and being read.
    pub vanished: u64,
    /// Why the enumeration ended early; `None` when every page ended cleanly.
    pub failure: Option<E>,
    /// Whether the users sent are all there are.
    pub completeness: Completeness,
    /// Where facts came from, where a plan was chosen.
    pub served: Vec<Served>,
}

/// Whether an enumeration saw everybody, by an independent count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// Every page ended cleanly and AWS's own count equals that of the users seen.
    Proven,
    /// Nothing contradicts it, and nothing proves it; for this reason.
    Unproven(String),
    /// AWS counts others: the pass is not complete.
    Contradicted {
        /// Users by AWS's count.
        counted: u64,
        /// Users seen.
        seen: u64,
    },
    /// The enumeration ended early.
    EndedEarly,
}

/// Where a group of facts came from in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The facts.
    pub facts: &'static str,
    /// The calls that told them; "nothing" where none could.
    pub by: String,
    /// Which calls failed that would have told them, or more of them.
    pub why: Option<String>,
}
