//! `[aws]`: how to reach AWS, and how fast.

use std::num::{NonZeroU32, NonZeroUsize};

use serde::Deserialize;

/// `[aws]`. What is not set here follows the SDK's own variables and files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AwsSettings {
    /// Region that selects the partition and its endpoints; `us-east-1` when nothing says.
    pub region: Option<String>,
    /// One endpoint for every AWS service, as `AWS_ENDPOINT_URL` has it.
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
