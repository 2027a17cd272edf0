//! From settings to the SDK's configuration: region, endpoint, timeouts, TLS, proxies.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::config::AwsSettings;
use crate::trust::ExtraRoots;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the commercial partition's IAM is signed, whatever region anything runs in.
const FALLBACK_REGION: &str = "us-east-1";

/// The SDK's configuration by `settings`, and by the SDK's own variables and files for what they
/// leave open; with `credentials`, where there are, instead of those of the SDK's chain.
///
/// The SDK's retries are off: every call passes through the limits and counts of
/// [`crate::aws::AwsClient`].
pub(super) async fn sdk_config(
    settings: &AwsSettings,
    credentials: Option<&SharedCredentialsProvider>,
) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(&settings.roots))
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
    config
}

/// A client that trusts `roots` too, and takes the proxies that the environment names.
fn http_client(roots: &ExtraRoots) -> SharedHttpClient {
    let mut store = TrustStore::default();
    for pem in roots.pems() {
        store = store.with_pem_certificate(pem);
    }
    // Only this way of building a client leaves the choice of proxies open.
    Builder::new().build_with_connector_fn(move |settings, components| {
        let tls = TlsContext::builder().with_trust_store(store.clone());
        let mut connector = Connector::builder();
        connector
            .set_connector_settings(settings.cloned())
            .set_sleep_impl(components.and_then(|it| it.sleep_impl()))
            .set_proxy_config(Some(ProxyConfig::from_env()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.build().unwrap_or_default())
            .build()
    })
}
