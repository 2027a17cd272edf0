//! Where credentials come from, and whose they are.

mod access_key;
mod chain;
mod held;
mod kept_sessions;
mod key_text;
mod role_sessions;
mod same_account;
mod source_error;

pub(in crate::aws) use access_key::AccessKey;
pub use access_key::check_access_key;
pub(in crate::aws) use chain::{
    Chain, PROFILES_LEN_MAX, check_profile_files, instance_region, profile_files,
};
pub(in crate::aws) use held::Held;
pub use kept_sessions::KeptSessions;
pub(in crate::aws) use key_text::key_text;
pub(in crate::aws) use role_sessions::RoleSessions;
pub(in crate::aws) use same_account::{Owner, SameAccount};
pub(in crate::aws) use source_error::SourceError;
