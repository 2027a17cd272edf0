//! AWS: the connection, the rate limits, and what an answer means.
//!
//! Architecture invariant: the only room that knows how AWS fails. Everything it answers is
//! classified once, in [`AwsError`]; every call goes through one gate per action.

mod action;
mod class;
mod client;
mod connect;
mod error;
mod identity;
mod limiter;
mod organization;
mod place;
mod probe;
mod remedy;
mod session;
mod throttle;
mod trial;
mod whole;

pub use action::Action;
pub use class::AwsErrorClass;
pub use client::{AwsClient, CallCounts};
pub use error::AwsError;
pub use identity::Identity;
pub use organization::{Listed, Listing, list_accounts};
pub use place::Place;
pub use session::check_access_key;
pub use throttle::LearntRates;
pub use trial::{Trial, Trials, try_listing};
