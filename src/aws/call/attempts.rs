//! A call, again and again until it succeeds, cannot succeed, or was made often enough.

use std::future::Future;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use tokio::time::Instant;

use super::apart::apart;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::backoff::Backoff;

pub(super) const BACKOFF_FIRST: Duration = Duration::from_millis(500);
pub(super) const BACKOFF_MAX: Duration = Duration::from_secs(20);
/// How often a call is sent that may do better another time.
const ATTEMPTS_MAX: u32 = 6;
/// AWS that answered another call so long before one was sent is there.
const LATELY: Duration = Duration::from_secs(60);

impl AwsClient {
    /// Sends what `request` builds until it succeeds, cannot succeed, or was made often
    /// enough.
    /// Sessions that ended are renewed once. An action whose first call was denied is not called
    /// again.
    pub async fn call<T, E, F>(
        &self,
        action: Action,
        request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        self.admitted(action, None, request).await
    }

    /// The same about one user, group or key, `target`: an action that was denied for several of
    /// them, and allowed for none, is not called again.
    pub async fn call_about<T, E, F>(
        &self,
        target: &str,
        action: Action,
        request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        self.admitted(action, Some(target), request).await
    }

    async fn admitted<T, E, F>(
        &self,
        action: Action,
        target: Option<&str>,
        request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let admission = self.limits().given_up.enter(action).await?;
        let answer = self.attempts(action, None, request).await;
        if let Some(admission) = admission {
            admission.answered(target, &answer);
        }
        answer
    }

    /// The same, whatever other calls of the action were answered. `given` are the credentials that
    /// `request` signs with, where they are not this client's own.
    pub(in crate::aws) async fn attempts<T, E, F>(
        &self,
        action: Action,
        given: Option<&Credentials>,
        mut request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let mut backoff = Backoff::new(BACKOFF_FIRST, BACKOFF_MAX);
        let mut has_renewed = false;
        let mut attempt = 0;
        let began = Instant::now();
        let mut failed_at = None;
        loop {
            attempt += 1;
            let renewals = self.renewals();
            // How long they take to get is not of the time that the call has.
            if let Err(error) = self.ready(action, given).await {
                if error.is_of_a_session_that_is_over() && !has_renewed {
                    has_renewed = true;
                    self.renew(renewals).await;
                    continue;
                }
                return Err(error);
            }
            let error = match self.attempt(action, given, &mut request).await {
                Ok(answer) => {
                    self.limits().retry_log.answered(action);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            // Another action's error is that of the credentials, and was retried there.
            if error.action != action {
                return Err(error);
            }
            let is_over = error.class == AwsErrorClass::ExpiredCredentials;
            let is_own = given.is_none() && self.services().has_credentials();
            if is_over && is_own && !has_renewed {
                has_renewed = true;
                self.renew(renewals).await;
                continue;
            }
            let attempts_max = match self.is_too_early(&error, given).await {
                true => ATTEMPTS_MAX,
                false => attempts_max(action, error.class),
            };
            if attempt >= attempts_max {
                return Err(self.beside_others(error, began, failed_at.unwrap_or(began)));
            }
            failed_at.get_or_insert_with(Instant::now);
            let pause = backoff.next();
            self.limits()
                .retry_log
                .again(action, attempt, pause, &error);
            tokio::time::sleep(pause).await;
        }
    }

    /// Returns once there are credentials. Those that were `given` are there.
    async fn ready(&self, action: Action, given: Option<&Credentials>) -> Result<(), AwsError> {
        let services = self.services();
        let ready = match given {
            Some(_) => services.usable(),
            None => services.ready().await,
        };
        ready.map_err(|error| {
            let error = AwsError::of_credentials(action, &error, &services.endpoint(action));
            // A session that is over was kept, or is over at once.
            if error.is_of_a_session_that_is_over() {
                self.forget_session();
            }
            error
        })
    }

    /// Whether AWS does not know a session that it gave a moment ago.
    async fn is_too_early(&self, error: &AwsError, given: Option<&Credentials>) -> bool {
        let code = error.code.as_deref();
        let is_unknown =
            code == Some("InvalidClientTokenId") || code == Some("UnrecognizedClientException");
        is_unknown
            && match given {
                // They were had just now.
                Some(given) => given.expiry().is_some(),
                None => self.services().has_new_session().await,
            }
    }

    /// `error` of a call that began at `began` and first failed at `failed_at`, seen beside other
    /// calls: AWS that answers those can be reached, and one that answers none cannot.
    fn beside_others(&self, error: AwsError, began: Instant, failed_at: Instant) -> AwsError {
        let answered_at = self.limits().answered_at();
        let class = match error.class {
            AwsErrorClass::Unreachable if answered_at.is_some_and(|at| at > failed_at) => {
                AwsErrorClass::NoAnswer
            }
            AwsErrorClass::NoAnswer if answered_at.is_none_or(|at| at + LATELY < began) => {
                AwsErrorClass::Unreachable
            }
            class => class,
        };
        AwsError { class, ..error }
    }

    async fn attempt<T, E, F>(
        &self,
        action: Action,
        given: Option<&Credentials>,
        request: &mut impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'static,
        E: ProvideErrorMetadata + std::error::Error + Send + 'static,
    {
        let limits = self.limits();
        limits.throttle.admit(action).await;
        limits.count(action);
        let answer = apart(request())
            .await
            .map_err(|error| AwsError::of(action, &error, &self.services().endpoint(action)));
        limits.note_outcome(action, answer.as_ref().err().map(|error| error.class));
        match &answer {
            Err(error) if error.action != action => {}
            Err(error) if error.class == AwsErrorClass::Throttled => {
                limits.throttle.throttled(action);
            }
            _ => limits.throttle.answered(action),
        }
        match &answer {
            Err(error) if error.class == AwsErrorClass::NoAnswer => {
                limits.page_sizes.shrink(action);
            }
            Err(error) if !error.class.is_answer() => {}
            _ => limits.note_answer(),
        }
        if let Err(error) = &answer
            && given.is_none()
            && error.class.may_be_of_an_old_session()
        {
            self.forget_session();
        }
        answer
    }
}

/// How often a call is sent in all. Throttling is no failure: the gate slows down, so patience
/// pays; but who is refused a new report asks for the one that there is. An answer that makes no
/// sense rarely makes more the next time.
fn attempts_max(action: Action, class: AwsErrorClass) -> u32 {
    match class {
        class if class.is_retryable() && action == Action::GenerateCredentialReport => 3,
        AwsErrorClass::Throttled => 16,
        _ if action.is_once() => 1,
        AwsErrorClass::Malformed => 3,
        class if class.is_retryable() => ATTEMPTS_MAX,
        _ => 1,
    }
}
