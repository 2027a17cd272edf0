//! One account's client.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::Action;
use super::call::{CallCounts, CallOutcomes, LearntRates, Limits};
use super::connect::{Services, connect};
use super::credentials::{AccessKey, Chain, KeptSessions, Owner, RoleSessions};
use crate::config::{AwsSettings, Role};

/// A client for one account and one pass. Clones share its limits, counts and findings.
#[derive(Debug, Clone)]
pub struct AwsClient {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    access: Access,
    services: RwLock<Services>,
    /// How often the credentials were renewed.
    renewals: AtomicU64,
    /// Held while they are.
    renewing: tokio::sync::Mutex<()>,
    limits: Arc<Limits>,
}

/// What a client's credentials come from, and belong to.
#[derive(Debug, Clone)]
struct Access {
    settings: AwsSettings,
    source: Source,
    /// The account that they belong to, once AWS was asked.
    owner: Arc<Owner>,
    /// Sessions of the roles that are assumed with them.
    sessions: KeptSessions,
}

/// Where a client's credentials come from, at first and when they are renewed.
#[derive(Debug, Clone)]
enum Source {
    /// The places that the SDKs look in.
    Chain,
    /// Whoever made the client.
    Given(SharedCredentialsProvider),
    /// A role.
    Role(RoleSessions),
}

impl AwsClient {
    /// Connects by `settings`: with their access key or what the SDKs' places have, and as their
    /// role if they name one.
    pub async fn connect(settings: &AwsSettings) -> Self {
        Self::connect_keeping(settings, &KeptSessions::default()).await
    }

    /// The same, with the sessions of earlier passes.
    pub async fn connect_keeping(settings: &AwsSettings, sessions: &KeptSessions) -> Self {
        let source = match settings.access_key() {
            Some(key) => Source::Given(SharedCredentialsProvider::new(AccessKey(key))),
            None => Source::Chain,
        };
        let client = Self::connect_with(settings, source, sessions.clone()).await;
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
        Self::connect_with(
            settings,
            Source::Given(credentials),
            KeptSessions::default(),
        )
        .await
    }

    async fn connect_with(settings: &AwsSettings, source: Source, sessions: KeptSessions) -> Self {
        let access = Access {
            settings: settings.clone(),
            source,
            owner: Arc::default(),
            sessions,
        };
        let limits = Arc::new(Limits::new(settings));
        let services = access.connect(&limits).await;
        Self::over(access, services, limits)
    }

    fn over(access: Access, services: Services, limits: Arc<Limits>) -> Self {
        let shared = Shared {
            access,
            services: RwLock::new(services),
            renewals: AtomicU64::default(),
            renewing: tokio::sync::Mutex::default(),
            limits,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A client for the same credentials, with limits, counts and findings of its own.
    #[must_use]
    pub fn with_own_limits(&self) -> Self {
        let access = self.shared.access.clone();
        let limits = Arc::new(Limits::new(&access.settings));
        Self::over(access, self.services(), limits)
    }

    /// A client for the same credentials within the same limits, with counts and findings of its own.
    #[must_use]
    pub fn with_own_findings(&self) -> Self {
        let access = self.shared.access.clone();
        let limits = Arc::new(self.limits().with_same_gates());
        Self::over(access, self.services(), limits)
    }

    /// A client for the account of `role`, which these credentials assume when the first call is
    /// made, unless a session of it was kept.
    #[must_use]
    pub fn as_role(&self, role: Role) -> Self {
        let of_parent = &self.shared.access;
        let sessions = RoleSessions {
            parent: self.clone(),
            role,
            kept: of_parent.sessions.clone(),
        };
        let access = Access {
            settings: of_parent.settings.clone(),
            source: Source::Role(sessions.clone()),
            owner: Arc::default(),
            sessions: of_parent.sessions.clone(),
        };
        let services = self.services().with_credentials(
            SharedCredentialsProvider::new(sessions),
            self.clone(),
            &access.owner,
        );
        let limits = Arc::new(Limits::new(&access.settings));
        Self::over(access, services, limits)
    }

    /// The IAM operations; send them through [`Self::call`], and take this for each attempt.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        self.services().iam
    }

    /// The region that the configuration, a variable or a profile names.
    pub fn region(&self) -> Option<String> {
        let services = self.services();
        services.config().region().map(ToString::to_string)
    }

    /// How many entries to ask for at once in a listing by `action`.
    pub fn page_size(&self, action: Action) -> i32 {
        self.limits().page_sizes.get(action)
    }

    /// How many calls were sent so far.
    pub fn calls(&self) -> CallCounts {
        self.limits().calls()
    }

    /// What became of them so far.
    pub fn outcomes(&self) -> CallOutcomes {
        self.limits().outcomes()
    }

    /// The actions whose first call was denied.
    pub fn denied(&self) -> Vec<Action> {
        self.limits().given_up.denied()
    }

    /// Starts from the rates that an earlier pass learnt.
    pub fn adopt_rates(&self, learnt: &LearntRates) {
        self.limits().throttle.adopt(learnt);
    }

    /// The rates that AWS let through, where they are below the configured one.
    pub fn learnt_rates(&self) -> LearntRates {
        self.limits().throttle.learnt()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.shared.limits
    }

    /// The account that the credentials belong to, once AWS was asked.
    pub(super) fn owner(&self) -> &Owner {
        &self.shared.access.owner
    }

    /// The next pass has to assume the role again, if the credentials are a role's.
    pub(super) fn forget_session(&self) {
        if let Source::Role(sessions) = &self.shared.access.source {
            sessions.forget();
        }
    }

    /// How often the credentials were renewed so far.
    pub(super) fn renewals(&self) -> u64 {
        self.shared.renewals.load(Ordering::Acquire)
    }

    /// Loads credentials again: the SDK would keep those that it believes to be valid. Of several
    /// calls that saw the same ones expire, after so many `renewals`, the first does it for all.
    pub(super) async fn renew(&self, renewals: u64) {
        let shared = &self.shared;
        let _alone = shared.renewing.lock().await;
        if self.renewals() != renewals {
            return;
        }
        tracing::info!("the credentials expired; loading them again");
        self.forget_session();
        let access = &shared.access;
        let renewed = match &access.source {
            Source::Role(sessions) => self.services().with_credentials(
                SharedCredentialsProvider::new(sessions.clone()),
                sessions.parent.clone(),
                &access.owner,
            ),
            Source::Chain | Source::Given(_) => access.connect(&shared.limits).await,
        };
        let mut services = shared
            .services
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *services = renewed;
        shared.renewals.fetch_add(1, Ordering::Release);
    }

    pub(super) fn services(&self) -> Services {
        self.shared
            .services
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Access {
    /// Services with credentials from the chain of places or those that were given, which are asked
    /// whose they are whenever there are others.
    async fn connect(&self, limits: &Arc<Limits>) -> Services {
        let services = connect(&self.settings).await;
        let asker = AwsClient::over(self.clone(), services.clone(), Arc::clone(limits));
        let source = match &self.source {
            Source::Given(credentials) => credentials.clone(),
            Source::Chain | Source::Role(_) => {
                SharedCredentialsProvider::new(Chain::new(asker.clone(), &self.settings))
            }
        };
        services.with_credentials(source, asker, &self.owner)
    }
}
