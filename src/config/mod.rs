//! The configuration file: TOML, every key known, secrets only by reference.
//!
//! Each concern has its own small settings; components take theirs, never the whole.

mod access_key;
mod accounts;
mod agent;
mod aws;
mod aws_environment;
mod base_url;
mod duration;
mod environment;
mod error;
mod load;
mod mapping;
mod name;
mod organization;
mod path;
mod role;
mod schedule;
mod secret;
mod sinks;
mod status;

pub use access_key::{AccessKeyId, AccessKeySettings};
pub use accounts::AccountSettings;
pub use agent::AgentSettings;
pub use aws::{AccessKeyLookup, AwsSettings, MfaLookup, Strategy};
pub use aws_environment::{aws_variable, check_aws_environment, is_key, is_region};
pub(crate) use base_url::check as check_base_url;
pub use environment::AssetConnectorOverrides;
pub use error::ConfigError;
pub use load::{Config, DEFAULT_FILE};
pub use mapping::{DeletedUsers, Emit, MappingSettings};
pub use organization::{OrganizationSettings, Selector};
pub use role::{Role, check_external_id};
pub use schedule::ScheduleSettings;
pub use secret::{SecretError, SecretRef, UnreadSecret};
pub use sinks::{
    Compression, HeaderText, HttpSettings, HttpShape, NdjsonFile, NdjsonTarget, OutboxLimits,
    Rotation, SekoiaAssetSettings, SekoiaIntakeSettings, SinkKind, SinkSettings, SplunkSettings,
};
pub use status::StatusSettings;
