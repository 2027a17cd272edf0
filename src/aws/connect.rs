//! From settings to the SDK's clients: credential chain, region, endpoint, timeouts, TLS.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::place::Destination;
use super::whole::WholeAnswers;
use super::{Action, Place};
use crate::config::AwsSettings;
use crate::trust::ExtraRoots;

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
    destinations: Destinations,
    config: SdkConfig,
}

/// Where the calls of each service go.
#[derive(Debug, Clone, Default)]
struct Destinations {
    iam: Destination,
    sts: Destination,
    organizations: Destination,
}

impl Services {
    fn of(config: SdkConfig) -> Self {
        let destinations = Destinations::default();
        let iam = aws_sdk_iam::config::Builder::from(&config)
            .interceptor(WholeAnswers)
            .interceptor(destinations.iam.clone());
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .interceptor(WholeAnswers)
            .interceptor(destinations.sts.clone());
        let organizations = aws_sdk_organizations::config::Builder::from(&config)
            .interceptor(destinations.organizations.clone());
        Self {
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            organizations: aws_sdk_organizations::Client::from_conf(organizations.build()),
            destinations,
            config,
        }
    }

    /// Where calls of `action` go.
    pub(super) fn place(&self, action: Action) -> Place {
        let destination = match action.as_str().split_once(':') {
            Some(("sts", _)) => &self.destinations.sts,
            Some(("organizations", _)) => &self.destinations.organizations,
            _ => &self.destinations.iam,
        };
        destination.place(self.config.region().map(Region::as_ref))
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
    Services::of(config)
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
