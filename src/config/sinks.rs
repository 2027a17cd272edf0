//! `[[sinks]]`: where events go.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use super::{AssetConnectorOverrides, SecretRef, base_url, path};
use crate::map::Dialect;

/// One sink, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkSettings {
    /// Names the sink in the store and in messages; a new name is a new sink, to which every
    /// user is sent.
    pub name: String,
    /// The shape of its events.
    pub dialect: Dialect,
    /// Events per batch.
    pub batch_size: usize,
    /// What kind of sink, and where.
    pub kind: SinkKind,
}

/// The kinds of sinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SinkKind {
    /// Sekoia's asset-connector endpoint.
    SekoiaAsset(SekoiaAssetSettings),
    /// One event a line.
    Ndjson(NdjsonTarget),
}

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
    /// How long until an ingestion task counts as failed.
    pub task_poll_timeout: Duration,
}

/// Where NDJSON goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NdjsonTarget {
    /// Standard output.
    Stdout,
    /// Appended to this file.
    File(PathBuf),
}

/// `[[sinks]]` as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SinkTable {
    name: Option<String>,
    r#type: SinkType,
    dialect: Option<Dialect>,
    batch_size: Option<NonZeroUsize>,
    url: Option<String>,
    connector_uuid: Option<Uuid>,
    api_key: Option<SecretRef>,
    #[serde(default, deserialize_with = "path::meant")]
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SinkType {
    SekoiaAsset,
    Ndjson,
}

impl SinkType {
    fn as_str(self) -> &'static str {
        match self {
            Self::SekoiaAsset => "sekoia-asset",
            Self::Ndjson => "ndjson",
        }
    }
}

impl SinkSettings {
    /// The sink of a configuration without one: strict events on standard output.
    pub fn stdout() -> Self {
        Self {
            name: "stdout".to_owned(),
            dialect: Dialect::Ocsf,
            batch_size: DEFAULT_BATCH_SIZE,
            kind: SinkKind::Ndjson(NdjsonTarget::Stdout),
        }
    }
}

/// Sekoia's own default, and a good size elsewhere.
const DEFAULT_BATCH_SIZE: usize = 100;
const DEFAULT_URL: &str = "https://api.sekoia.io";

impl SinkTable {
    /// Checks what the type needs and what it has no use for; the error names the key.
    pub(super) fn check(self, overrides: &AssetConnectorOverrides) -> Result<SinkSettings, String> {
        let r#type = self.r#type;
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| r#type.as_str().to_owned());
        let well_named = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || !name.chars().all(well_named) {
            return Err(format!(
                "sink name {name:?} has other characters than letters, digits, `-`, `_` and `.`"
            ));
        }
        let dialect = self.dialect.unwrap_or(match r#type {
            SinkType::SekoiaAsset => Dialect::Sekoia,
            SinkType::Ndjson => Dialect::Ocsf,
        });
        let batch_size = self
            .batch_size
            .map_or(DEFAULT_BATCH_SIZE, NonZeroUsize::get);
        let (batch_size, kind) = match r#type {
            SinkType::SekoiaAsset => {
                refuse(r#type, "path", self.path.is_some())?;
                let batch_size = overrides.batch_size.unwrap_or(batch_size);
                (
                    batch_size,
                    SinkKind::SekoiaAsset(self.sekoia_asset(overrides)?),
                )
            }
            SinkType::Ndjson => {
                refuse(r#type, "url", self.url.is_some())?;
                refuse(r#type, "connector_uuid", self.connector_uuid.is_some())?;
                refuse(r#type, "api_key", self.api_key.is_some())?;
                let path = self.path.filter(|path| path.as_os_str() != "-");
                let target = path.map_or(NdjsonTarget::Stdout, NdjsonTarget::File);
                (batch_size, SinkKind::Ndjson(target))
            }
        };
        Ok(SinkSettings {
            name,
            dialect,
            batch_size,
            kind,
        })
    }

    fn sekoia_asset(
        self,
        overrides: &AssetConnectorOverrides,
    ) -> Result<SekoiaAssetSettings, String> {
        let url = self.url.map_or(Ok(DEFAULT_URL.to_owned()), |url| {
            base_url::check(&url).map_err(|why| format!("`url` {why}"))
        })?;
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
}

fn refuse(r#type: SinkType, key: &str, present: bool) -> Result<(), String> {
    if present {
        return Err(format!(
            "`{key}` has no meaning for a sink of type {}",
            r#type.as_str()
        ));
    }
    Ok(())
}
