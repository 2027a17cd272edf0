//! What Sekoia's platform gives the container of an asset connector, and what it is told in return.
//!
//! Source: the public connector for AWS users and its SDK (SEKOIA-IO/automation-library, module AWS,
//! and sekoia-automation-sdk).

mod config;
mod error;
mod log_api;
mod platform;
mod ports;
mod settings;
mod values;
mod waiting_lines;

pub use config::{check_runtime, state_dir};
pub use error::PlatformError;
pub use log_api::SentLog;
pub use platform::{Platform, Secrets};
pub use ports::Ports;
pub use settings::{Connector, Module};
pub use values::Values;

/// Where the platform puts its files.
pub const DEFAULT_DIR: &str = "/symphony";
