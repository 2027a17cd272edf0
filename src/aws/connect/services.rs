//! The SDK's clients of one set of credentials.

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::bounded_answer::BoundedAnswers;
use super::endpoint::{Destination, Endpoint};
use super::sdk_config::sdk_config;
use super::whole_answer::WholeAnswers;
use crate::aws::credentials::{Owner, RoleSessions, SameAccount};
use crate::aws::{Action, AwsClient};
use crate::config::AwsSettings;

/// How long AssumeRole may take in all, its retries and its gate included; the SDK's own five
/// seconds would cut them short.
const SESSION_TIMEOUT: Duration = Duration::from_secs(300);

/// The services of one set of credentials.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Services {
    pub(in crate::aws) iam: aws_sdk_iam::Client,
    pub(in crate::aws) sts: aws_sdk_sts::Client,
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

/// Services by `settings`, and by the SDK's own variables and files for what they leave open;
/// with `credentials`, where there are, instead of those of the SDK's chain.
pub(in crate::aws) async fn connect(
    settings: &AwsSettings,
    credentials: Option<&SharedCredentialsProvider>,
) -> Services {
    let config = sdk_config(settings, credentials).await;
    Services::new(config, Destinations::default())
}

impl Services {
    fn new(config: SdkConfig, destinations: Destinations) -> Self {
        let iam = aws_sdk_iam::config::Builder::from(&config)
            .interceptor(BoundedAnswers)
            .interceptor(WholeAnswers)
            .interceptor(destinations.iam.clone());
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .interceptor(BoundedAnswers)
            .interceptor(WholeAnswers)
            .interceptor(destinations.sts.clone());
        Self {
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            destinations,
            config,
        }
    }

    /// The Organizations operations. Only one account of all asks for them: they are made when
    /// they are needed.
    pub(in crate::aws) fn organizations(&self) -> aws_sdk_organizations::Client {
        let config = aws_sdk_organizations::config::Builder::from(&self.config)
            .interceptor(BoundedAnswers)
            .interceptor(self.destinations.organizations.clone());
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    /// Where calls of `action` go.
    pub(in crate::aws) fn endpoint(&self, action: Action) -> Endpoint {
        let destination = match action.as_str().split_once(':') {
            Some(("sts", _)) => &self.destinations.sts,
            Some(("organizations", _)) => &self.destinations.organizations,
            _ => &self.destinations.iam,
        };
        destination.endpoint(self.config.region().map(Region::as_ref))
    }

    /// The same services. `asker` asks whose the credentials are whenever there are others than
    /// those that the account of `owner` was seen to have.
    pub(in crate::aws) fn asked_for_their_owner(
        &self,
        asker: AwsClient,
        owner: &Arc<Owner>,
    ) -> Self {
        let Some(source) = self.config.credentials_provider() else {
            return self.clone();
        };
        let credentials = SameAccount::new(source, Arc::clone(owner), asker);
        let config = self.config.clone().into_builder();
        let config = config.credentials_provider(SharedCredentialsProvider::new(credentials));
        Self::new(config.build(), self.destinations.clone())
    }

    /// The same services with sessions of a role, over the same connections. The SDK asks for
    /// the next session before one expires.
    pub(in crate::aws) fn as_role(&self, sessions: RoleSessions, owner: &Arc<Owner>) -> Self {
        let asker = sessions.parent.clone();
        let source = SharedCredentialsProvider::new(sessions);
        let credentials = SameAccount::new(source, Arc::clone(owner), asker);
        let cache = IdentityCache::lazy().load_timeout(SESSION_TIMEOUT).build();
        let config = self.config.clone().into_builder();
        let config = config
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(cache);
        Self::new(config.build(), self.destinations.clone())
    }

    /// STS with these credentials, over the same connections.
    pub(in crate::aws) fn sts_with(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .interceptor(BoundedAnswers)
            .interceptor(WholeAnswers)
            .interceptor(self.destinations.sts.clone())
            .credentials_provider(credentials);
        aws_sdk_sts::Client::from_conf(config.build())
    }
}
