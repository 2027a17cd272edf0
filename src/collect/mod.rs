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

use tokio::sync::{mpsc, oneshot};

use crate::model::{AccountPolicies, Fact, User};

pub use account::{
    AccountSource, AccountSummary, CallPlan, Confirmation, NewUsers, Prediction, Wanted,
    account_summary, confirm_gone, query_credentials, query_group, query_groups, query_user,
    query_user_named,
};
pub(crate) use from_file::saved_text;
pub use from_file::{FileError, FromFiles};

/// Where a source says what the account has of policies: once, after the last page that can tell, or as
/// soon as it is certain that it will not know.
pub type PolicySender = oneshot::Sender<Fact<AccountPolicies>>;

/// A source of users: an AWS account or saved files.
pub trait InventorySource {
    /// Why an enumeration can end early.
    type Error;

    /// Sends every user to `users`, the account's policies to `policies`, and returns how the
    /// enumeration ended.
    ///
    /// Waits while the channel is full, so a slow reader slows the collection instead of
    /// filling memory. Dropping the future cancels the collection.
    fn collect(
        &self,
        users: mpsc::Sender<User>,
        policies: PolicySender,
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
    pub provenance: Vec<FactsProvenance>,
}

impl<E> Enumeration<E> {
    /// Whether somebody is missing among the users sent. Nobody is where AWS counts fewer.
    pub fn lacks_users(&self) -> bool {
        let is_short = match self.completeness {
            Completeness::Contradicted { counted, seen } => counted > seen,
            Completeness::LeftOut { .. } | Completeness::EndedEarly => true,
            Completeness::Proven | Completeness::Unproven(_) => false,
        };
        is_short || self.failure.is_some()
    }
}

/// Whether an enumeration saw everybody, by an independent count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// Every page ended cleanly, and AWS's own count equals that of the different users seen.
    Proven,
    /// Nothing contradicts it, and nothing proves it; for this reason.
    Unproven(String),
    /// AWS counts others: the pass is not complete.
    Contradicted {
        /// Users by AWS's count.
        counted: u64,
        /// Different users seen.
        seen: u64,
    },
    /// Users are left out, since what AWS says of them makes no sense: the pass is not complete.
    LeftOut {
        /// So many.
        users: u64,
        /// What is wrong with the first of them.
        why: String,
    },
    /// The enumeration ended early.
    EndedEarly,
}

impl Completeness {
    /// Why users are known to be missing although the enumeration did not end early, if they are.
    pub fn missing(&self) -> Option<String> {
        match self {
            Self::Contradicted { counted, seen } => Some(format!(
                "{seen} users were listed, and AWS counts {counted}"
            )),
            Self::LeftOut { users: 1, why } => Some(format!("a user is left out: {why}")),
            Self::LeftOut { users, why } => {
                Some(format!("{users} users are left out, the first: {why}"))
            }
            Self::Proven | Self::Unproven(_) | Self::EndedEarly => None,
        }
    }
}

/// Where some facts came from in one pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsProvenance {
    /// The facts.
    pub facts: &'static str,
    /// The calls that had them; "nothing" where none could.
    pub by: String,
    /// Which calls failed that would have had them, or more of them.
    pub why: Option<String>,
}
