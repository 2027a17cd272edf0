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
    /// How facts are read.
    pub strategy: Strategy,
    /// How MFA is read.
    pub mfa: MfaLookup,
    /// How access keys are read.
    pub access_keys: AccessKeyLookup,
    /// Calls per second and API action, at most; AWS's own limits count the same way.
    pub requests_per_second: NonZeroU32,
    /// Users that are read at the same time.
    pub max_in_flight: NonZeroUsize,
}

/// How facts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// In bulk; per user for each fact whose bulk call is denied or fails.
    Auto,
    /// In bulk; a fact whose bulk call is denied or fails is unknown.
    Bulk,
    /// Groups and MFA per user, with the permissions that Sekoia's guide hands out.
    PerUser,
}

/// How MFA is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MfaLookup {
    /// From virtual devices and the credential report; per user where those leave it open.
    Auto,
    /// Per user, for everybody: a call each, and nothing is older than the pass.
    Live,
}

/// How access keys are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccessKeyLookup {
    /// From the credential report, which tells everything but the ids.
    Report,
    /// Per user, with ids: a call for each user and for each key.
    Ids,
}

impl Default for AwsSettings {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        const EIGHT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);
        Self {
            region: None,
            endpoint_url: None,
            profile: None,
            strategy: Strategy::Auto,
            mfa: MfaLookup::Auto,
            access_keys: AccessKeyLookup::Report,
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
