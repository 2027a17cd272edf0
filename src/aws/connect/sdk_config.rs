//! From settings to the SDK's configuration: region, endpoint, timeouts, TLS, proxies.

use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
#[expect(deprecated, reason = "the SDK names the type in no other way")]
use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::aws::credentials::{check_profile_files, instance_region};
use crate::config::{AwsSettings, aws_variable, is_region};
use crate::proxy;
use crate::trust::ExtraRoots;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);

/// Where the commercial partition's IAM is signed, whatever region anything runs in.
const FALLBACK_REGION: &str = "us-east-1";

/// The SDK's configuration by `settings`, and by the SDK's own variables and files for what they
/// leave open; without credentials.
///
/// The SDK's retries are off: every call passes through the limits and counts of
/// [`crate::aws::AwsClient`]. So is its cache of credentials: they are held before calls begin.
pub(super) async fn sdk_config(settings: &AwsSettings) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(&settings.roots))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled())
        .identity_cache(IdentityCache::no_cache())
        .no_credentials();
    if let Ok(name) = AppName::new("rollcall") {
        loader = loader.app_name(name);
    }
    let profile = settings
        .profile
        .clone()
        .or_else(|| aws_variable("AWS_PROFILE"));
    let profile = profile.unwrap_or_else(|| "default".to_owned());
    loader = loader.region(region(settings, &profile).await);
    loader = loader.profile_name(profile).profile_files(profile_files());
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(use_fips) = settings.use_fips {
        loader = loader.use_fips(use_fips);
    }
    if let Some(use_dual_stack) = settings.use_dual_stack {
        loader = loader.use_dual_stack(use_dual_stack);
    }
    loader.load().await
}

/// The region: that of `settings`, of variables, of the profile, of the instance; else the one where
/// the commercial partition's IAM is.
async fn region(settings: &AwsSettings, profile: &str) -> Region {
    let of_variables = || {
        ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .into_iter()
            .find_map(aws_variable)
    };
    if let Some(name) = settings.region.clone().or_else(of_variables) {
        return Region::new(name);
    }
    let of_profile = ProfileFileRegionProvider::builder()
        .profile_name(profile)
        .profile_files(profile_files())
        .build();
    let of_profile = of_profile.region().await;
    if let Some(region) = of_profile.filter(|it| is_region(it.as_ref())) {
        return region;
    }
    match instance_region().await {
        Some(name) => Region::new(name),
        None => Region::from_static(FALLBACK_REGION),
    }
}

/// The files of profiles; none where one of them cannot be read, which the search for credentials
/// says, or has no end.
#[expect(deprecated, reason = "the SDK names the type in no other way")]
fn profile_files() -> ProfileFiles {
    match check_profile_files() {
        Ok(()) => ProfileFiles::default(),
        Err(_) => ProfileFiles::builder()
            .with_contents(ProfileFileKind::Config, "")
            .build(),
    }
}

/// A client that trusts `roots` too, and takes the proxies that the environment names.
fn http_client(roots: &ExtraRoots) -> SharedHttpClient {
    let mut store = TrustStore::default();
    for pem in roots.pems() {
        store = store.with_pem_certificate(pem);
    }
    let proxies = match proxy::is_off() {
        true => ProxyConfig::disabled(),
        false => ProxyConfig::from_env(),
    };
    // Only this way of building a client leaves the choice of proxies open.
    Builder::new().build_with_connector_fn(move |settings, components| {
        let tls = TlsContext::builder().with_trust_store(store.clone());
        let mut connector = Connector::builder();
        connector
            .set_connector_settings(settings.cloned())
            .set_sleep_impl(components.and_then(|it| it.sleep_impl()))
            .set_proxy_config(Some(proxies.clone()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.build().unwrap_or_default())
            .build()
    })
}

/// What signs in as the person of `profile`, with the SDK's own client of the sign-in.
#[cfg(feature = "sso")]
pub(in crate::aws) async fn sign_in_provider(
    profile: &str,
    settings: &AwsSettings,
) -> impl aws_credential_types::provider::ProvideCredentials {
    let config = aws_config::provider_config::ProviderConfig::without_region()
        .with_region(Some(region(settings, profile).await))
        .with_http_client(http_client(&settings.roots));
    aws_config::profile::ProfileFileCredentialsProvider::builder()
        .profile_name(profile)
        .configure(&config)
        .build()
}
