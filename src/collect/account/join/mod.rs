//! One user from everything that is known about it: both listings, the report, MFA devices.

mod entry;
mod listings;
mod mfa;
mod user;

pub(in crate::collect) use entry::{Entry, NoDetails, NotListed};
pub(in crate::collect) use listings::ListingJoin;
pub(in crate::collect) use user::{Joined, Joiner};
