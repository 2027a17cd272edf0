//! `[aws]`: how to reach AWS, and how fast.

use std::num::{NonZeroU32, NonZeroUsize};

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::base_url;

/// `[aws]`. What is not set here follows the SDK's own variables and files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AwsSettings {
    /// Region that selects the partition and its endpoints; `us-east-1` when nothing says.
    pub region: Option<String>,
    /// One endpoint for every AWS service, as `AWS_ENDPOINT_URL` has it.
    #[serde(deserialize_with = "endpoint_url")]
    pub endpoint_url: Option<String>,
    /// Named profile of the shared AWS configuration files.
    pub profile: Option<String>,
    /// Calls per second and API action; AWS's own limits count the same way.
    pub requests_per_second: NonZeroU32,
    /// Users that are read at the same time.
    pub max_in_flight: NonZeroUsize,
}

impl Default for AwsSettings {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        const EIGHT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);
        Self {
            region: None,
            endpoint_url: None,
            profile: None,
            requests_per_second: TEN,
            max_in_flight: EIGHT,
        }
    }
}

fn endpoint_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match base_url::check(&text) {
        Ok(url) => Ok(Some(url)),
        Err(why) => Err(D::Error::custom(format!("`endpoint_url` {why}"))),
    }
}
