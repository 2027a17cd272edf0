//! Credentials that are held until shortly before they end, and had before a call begins: what
//! takes long to get them takes nothing from the time that the call has.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::source_error::SourceError;
use crate::aws::AwsError;
use crate::trust::causes;

/// Sessions are renewed so long before they end.
const MARGIN: Duration = Duration::from_secs(60);
/// Keys without an end are read again after so long: they may be rotated where they are.
const WITHOUT_END: Duration = Duration::from_secs(15 * 60);
/// Whatever their end, credentials are held for so long.
const AT_LEAST: Duration = Duration::from_secs(10);
/// AWS may not know a session at once.
const NEW: Duration = Duration::from_secs(60);
/// A failure that took long is not repeated by one after the other.
const FAILURE_MAX: Duration = Duration::from_secs(60);

/// Credentials of `source`, held. Clones hold the same.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Held {
    source: SharedCredentialsProvider,
    held: Arc<Mutex<Latest>>,
}

/// What the source had when it was asked last.
#[derive(Debug, Default)]
struct Latest {
    session: Option<Session>,
    failure: Option<Failure>,
}

#[derive(Debug, Clone)]
struct Session {
    credentials: Credentials,
    since: Instant,
    renewed_at: Instant,
}

#[derive(Debug)]
struct Failure {
    error: CredentialsError,
    ended: Instant,
    until: Instant,
}

impl Held {
    pub(in crate::aws) fn new(source: SharedCredentialsProvider) -> Self {
        Self {
            source,
            held: Arc::default(),
        }
    }

    /// Returns once there are credentials. Of several that ask at once, one fetches them; where
    /// that fails, it fails for all of them.
    pub(in crate::aws) async fn ready(&self) -> Result<(), CredentialsError> {
        self.credentials().await.map(drop)
    }

    /// Whether AWS may not know the session yet: one that somebody wrote down has no end, and is
    /// older.
    pub(in crate::aws) async fn is_new_session(&self) -> bool {
        let held = self.held.lock().await;
        held.session
            .as_ref()
            .is_some_and(|it| it.credentials.expiry().is_some() && it.since.elapsed() < NEW)
    }

    async fn credentials(&self) -> provider::Result {
        let asked = Instant::now();
        let mut held = self.held.lock().await;
        let began = Instant::now();
        if let Some(session) = held.session.as_ref().filter(|it| began < it.renewed_at) {
            return Ok(session.credentials.clone());
        }
        let failure = held.failure.as_ref();
        if let Some(failure) = failure.filter(|it| it.is_of(asked, began)) {
            return Err(copy(&failure.error));
        }
        held.failure = None;
        match self.source.provide_credentials().await {
            Ok(credentials) => {
                held.session = Some(Session::of(credentials.clone()));
                Ok(credentials)
            }
            // A session that is not over yet does not end because there is no next one.
            Err(error) => match held.session.as_mut().filter(|it| it.is_valid()) {
                Some(session) => {
                    session.renewed_at = Instant::now() + AT_LEAST;
                    Ok(session.credentials.clone())
                }
                None => {
                    held.failure = Some(Failure::of(&error, began));
                    Err(error)
                }
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

impl Failure {
    /// A failure to get credentials that were asked for since `began`. It holds for those who ask
    /// within as long as it took.
    fn of(error: &CredentialsError, began: Instant) -> Self {
        let ended = Instant::now();
        let took = ended.duration_since(began);
        Self {
            error: copy(error),
            ended,
            until: ended + took.min(FAILURE_MAX),
        }
    }

    /// Whether it is the answer for whoever asked then, and is told so now.
    fn is_of(&self, asked: Instant, now: Instant) -> bool {
        asked <= self.ended || now < self.until
    }
}

/// The same error, as far as it is told of.
fn copy(error: &CredentialsError) -> CredentialsError {
    let known = causes(error).find_map(|cause| {
        let of_call = cause.downcast_ref::<AwsError>().cloned();
        let of_source = || cause.downcast_ref::<SourceError>().cloned();
        match of_call {
            Some(error) => Some(CredentialsError::provider_error(error)),
            None => of_source().map(CredentialsError::provider_error),
        }
    });
    known.unwrap_or_else(|| CredentialsError::provider_error(SourceError::of_any(error)))
}

impl ProvideCredentials for Held {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;
    use crate::aws::AwsErrorClass;

    const SLOW: Duration = Duration::from_secs(30);

    /// Takes long, and fails so often; counts how often it is asked.
    #[derive(Debug, Clone)]
    struct Slow {
        asked: Arc<AtomicUsize>,
        failures: usize,
    }

    impl Slow {
        async fn ask(&self) -> provider::Result {
            let asked = self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(SLOW).await;
            match asked < self.failures {
                true => Err(CredentialsError::provider_error(SourceError::failed(
                    AwsErrorClass::NoAnswer,
                    "nothing",
                ))),
                false => Ok(Credentials::new("AKIA", "secret", None, None, "tests")),
            }
        }
    }

    impl ProvideCredentials for Slow {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(self.ask())
        }
    }

    fn slow(failures: usize) -> (Held, Arc<AtomicUsize>) {
        let asked = Arc::<AtomicUsize>::default();
        let source = Slow {
            asked: Arc::clone(&asked),
            failures,
        };
        (Held::new(SharedCredentialsProvider::new(source)), asked)
    }

    /// What eight that ask at once are told.
    async fn eight(held: &Held) -> Vec<Result<(), AwsErrorClass>> {
        let answers = join_all((0..8).map(|_| held.ready())).await;
        let class = |error: &CredentialsError| {
            let of_source = causes(error).find_map(|it| it.downcast_ref::<SourceError>());
            of_source.expect("a source's error").class
        };
        let answers = answers.into_iter();
        answers
            .map(|it| it.map_err(|error| class(&error)))
            .collect()
    }

    #[tokio::test(start_paused = true)]
    async fn one_failure_is_that_of_all_who_waited_and_of_those_who_ask_soon_after() {
        let (held, asked) = slow(usize::MAX);
        let start = Instant::now();
        for _ in 0..5 {
            assert_eq!(eight(&held).await, [Err(AwsErrorClass::NoAnswer); 8]);
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert_eq!(start.elapsed(), SLOW);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_forgotten_after_as_long_as_it_took() {
        let (held, asked) = slow(1);
        assert_eq!(eight(&held).await, [Err(AwsErrorClass::NoAnswer); 8]);
        tokio::time::sleep(SLOW).await;
        assert_eq!(eight(&held).await, [Ok(()); 8]);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }
}
