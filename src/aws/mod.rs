//! AWS: the connection, the rate limits, and what an answer means.
//!
//! Architecture invariant: the only room that knows how AWS fails. Everything it answers is
//! classified once, in [`AwsError`]; every call goes through one gate per action.

mod action;
mod call;
mod client;
mod connect;
mod credentials;
mod error;
mod identity;
mod json;
mod lookup_events;
mod organization;
mod paging;
mod permission_probe;
mod service_control;

pub use action::Action;
pub use call::{CallCounts, CallOutcomes, LearntRates};
pub use client::AwsClient;
pub use connect::Endpoint;
pub use credentials::{KeptSessions, check_access_key};
pub use error::{AwsError, AwsErrorClass};
pub use identity::Identity;
pub use json::JsonService;
pub use lookup_events::{Lookup, LookupBy, LookupEvent, LookupPage};
pub use organization::{AccountPages, Listed};
pub use paging::Paging;
pub use permission_probe::{PermissionProbe, Probed, probe_listing, probe_log, probe_queue};
pub use service_control::ServiceControl;
