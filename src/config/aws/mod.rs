//! `[aws]`: how to reach AWS, and how fast.

pub(super) mod access_key;
pub(super) mod accounts;
pub(super) mod environment;
pub(super) mod organization;
pub(super) mod role;

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use self::accounts::Accounts;
use self::role::{Role, SESSION_NAME};
use crate::config::{AccessKeyId, OrganizationSettings, SecretRef, base_url};
use crate::model::Arn;
use crate::trust::ExtraRoots;

/// `[aws]`. What is not set here follows the SDK's own variables and files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AwsSettings {
    /// Region that selects the partition and its endpoints; `us-east-1` when nothing says.
    #[serde(deserialize_with = "region")]
    pub region: Option<String>,
    /// One endpoint for every AWS service, as `AWS_ENDPOINT_URL` has it.
    #[serde(deserialize_with = "endpoint_url")]
    pub endpoint_url: Option<String>,
    /// Named profile of the shared AWS configuration files.
    pub profile: Option<String>,
    /// The id of an access key to use instead of the SDK's chain.
    pub access_key_id: Option<AccessKeyId>,
    /// Its secret.
    pub secret_access_key: Option<SecretRef>,
    /// The token of its session, where it is one's.
    pub session_token: Option<SecretRef>,
    /// The role to assume before anything else; roles of accounts are assumed from it.
    #[serde(deserialize_with = "role::arn")]
    pub role_arn: Option<Arn>,
    /// The external id of that role's trust policy.
    #[serde(deserialize_with = "role::external_id")]
    pub external_id: Option<String>,
    /// What CloudTrail calls that session.
    #[serde(deserialize_with = "role::session_name")]
    pub session_name: Option<String>,
    /// How long that session lasts.
    #[serde(deserialize_with = "role::duration")]
    pub duration: Option<Duration>,
    /// FIPS endpoints; `None` follows AWS_USE_FIPS_ENDPOINT and the profile.
    pub use_fips: Option<bool>,
    /// Endpoints with IPv6; `None` follows AWS_USE_DUALSTACK_ENDPOINT and the profile.
    pub use_dual_stack: Option<bool>,
    /// Accounts that are read; none here and no organization: the one of the credentials.
    pub accounts: Accounts,
    /// Every account of an organization.
    pub organization: Option<OrganizationSettings>,
    /// How facts are read.
    pub strategy: Strategy,
    /// How MFA is read.
    pub mfa: MfaLookup,
    /// How access keys are read.
    pub access_keys: AccessKeyLookup,
    /// Calls per second and API action, at most; AWS's own limits count the same way.
    #[serde(deserialize_with = "requests_per_second")]
    pub requests_per_second: NonZeroU32,
    /// Sessions of roles per second, at most, for all accounts together.
    #[serde(deserialize_with = "assume_role_per_second")]
    pub assume_role_per_second: NonZeroU32,
    /// Users that are read at the same time.
    pub max_in_flight: NonZeroUsize,
    /// Accounts that are read at the same time.
    pub accounts_in_flight: NonZeroUsize,
    /// Authorities that are trusted besides the system's, once their files were read.
    #[serde(skip)]
    pub roots: ExtraRoots,
}

impl AwsSettings {
    /// The role to assume before anything else, if any.
    pub fn role(&self) -> Option<Role> {
        Some(Role {
            arn: self.role_arn.clone()?,
            external_id: self.external_id.clone(),
            session_name: self.session_name.as_deref().unwrap_or(SESSION_NAME).into(),
            duration: self.duration,
        })
    }
}

/// How facts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// In bulk; per user for each fact whose bulk call is denied or fails.
    Auto,
    /// In bulk; a fact whose bulk call is denied or fails is unknown.
    Bulk,
    /// Groups and MFA per user, with the permissions that Sekoia's guide hands out.
    PerUser,
}

impl Strategy {
    /// The spelling of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Bulk => "bulk",
            Self::PerUser => "per-user",
        }
    }
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
    /// From the credential report, which has everything but the ids.
    Report,
    /// Per user, with ids: a call for each user and for each key, and one for each user's SSH public
    /// keys.
    Ids,
}

impl Default for AwsSettings {
    fn default() -> Self {
        const TEN: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);
        const FIFTY: NonZeroU32 = NonZeroU32::MIN.saturating_add(49);
        const SIXTEEN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(15);
        const EIGHT: NonZeroUsize = NonZeroUsize::MIN.saturating_add(7);
        Self {
            region: None,
            endpoint_url: None,
            profile: None,
            access_key_id: None,
            secret_access_key: None,
            session_token: None,
            role_arn: None,
            external_id: None,
            session_name: None,
            duration: None,
            use_fips: None,
            use_dual_stack: None,
            accounts: Accounts::default(),
            organization: None,
            strategy: Strategy::Auto,
            mfa: MfaLookup::Auto,
            access_keys: AccessKeyLookup::Report,
            requests_per_second: TEN,
            assume_role_per_second: FIFTY,
            max_in_flight: EIGHT,
            accounts_in_flight: SIXTEEN,
            roots: ExtraRoots::default(),
        }
    }
}

/// More than AWS gives to any account: IAM lets a few dozen calls a second through.
const REQUESTS_PER_SECOND_MAX: u32 = 100_000;
/// More than AWS gives to any account: STS lets 600 a second through.
const ASSUME_ROLE_PER_SECOND_MAX: u32 = 10_000;

fn requests_per_second<'de, D: Deserializer<'de>>(from: D) -> Result<NonZeroU32, D::Error> {
    rate(from, "requests_per_second", REQUESTS_PER_SECOND_MAX)
}

fn assume_role_per_second<'de, D: Deserializer<'de>>(from: D) -> Result<NonZeroU32, D::Error> {
    rate(from, "assume_role_per_second", ASSUME_ROLE_PER_SECOND_MAX)
}

/// The rate that `key` sets, of at most `max`: a gate cannot tell shorter times apart.
fn rate<'de, D: Deserializer<'de>>(from: D, key: &str, max: u32) -> Result<NonZeroU32, D::Error> {
    let rate = NonZeroU32::deserialize(from)?;
    match rate.get() <= max {
        true => Ok(rate),
        false => Err(D::Error::custom(format!(
            "`{key}` is {rate}; it is at most {max}"
        ))),
    }
}

fn region<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match environment::is_region(&text) {
        true => Ok(Some(text)),
        false => Err(D::Error::custom(
            "`region` is no name of a region such as eu-west-3",
        )),
    }
}

fn endpoint_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match base_url::check(&text) {
        Ok(url) => Ok(Some(url)),
        Err(why) => Err(D::Error::custom(format!("`endpoint_url` {why}"))),
    }
}
