//! The SDK's clients of one set of credentials.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime::client::orchestrator::operation::OperationBuilder;

use super::bounded_answer::BoundedAnswers;
use super::endpoint::{Destination, Endpoint};
use super::of_profile::OfProfile;
use super::sdk_config::sdk_config;
use super::whole_answer::WholeAnswers;
use crate::aws::credentials::{Held, Owner, SameAccount, SourceError};
use crate::aws::{Action, AwsClient};
use crate::config::{AwsSettings, aws_variable};

/// The services of one set of credentials.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Services {
    pub(in crate::aws) iam: aws_sdk_iam::Client,
    pub(in crate::aws) sts: aws_sdk_sts::Client,
    destinations: Destinations,
    config: SdkConfig,
    /// What the selected profile says, or why calls cannot go by it.
    of_profile: Arc<Result<OfProfile, SourceError>>,
    /// The credentials, unless calls are made without or with others.
    held: Option<Held>,
}

/// Where the calls of each service go.
#[derive(Debug, Clone, Default)]
struct Destinations {
    iam: Destination,
    sts: Destination,
    organizations: Destination,
    cloudtrail: Destination,
    sqs: Destination,
    dynamodb: Destination,
    ssm: Destination,
}

impl Destinations {
    /// That of the service whose actions begin so.
    fn of(&self, service: &str) -> &Destination {
        match service {
            "sts" => &self.sts,
            "organizations" => &self.organizations,
            "cloudtrail" => &self.cloudtrail,
            "sqs" => &self.sqs,
            "dynamodb" => &self.dynamodb,
            "ssm" => &self.ssm,
            _ => &self.iam,
        }
    }
}

/// Services by `settings`, and by the SDK's own variables and files for what they leave open. They
/// have no credentials yet.
pub(in crate::aws) async fn connect(settings: &AwsSettings) -> Services {
    let config = sdk_config(settings).await;
    let of_profile = Arc::new(OfProfile::read(settings).await);
    Services::new(config, Destinations::default(), of_profile, None)
}

impl Services {
    fn new(
        config: SdkConfig,
        destinations: Destinations,
        of_profile: Arc<Result<OfProfile, SourceError>>,
        held: Option<Held>,
    ) -> Self {
        let mut iam = aws_sdk_iam::config::Builder::from(&config)
            .interceptor(BoundedAnswers)
            .interceptor(WholeAnswers)
            .interceptor(destinations.iam.clone());
        if let Some(endpoint) = instead_of_empty(&config, &of_profile, "IAM") {
            iam.set_endpoint_url(endpoint);
        }
        Self {
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: sts(&config, &destinations, &of_profile, None),
            destinations,
            config,
            of_profile,
            held,
        }
    }

    /// Where calls of `action` go.
    pub(in crate::aws) fn endpoint(&self, action: Action) -> Endpoint {
        let service = action.as_str().split(':').next().unwrap_or_default();
        let region = self.config.region().map(Region::as_ref);
        self.destinations.of(service).endpoint(region)
    }

    /// What calls without a client of the SDK's go by.
    pub(in crate::aws) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The address of such a service that the configuration, a variable or the profile names.
    pub(in crate::aws) fn named_url(&self, variable: &'static str) -> Option<String> {
        if self.config.get_origin("endpoint_url").is_client_config() {
            return self.config.endpoint_url().map(str::to_owned);
        }
        let of_variables = || {
            let name = format!("AWS_ENDPOINT_URL_{variable}");
            aws_variable(&name).or_else(|| aws_variable("AWS_ENDPOINT_URL"))
        };
        of_variables().or_else(|| self.of_profile.as_ref().as_ref().ok()?.endpoint(variable))
    }

    /// The operation of `service`, whose answers are bounded, and whose way there is noted.
    pub(in crate::aws) fn watched<I, O, E>(
        &self,
        service: &str,
        operation: OperationBuilder<I, O, E>,
    ) -> OperationBuilder<I, O, E> {
        operation
            .interceptor(BoundedAnswers)
            .interceptor(self.destinations.of(service).clone())
    }

    /// The same services over the same connections, with the credentials of `source`. `asker` asks
    /// whose they are whenever there are others than those that the account of `owner` was seen to
    /// have.
    pub(in crate::aws) fn with_credentials(
        &self,
        source: SharedCredentialsProvider,
        asker: AwsClient,
        owner: &Arc<Owner>,
    ) -> Self {
        let of_owner = SameAccount::new(source, Arc::clone(owner), asker);
        let held = Held::new(SharedCredentialsProvider::new(of_owner));
        let config = self.config.clone().into_builder();
        let config = config.credentials_provider(SharedCredentialsProvider::new(held.clone()));
        Self::new(
            config.build(),
            self.destinations.clone(),
            Arc::clone(&self.of_profile),
            Some(held),
        )
    }

    /// STS with these credentials, over the same connections.
    pub(in crate::aws) fn sts_with(&self, credentials: Credentials) -> aws_sdk_sts::Client {
        sts(
            &self.config,
            &self.destinations,
            &self.of_profile,
            Some(credentials),
        )
    }

    /// Returns once there are credentials, where calls are made with any.
    pub(in crate::aws) async fn ready(&self) -> Result<(), CredentialsError> {
        self.usable()?;
        match &self.held {
            Some(held) => held.ready().await,
            None => Ok(()),
        }
    }

    /// Fails where calls would go by what the profile says, and that is of no use.
    pub(in crate::aws) fn usable(&self) -> Result<(), CredentialsError> {
        match self.of_profile.as_ref() {
            Ok(_) => Ok(()),
            Err(error) => Err(CredentialsError::provider_error(error.clone())),
        }
    }

    /// Whether there are credentials that can be renewed.
    pub(in crate::aws) fn has_credentials(&self) -> bool {
        self.held.is_some()
    }

    /// Whether the credentials are a session that AWS may not know yet.
    pub(in crate::aws) async fn has_new_session(&self) -> bool {
        match &self.held {
            Some(held) => held.is_new_session().await,
            None => false,
        }
    }
}

fn sts(
    config: &SdkConfig,
    destinations: &Destinations,
    of_profile: &Result<OfProfile, SourceError>,
    credentials: Option<Credentials>,
) -> aws_sdk_sts::Client {
    let mut sts = aws_sdk_sts::config::Builder::from(config)
        .interceptor(BoundedAnswers)
        .interceptor(WholeAnswers)
        .interceptor(destinations.sts.clone());
    if let Some(credentials) = credentials {
        sts = sts.credentials_provider(credentials);
    }
    if let Some(endpoint) = instead_of_empty(config, of_profile, "STS") {
        sts.set_endpoint_url(endpoint);
    }
    aws_sdk_sts::Client::from_conf(sts.build())
}

/// The endpoint of `service` where a variable that is to name it is empty, which the SDK takes for
/// one: that of another variable or of the profile; unless the configuration names an endpoint.
fn instead_of_empty(
    config: &SdkConfig,
    of_profile: &Result<OfProfile, SourceError>,
    service: &str,
) -> Option<Option<String>> {
    if config.get_origin("endpoint_url").is_client_config() {
        return None;
    }
    let names = [
        format!("AWS_ENDPOINT_URL_{service}"),
        "AWS_ENDPOINT_URL".to_owned(),
    ];
    let is_empty = |name: &String| std::env::var_os(name).is_some() && aws_variable(name).is_none();
    let of_profile = || of_profile.as_ref().ok()?.endpoint(service);
    let named = names.iter().find_map(|name| aws_variable(name));
    let named = named.or_else(of_profile);
    names.iter().any(is_empty).then_some(named)
}
