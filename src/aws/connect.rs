//! From settings to the SDK's clients: credential chain, region, endpoint, timeouts, TLS.

use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::config::AwsSettings;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// The services of one set of credentials.
#[derive(Debug, Clone)]
pub(super) struct Services {
    pub(super) iam: aws_sdk_iam::Client,
    pub(super) sts: aws_sdk_sts::Client,
}

/// Clients by `settings`, and by the SDK's own variables and files for what they leave open.
///
/// The SDK's retries are off: every call passes through the limits and counts of
/// [`super::AwsClient`].
pub(super) async fn services(settings: &AwsSettings) -> Services {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let configured = settings.region.clone().map(aws_config::Region::new);
    let region = RegionProviderChain::first_try(configured)
        .or_default_provider()
        .or_else("us-east-1");
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(region)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled());
    if let Ok(name) = AppName::new("rollcall") {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let config = loader.load().await;
    Services {
        iam: aws_sdk_iam::Client::new(&config),
        sts: aws_sdk_sts::Client::new(&config),
    }
}
