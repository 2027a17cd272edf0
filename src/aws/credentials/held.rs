//! Credentials that are held until shortly before they end, and had before a call begins: what
//! takes long to get them takes nothing from the time that the call has.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Sessions are renewed so long before they end.
const MARGIN: Duration = Duration::from_secs(60);
/// Keys without an end are read again after so long: they may be rotated where they are.
const WITHOUT_END: Duration = Duration::from_secs(15 * 60);
/// Whatever their end, credentials are held for so long.
const AT_LEAST: Duration = Duration::from_secs(10);
/// AWS may not know a session at once.
const NEW: Duration = Duration::from_secs(60);

/// Credentials of `source`, held. Clones hold the same.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Held {
    source: SharedCredentialsProvider,
    held: Arc<Mutex<Option<Session>>>,
}

#[derive(Debug, Clone)]
struct Session {
    credentials: Credentials,
    since: Instant,
    renewed_at: Instant,
}

impl Held {
    pub(in crate::aws) fn new(source: SharedCredentialsProvider) -> Self {
        Self {
            source,
            held: Arc::default(),
        }
    }

    /// Returns once there are credentials. Of several that ask at once, one fetches
    /// them; where that fails, the next one tries.
    pub(in crate::aws) async fn ready(&self) -> Result<(), CredentialsError> {
        self.credentials().await.map(drop)
    }

    /// Whether AWS may not know the session yet: one that somebody wrote down has no end, and is
    /// older.
    pub(in crate::aws) async fn is_new_session(&self) -> bool {
        let held = self.held.lock().await;
        held.as_ref()
            .is_some_and(|it| it.credentials.expiry().is_some() && it.since.elapsed() < NEW)
    }

    async fn credentials(&self) -> provider::Result {
        let mut held = self.held.lock().await;
        let now = Instant::now();
        if let Some(session) = held.as_ref().filter(|it| now < it.renewed_at) {
            return Ok(session.credentials.clone());
        }
        match self.source.provide_credentials().await {
            Ok(credentials) => {
                *held = Some(Session::of(credentials.clone()));
                Ok(credentials)
            }
            // A session that is not over yet does not end because there is no next one.
            Err(error) => match held.as_mut().filter(|it| it.is_valid()) {
                Some(session) => {
                    session.renewed_at = Instant::now() + AT_LEAST;
                    Ok(session.credentials.clone())
                }
                None => Err(error),
            },
        }
    }
}

impl Session {
    fn of(credentials: Credentials) -> Self {
        let now = Instant::now();
        let lasts = match credentials.expiry() {
            None => WITHOUT_END,
            Some(expiry) => {
                let left = expiry.duration_since(SystemTime::now()).unwrap_or_default();
                left.saturating_sub(MARGIN).max(AT_LEAST)
            }
        };
        Self {
            credentials,
            since: now,
            renewed_at: now + lasts,
        }
    }

    /// What somebody wrote down has no end.
    fn is_valid(&self) -> bool {
        let expiry = self.credentials.expiry();
        expiry.is_none_or(|expiry| expiry > SystemTime::now())
    }
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
