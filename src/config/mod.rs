//! The configuration file: TOML, every key known, secrets only by reference.
//!
//! Each concern has its own small settings; components take theirs, never the whole.

mod agent;
mod audit;
mod aws;
mod base_url;
mod duration;
mod environment;
mod error;
mod lifecycle;
mod load;
mod log;
mod mapping;
mod name;
mod path;
mod place;
mod queue_place;
mod schedule;
mod secret;
mod sinks;
mod status;

pub use agent::AgentSettings;
pub use audit::AuditSettings;
pub use aws::access_key::{AccessKeyId, AccessKeySettings};
pub use aws::accounts::AccountSettings;
pub use aws::environment::{aws_variable, check_aws_environment, is_key, is_region};
pub use aws::organization::{OrganizationSettings, Selector};
pub use aws::role::{Role, check_external_id};
pub use aws::{AccessKeyLookup, AwsSettings, MfaLookup, Strategy};
pub(crate) use base_url::check as check_base_url;
pub use environment::AssetConnectorOverrides;
pub use error::ConfigError;
pub use lifecycle::{DesiredPlace, LifecycleSettings, Removals};
pub use load::{Config, DEFAULT_FILE};
pub use log::{LogLevel, LogSettings};
pub use mapping::{DeletedUsers, Emit, MappingSettings};
pub use queue_place::QueuePlace;
pub use schedule::ScheduleSettings;
pub use secret::{SecretError, SecretRef, UnreadSecret};
pub use sinks::{
    Compression, HeaderText, HttpSettings, HttpShape, NdjsonFile, NdjsonTarget, OutboxLimits,
    Rotation, SekoiaAssetSettings, SekoiaIntakeSettings, SinkKind, SinkSettings, SplunkSettings,
};
pub use status::StatusSettings;
