//! `[agent]`: the process itself.

use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;
use serde::Deserialize;

use super::{ConfigError, duration, path};
use crate::trust::{ExtraRoots, RootsError};

/// `[agent]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AgentSettings {
    /// Where checkpoints and the outbox live; the platform's state directory by default.
    #[serde(deserialize_with = "path::meant")]
    pub state_dir: Option<PathBuf>,
    /// A PEM file of authorities that are trusted besides the system's, for AWS and sinks.
    #[serde(deserialize_with = "path::meant")]
    pub ca_file: Option<PathBuf>,
    /// How long what happened to users and in passes is kept.
    #[serde(deserialize_with = "duration::positive")]
    pub keep_history: Duration,
}

impl Default for AgentSettings {
    fn default() -> Self {
        Self {
            state_dir: None,
            ca_file: None,
            keep_history: Duration::from_secs(90 * 24 * 60 * 60),
        }
    }
}

impl AgentSettings {
    /// Reads the authorities that are trusted besides the system's.
    pub fn roots(&self) -> Result<ExtraRoots, RootsError> {
        match &self.ca_file {
            Some(path) => ExtraRoots::read("agent.ca_file", path),
            None => Ok(ExtraRoots::default()),
        }
    }

    /// The configured state directory, or `rollcall` in the platform's (`$XDG_STATE_HOME`, else
    /// `~/.local/state`).
    pub fn resolved_state_dir(&self) -> Result<PathBuf, ConfigError> {
        if let Some(dir) = &self.state_dir {
            return Ok(dir.clone());
        }
        let strategy = etcetera::choose_base_strategy().map_err(|_| {
            let why = "has no default, since there is no home directory; set it, or HOME";
            ConfigError::of_file(Path::new("agent.state_dir"), why)
        })?;
        let base = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Ok(base.join(Path::new("rollcall")))
    }
}
