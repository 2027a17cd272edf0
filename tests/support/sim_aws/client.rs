//! Clients of the simulated AWS: the SDK's, and the product's.

use std::num::NonZeroU32;

use aws_credential_types::Credentials;
use aws_sdk_iam::config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_smithy_http_client::Builder;
use rollcall::aws::AwsClient;
use rollcall::config::AwsSettings;

use super::SimAws;

impl SimAws {
    /// The SDK's client for IAM, which does not retry.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        self.iam_as(any_credentials())
    }

    pub(crate) fn iam_as(&self, credentials: Credentials) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(Builder::new().build_http())
            .endpoint_url(self.url())
            .region(Region::new("us-east-1"))
            .retry_config(RetryConfig::disabled())
            .credentials_provider(credentials)
            .build();
        aws_sdk_iam::Client::from_conf(config)
    }

    pub(crate) fn sts_as(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(Builder::new().build_http())
            .endpoint_url(self.url())
            .region(Region::new("us-east-1"))
            .retry_config(RetryConfig::disabled())
            .credentials_provider(credentials)
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }

    /// The product's settings, with no other limit than the server's.
    pub(crate) fn settings(&self) -> AwsSettings {
        AwsSettings {
            region: Some("us-east-1".to_owned()),
            endpoint_url: Some(self.url()),
            requests_per_second: NonZeroU32::MIN.saturating_add(100_000),
            ..AwsSettings::default()
        }
    }

    /// The product's client.
    pub(crate) async fn client(&self) -> AwsClient {
        AwsClient::connect_as(&self.settings(), any_credentials()).await
    }
}

/// Credentials of the first account.
pub(crate) fn any_credentials() -> Credentials {
    Credentials::new("AKIASIMULATED", "secret", None, None, "tests")
}
