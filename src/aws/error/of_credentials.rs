//! Errors of credentials: what counts is why there are none, and not which call needs them.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;

use super::aws_error::AwsError;
use super::class::AwsErrorClass::{ExpiredCredentials, NoCredentials};
use super::remedy::Failure;
use crate::aws::credentials::SourceError;
use crate::aws::{Action, Endpoint};
use crate::trust::causes;

impl AwsError {
    /// Why there are no credentials for a call of `action`.
    pub(in crate::aws) fn of_credentials(
        action: Action,
        error: &CredentialsError,
        endpoint: &Endpoint,
    ) -> Self {
        if let Some(of_credentials) = Self::of_cause(action, error, endpoint) {
            return of_credentials;
        }
        Self::of_source(action, &SourceError::of_any(error), endpoint)
    }

    /// Whether AWS, asked whose new credentials are, says that they are over.
    pub(in crate::aws) fn is_of_a_session_that_is_over(&self) -> bool {
        self.action == Action::GetCallerIdentity && self.class == ExpiredCredentials
    }

    /// The error of credentials that caused `error`, if one did: that of the call that failed to get
    /// them, or that of where they were looked for.
    pub(super) fn of_cause(
        action: Action,
        error: &(dyn StdError + 'static),
        endpoint: &Endpoint,
    ) -> Option<Self> {
        causes(error).find_map(|cause| match cause.downcast_ref::<Self>() {
            Some(of_call) => Some(of_call.clone()),
            None => {
                let of_source = cause.downcast_ref::<SourceError>()?;
                Some(Self::of_source(action, of_source, endpoint))
            }
        })
    }

    fn of_source(action: Action, error: &SourceError, endpoint: &Endpoint) -> Self {
        let SourceError {
            class,
            message,
            remedy,
        } = error;
        // The remedies of other classes are about AWS's own endpoints.
        let general = || {
            let failure = Failure {
                action,
                class: NoCredentials,
                code: "",
                message,
                endpoint,
                time_there: None,
            };
            failure.remedy().filter(|_| *class == NoCredentials)
        };
        Self {
            action,
            class: *class,
            code: None,
            message: message.clone(),
            remedy: remedy.clone().or_else(general),
        }
    }
}
