//! The `ASSET_CONNECTOR_*` variables that operators of Sekoia's own connectors know.

use std::path::Path;
use std::time::Duration;

use super::{ConfigError, base_url, name};

const BASE_URL: &str = "ASSET_CONNECTOR_PRODUCTION_BASE_URL";

/// Overrides from the environment; they win over the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetConnectorOverrides {
    /// `ASSET_CONNECTOR_BATCH_SIZE`: events per post.
    pub batch_size: Option<usize>,
    /// `ASSET_CONNECTOR_FREQUENCY`: seconds between passes.
    pub frequency: Option<Duration>,
    /// `ASSET_CONNECTOR_PRODUCTION_BASE_URL`.
    pub base_url: Option<String>,
    /// `ASSET_CONNECTOR_RATE_LIMIT_WAIT`: seconds to wait after a 429 without Retry-After.
    pub rate_limit_wait: Option<Duration>,
    /// `ASSET_CONNECTOR_TASK_POLL_INTERVAL`: seconds before the first look at a task.
    pub task_poll_interval: Option<Duration>,
    /// `ASSET_CONNECTOR_TASK_POLL_TIMEOUT`: seconds until a task counts as slow.
    pub task_poll_timeout: Option<Duration>,
}

impl AssetConnectorOverrides {
    /// Reads the variables through `get`; an empty one counts as not set.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let text = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        let number = |name: &str| {
            text(name)
                .map(|value| match value.trim().parse::<u32>() {
                    Ok(number) if number > 0 => Ok(number),
                    _ => Err(ConfigError::of_file(
                        Path::new(name),
                        format!(
                            "{} is not a whole number above 0; correct or unset it",
                            name::quoted(&value)
                        ),
                    )),
                })
                .transpose()
        };
        let seconds = |name: &str| {
            Ok::<_, ConfigError>(number(name)?.map(|seconds| Duration::from_secs(seconds.into())))
        };
        let batch_size = number("ASSET_CONNECTOR_BATCH_SIZE")?;
        let base_url = text(BASE_URL).map(|url| {
            base_url::check(url.trim())
                .map_err(|why| ConfigError::of_file(Path::new(BASE_URL), why))
        });
        Ok(Self {
            batch_size: batch_size.and_then(|size| usize::try_from(size).ok()),
            frequency: seconds("ASSET_CONNECTOR_FREQUENCY")?,
            base_url: base_url.transpose()?,
            rate_limit_wait: seconds("ASSET_CONNECTOR_RATE_LIMIT_WAIT")?,
            task_poll_interval: seconds("ASSET_CONNECTOR_TASK_POLL_INTERVAL")?,
            task_poll_timeout: seconds("ASSET_CONNECTOR_TASK_POLL_TIMEOUT")?,
        })
    }
}
