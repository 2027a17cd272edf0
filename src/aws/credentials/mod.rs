//! Where credentials come from, besides the SDK's chain, and whose they are.

mod access_key;
mod kept_sessions;
mod role_sessions;
mod same_account;

pub(in crate::aws) use access_key::AccessKey;
pub use access_key::check_access_key;
pub use kept_sessions::KeptSessions;
pub(in crate::aws) use role_sessions::RoleSessions;
pub(in crate::aws) use same_account::{Owner, SameAccount};
