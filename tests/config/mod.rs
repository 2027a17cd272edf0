//! The configuration as operators write it, and the errors when it is wrong.

mod errors;
mod example;
mod overrides;
mod secrets;
mod slips;

use std::path::Path;

use rollcall::config::{AssetConnectorOverrides, Config, ConfigError};

/// Parses `text` as `rollcall.toml`, with nothing from the environment.
fn parse(text: &str) -> Result<Config, ConfigError> {
    let overrides = AssetConnectorOverrides::default();
    Config::parse(Path::new("rollcall.toml"), text, &overrides)
}

/// A sekoia-asset sink, and what a test adds to it.
fn sekoia(more: &str) -> String {
    format!(
        "[[sinks]]\n\
         type = \"sekoia-asset\"\n\
         connector_uuid = \"5b0a5d2c-8f6e-4c1c-9d57-2f1d1d1f6a01\"\n\
         api_key = \"env:KEY\"\n{more}"
    )
}
