//! Where users come from: an AWS account, or saved files.
//!
//! Architecture invariant: nothing here knows OCSF, sinks or the store. A source sends each user
//! as soon as everything it will learn about that user is known.

mod convert;
mod from_file;
mod group_cache;
mod pages;
mod per_user;

use std::future::Future;

use tokio::sync::mpsc;

use crate::model::User;

pub use from_file::{FileError, FromFiles};
pub use per_user::PerUser;

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
    /// Why the enumeration is not complete; `None` when every page ended cleanly.
    pub failure: Option<E>,
}
