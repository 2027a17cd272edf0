//! One account's client: every call gated, retried, classified and counted here.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::throttle::Throttle;
use super::{Action, AwsError};
use crate::model::{Account, Arn};

/// Calls sent, by action, retries included.
pub type CallCounts = BTreeMap<Action, u64>;

/// A client for one account. Clones share its limits and counts.
#[derive(Debug, Clone)]
pub struct AwsClient {
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    throttle: Arc<Throttle>,
    calls: Arc<Mutex<CallCounts>>,
}

const ATTEMPTS_MAX: u32 = 6;
const BACKOFF_FIRST: Duration = Duration::from_millis(250);
const BACKOFF_MAX: Duration = Duration::from_secs(20);

impl AwsClient {
    pub(super) fn new(
        iam: aws_sdk_iam::Client,
        sts: aws_sdk_sts::Client,
        throttle: Throttle,
    ) -> Self {
        Self {
            iam,
            sts,
            throttle: Arc::new(throttle),
            calls: Arc::default(),
        }
    }

    /// The IAM operations; send them through [`Self::call`].
    pub fn iam(&self) -> &aws_sdk_iam::Client {
        &self.iam
    }

    /// Sends what `request` builds until it succeeds, cannot succeed, or was tried six times.
    pub async fn call<T, E, F>(
        &self,
        action: Action,
        mut request: impl FnMut() -> F,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let mut attempt = 0;
        loop {
            self.throttle.admit(action).await;
            self.count(action);
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => AwsError::of(action, &error),
            };
            attempt += 1;
            if !error.class.is_retryable() || attempt == ATTEMPTS_MAX {
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

    /// The account that the credentials belong to.
    pub async fn account(&self) -> Result<Account, AwsError> {
        let action = Action::GetCallerIdentity;
        let identity = self
            .call(action, || self.sts.get_caller_identity().send())
            .await?;
        let malformed = |message: String| AwsError::malformed(action, message);
        let arn = identity.arn().unwrap_or_default();
        let arn = Arn::parse(arn).map_err(|error| malformed(error.to_string()))?;
        let id = identity.account().unwrap_or(arn.account_id());
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed(format!("{id:?} is no account id of 12 digits")));
        }
        Ok(Account {
            id: id.to_owned(),
            partition: arn.partition().to_owned(),
            name: None,
        })
    }

    /// How many calls were sent so far.
    pub fn calls(&self) -> CallCounts {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn count(&self, action: Action) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(action).or_default() += 1;
    }
}

/// Exponential with full jitter in its upper half: never none, never in step with others.
fn backoff(attempt: u32) -> Duration {
    let ceiling = BACKOFF_FIRST
        .saturating_mul(1 << attempt.min(10))
        .min(BACKOFF_MAX);
    ceiling.mul_f64(0.5 + fastrand::f64() / 2.0)
}
