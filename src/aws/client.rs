//! One account's client: every call gated, retried, classified and counted here.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::connect::{Services, services};
use super::probe::Probes;
use super::session::{AccessKey, RoleSessions};
use super::throttle::{LearntRates, Throttle};
use super::{Action, AwsError, AwsErrorClass};
use crate::config::{AwsSettings, Role};

/// Calls sent, by action, retries included.
pub type CallCounts = BTreeMap<Action, u64>;

/// A client for one account and one pass. Clones share its limits, counts and findings.
#[derive(Debug, Clone)]
pub struct AwsClient {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: AwsSettings,
    origin: Origin,
    services: RwLock<Services>,
    throttle: Throttle,
    probes: Probes,
    calls: Mutex<CallCounts>,
}

/// Where a client's credentials come from, and come from anew.
#[derive(Debug, Clone)]
enum Origin {
    /// The SDK's chain.
    Chain,
    /// Whoever made the client.
    Given(SharedCredentialsProvider),
    /// A role.
    Role(RoleSessions),
}

const BACKOFF_FIRST: Duration = Duration::from_millis(250);
const BACKOFF_MAX: Duration = Duration::from_secs(20);

impl AwsClient {
    /// Connects by `settings`: with their access key or the SDK's chain, and as their role if
    /// they name one.
    pub async fn connect(settings: &AwsSettings) -> Self {
        let origin = match settings.access_key() {
            Some(key) => Origin::Given(SharedCredentialsProvider::new(AccessKey(key))),
            None => Origin::Chain,
        };
        let client = Self::connect_with(settings, origin).await;
        match settings.role() {
            Some(role) => client.as_role(role),
            None => client,
        }
    }

    /// Connects by `settings`, but with these credentials instead of all others.
    pub async fn connect_as(
        settings: &AwsSettings,
        credentials: impl ProvideCredentials + 'static,
    ) -> Self {
        let credentials = SharedCredentialsProvider::new(credentials);
        Self::connect_with(settings, Origin::Given(credentials)).await
    }

    async fn connect_with(settings: &AwsSettings, origin: Origin) -> Self {
        let credentials = match &origin {
            Origin::Given(credentials) => Some(credentials),
            Origin::Chain | Origin::Role(_) => None,
        };
        let services = services(settings, credentials).await;
        Self::over(settings, origin, services)
    }

    /// A client with limits, counts and findings of its own.
    fn over(settings: &AwsSettings, origin: Origin, services: Services) -> Self {
        let shared = Shared {
            settings: settings.clone(),
            origin,
            services: RwLock::new(services),
            throttle: Throttle::new(settings.requests_per_second),
            probes: Probes::new(),
            calls: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A client for the same credentials, with limits, counts and findings of its own.
    #[must_use]
    pub fn anew(&self) -> Self {
        let shared = &self.shared;
        Self::over(&shared.settings, shared.origin.clone(), self.services())
    }

    /// A client for the account of `role`, which these credentials assume when the first call is
    /// made.
    #[must_use]
    pub fn as_role(&self, role: Role) -> Self {
        let parent = self.clone();
        let sessions = RoleSessions { parent, role };
        let credentials = SharedCredentialsProvider::new(sessions.clone());
        let services = self.services().with_credentials(credentials);
        Self::over(&self.shared.settings, Origin::Role(sessions), services)
    }

    /// The IAM operations; send them through [`Self::call`], and take this anew for each attempt.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        self.services().iam
    }

    /// The Organizations operations; as those of IAM.
    pub(super) fn organizations(&self) -> aws_sdk_organizations::Client {
        self.services().organizations
    }

    /// Sends what `request` builds until it succeeds, cannot succeed, or was tried often
    /// enough.
    /// Sessions that ended are renewed once. An action whose first call was denied is not called
    /// again.
    pub async fn call<T, E, F>(
        &self,
        action: Action,
        request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let admission = self.shared.probes.enter(action).await?;
        let answer = self.attempts(action, request).await;
        if let Some(admission) = admission {
            admission.answered(&answer);
        }
        answer
    }

    /// The same, whatever other calls of the action were answered.
    pub(super) async fn attempts<T, E, F>(
        &self,
        action: Action,
        mut request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut has_renewed = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(action, &mut request).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            // Another action's error is that of the credentials, and was retried there.
            if error.action != action {
                return Err(error);
            }
            if error.class == AwsErrorClass::ExpiredCredentials && !has_renewed {
                has_renewed = true;
                self.renew().await;
                continue;
            }
            if attempt >= attempts_max(error.class) {
                return Err(error);
            }
            let pause = backoff(attempt);
            tracing::debug!(
                %action, attempt, pause_ms = pause.as_millis() as u64, class = %error.class,
                "AWS did not answer the call; trying again"
            );
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt<T, E, F>(
        &self,
        action: Action,
        request: &mut impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.shared.throttle.admit(action).await;
        self.count(action);
        let answer = request()
            .await
            .map_err(|error| AwsError::of(action, &error, &self.services().place(action)));
        match &answer {
            Err(error) if error.action != action => {}
            Err(error) if error.class == AwsErrorClass::Throttled => {
                self.shared.throttle.throttled(action);
            }
            _ => self.shared.throttle.answered(action),
        }
        answer
    }

    /// How many calls were sent so far.
    pub fn calls(&self) -> CallCounts {
        self.shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The actions whose first call was denied.
    pub fn denied(&self) -> Vec<Action> {
        self.shared.probes.denied()
    }

    /// Starts from the rates that an earlier pass learnt.
    pub fn adopt_rates(&self, learnt: &LearntRates) {
        self.shared.throttle.adopt(learnt);
    }

    /// The rates that AWS let through, where they are below the configured one.
    pub fn learnt_rates(&self) -> LearntRates {
        self.shared.throttle.learnt()
    }

    pub(super) fn services(&self) -> Services {
        self.shared
            .services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Loads credentials anew: the SDK would keep those that it believes to be valid.
    async fn renew(&self) {
        tracing::info!("the credentials expired; loading them anew");
        let shared = &self.shared;
        let settings = &shared.settings;
        let renewed = match &shared.origin {
            Origin::Chain => services(settings, None).await,
            Origin::Given(credentials) => services(settings, Some(credentials)).await,
            Origin::Role(sessions) => {
                let credentials = SharedCredentialsProvider::new(sessions.clone());
                self.services().with_credentials(credentials)
            }
        };
        *self
            .shared
            .services
            .write()
            .unwrap_or_else(PoisonError::into_inner) = renewed;
    }

    fn count(&self, action: Action) {
        let mut calls = self
            .shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *calls.entry(action).or_default() += 1;
    }
}

/// How often a call is sent in all. Throttling is no failure: the gate slows down, so patience
/// pays.
fn attempts_max(class: AwsErrorClass) -> u32 {
    match class {
        AwsErrorClass::Throttled => 16,
        class if class.is_retryable() => 6,
        _ => 1,
    }
}

/// Exponential, jittered in its upper half: never none, never in step with others.
fn backoff(attempt: u32) -> Duration {
    let ceiling = BACKOFF_FIRST
        .saturating_mul(1 << attempt.min(10))
        .min(BACKOFF_MAX);
    ceiling.mul_f64(0.5 + fastrand::f64() / 2.0)
}
