//! What Sekoia's platform gives the container of an asset connector, and what it is told in return.
//!
//! Source: the public connector for AWS users and its SDK (SEKOIA-IO/automation-library, module AWS,
//! and sekoia-automation-sdk).

mod config;
mod error;
mod platform;
mod settings;
mod values;

pub use config::{check_runtime, state_dir};
pub use error::PlatformError;
pub use platform::Platform;
pub use settings::{Connector, Module};
pub use values::Values;

/// Where the platform puts its files.
pub const DEFAULT_DIR: &str = "/symphony";
