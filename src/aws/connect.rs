//! From settings to the SDK's clients: credential chain, region, endpoint, timeouts, TLS.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use super::whole::WholeAnswers;
use crate::config::AwsSettings;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// How long AssumeRole may take in all, its retries and its gate included; the SDK's own five
/// seconds would cut them short.
const SESSION_TIMEOUT: Duration = Duration::from_secs(300);

/// Where the commercial partition's IAM is signed, whatever region anything runs in.
const FALLBACK_REGION: &str = "us-east-1";

/// The services of one set of credentials.
#[derive(Debug, Clone)]
pub(super) struct Services {
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) organizations: aws_sdk_organizations::Client,
    config: SdkConfig,
}

impl Services {
    fn of(config: SdkConfig) -> Self {
        let iam = aws_sdk_iam::config::Builder::from(&config).interceptor(WholeAnswers);
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(WholeAnswers);
        Self {
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            organizations: aws_sdk_organizations::Client::new(&config),
            config,
        }
    }

    /// The same services with other credentials, over the same connections. The SDK asks
    /// `credentials` again before what it got expires.
    pub(super) fn with_credentials(&self, credentials: SharedCredentialsProvider) -> Self {
        let cache = IdentityCache::lazy().load_timeout(SESSION_TIMEOUT).build();
        let config = self.config.clone().into_builder();
        let config = config
            .credentials_provider(credentials)
            .identity_cache(cache);
        Self::of(config.build())
    }
}

/// Clients by `settings`, and by the SDK's own variables and files for what they leave open;
/// with `credentials`, where there are, instead of those of the SDK's chain.
///
/// The SDK's retries are off: every call passes through the limits and counts of
/// [`super::AwsClient`].
pub(super) async fn services(
    settings: &AwsSettings,
    credentials: Option<&SharedCredentialsProvider>,
) -> Services {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled());
    if let Ok(name) = AppName::new("rollcall") {
        loader = loader.app_name(name);
    }
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(use_fips) = settings.use_fips {
        loader = loader.use_fips(use_fips);
    }
    if let Some(use_dual_stack) = settings.use_dual_stack {
        loader = loader.use_dual_stack(use_dual_stack);
    }
    if let Some(credentials) = credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    // The loader's own region chain is the one that asks through our HTTP client.
    let mut config = loader.load().await;
    if config.region().is_none() {
        let region = Region::from_static(FALLBACK_REGION);
        config = config.into_builder().region(region).build();
    }
    Services::of(config)
}
