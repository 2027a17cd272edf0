//! Sekoia's two endpoints: the asset connector and the event intake.

use std::time::Duration;

use secrecy::SecretString;
use uuid::Uuid;

use super::table::SinkTable;
use crate::config::{AssetConnectorOverrides, SecretRef, UnreadSecret, base_url};

/// Where a `sekoia-asset` sink posts, and how patient it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SekoiaAssetSettings {
    /// Base URL, without a slash at its end.
    pub url: String,
    /// The connector configuration's UUID, from the asset connector's page.
    pub connector_uuid: Uuid,
    /// The API key.
    pub api_key: SecretRef,
    /// How long a 429 without Retry-After waits.
    pub rate_limit_wait: Duration,
    /// How long before the first look at an ingestion task.
    pub task_poll_interval: Duration,
    /// How long one offer waits for an ingestion task; one that still runs is asked about later.
    pub task_poll_timeout: Duration,
}

/// Where a `sekoia-intake` sink posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SekoiaIntakeSettings {
    /// Base URL, without a slash at its end.
    pub url: String,
    /// The intake's key.
    pub intake_key: SecretRef,
}

impl SekoiaAssetSettings {
    /// Reads the API key, with its name.
    pub fn secret(&self) -> Result<(String, SecretString), UnreadSecret> {
        self.api_key.resolve_as("api_key")
    }
}

impl SekoiaIntakeSettings {
    /// Reads the intake key, with its name.
    pub fn secret(&self) -> Result<(String, SecretString), UnreadSecret> {
        self.intake_key.resolve_as("intake_key")
    }
}

const ASSET_URL: &str = "https://api.sekoia.io";
const INTAKE_URL: &str = "https://intake.sekoia.io";

/// The intake takes 10 MiB, of which its own clients leave a tenth free. Events travel as JSON
/// texts there, which at worst doubles them: every byte a quote.
const INTAKE_BATCH_BYTES_MAX: usize = 10 * 1024 * 1024 / 10 * 9 / 2;

impl SinkTable {
    pub(super) fn sekoia_asset(
        self,
        overrides: &AssetConnectorOverrides,
    ) -> Result<SekoiaAssetSettings, String> {
        let url = base(self.url, ASSET_URL)?;
        let seconds = Duration::from_secs;
        Ok(SekoiaAssetSettings {
            url: overrides.base_url.clone().unwrap_or(url),
            connector_uuid: self.connector_uuid.ok_or(
                "a sekoia-asset sink needs `connector_uuid`, the connector configuration's UUID",
            )?,
            api_key: self
                .api_key
                .ok_or("a sekoia-asset sink needs `api_key`, as \"env:NAME\" or \"file:PATH\"")?,
            rate_limit_wait: overrides.rate_limit_wait.unwrap_or(seconds(60)),
            task_poll_interval: overrides.task_poll_interval.unwrap_or(seconds(1)),
            task_poll_timeout: overrides.task_poll_timeout.unwrap_or(seconds(300)),
        })
    }

    pub(super) fn sekoia_intake(
        self,
        batch_bytes: Option<usize>,
    ) -> Result<SekoiaIntakeSettings, String> {
        if batch_bytes.is_some_and(|bytes| bytes > INTAKE_BATCH_BYTES_MAX) {
            return Err(format!(
                "`batch_bytes` above {INTAKE_BATCH_BYTES_MAX} could make a request larger than \
                 the intake takes"
            ));
        }
        Ok(SekoiaIntakeSettings {
            url: base(self.url, INTAKE_URL)?,
            intake_key: self.intake_key.ok_or(
                "a sekoia-intake sink needs `intake_key`, as \"env:NAME\" or \"file:PATH\"",
            )?,
        })
    }
}

fn base(url: Option<String>, default: &str) -> Result<String, String> {
    url.map_or(Ok(default.to_owned()), |url| {
        base_url::check(&url).map_err(|why| format!("`url` {why}"))
    })
}
