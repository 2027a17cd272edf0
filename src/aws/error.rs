//! Everything AWS can answer, classified once.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::Action;
use super::whole::NotWhole;
use crate::model::{Fact, Reason};

/// A call that AWS did not answer as hoped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// The call.
    pub action: Action,
    /// What the failure means for us.
    pub class: AwsErrorClass,
    /// AWS's error code, where it sent one.
    pub code: Option<String>,
    /// AWS's message, or that of the transport.
    pub message: String,
}

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsErrorClass {
    /// Too fast: slow down and try again.
    Throttled,
    /// A permission is missing: the fact stays unknown.
    Denied,
    /// The role cannot be assumed: nothing can be read as it.
    RoleRefused,
    /// The user or group no longer exists.
    Gone,
    /// The session is over.
    ExpiredCredentials,
    /// No credentials, or none that AWS knows.
    InvalidCredentials,
    /// No connection, or no answer in time, or only the beginning of one.
    Unreachable,
    /// An answer that makes no sense.
    Malformed,
    /// AWS failed on its side.
    Server,
    /// Any other refusal.
    Refused,
}

use AwsErrorClass::{
    Denied, ExpiredCredentials, Gone, InvalidCredentials, Malformed, Refused, RoleRefused, Server,
    Throttled, Unreachable,
};

impl AwsErrorClass {
    /// Whether the same call may succeed a little later.
    pub fn is_retryable(self) -> bool {
        matches!(self, Throttled | Unreachable | Malformed | Server)
    }

    /// Whether every further call would fail the same way, so the enumeration must stop.
    pub fn ends_the_pass(self) -> bool {
        matches!(
            self,
            ExpiredCredentials | InvalidCredentials | RoleRefused | Unreachable
        )
    }

    /// Whether AWS refused us: exit code 3 when nothing was collected.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Denied | RoleRefused | ExpiredCredentials | InvalidCredentials | Refused
        )
    }

    /// What to do about it.
    fn remedy(self, action: Action) -> Option<String> {
        Some(match self {
            Denied => format!("allow {action} to the caller"),
            RoleRefused => "check that the role exists, and that its trust policy allows the \
                 caller and asks for this external id; a new role or trust policy can take up to \
                 5 minutes to be usable"
                .to_owned(),
            ExpiredCredentials => "renew the credentials and run again".to_owned(),
            InvalidCredentials => "check the credentials: AWS_PROFILE, the AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY pair, or the role of this machine"
                .to_owned(),
            Unreachable => "check the network, aws.region and aws.endpoint_url".to_owned(),
            Throttled => "lower aws.requests_per_second".to_owned(),
            Gone | Malformed | Server | Refused => return None,
        })
    }
}

impl fmt::Display for AwsErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Throttled => "throttled",
            Denied => "denied",
            RoleRefused => "role not granted",
            Gone => "gone",
            ExpiredCredentials => "expired credentials",
            InvalidCredentials => "credentials missing or not accepted",
            Unreachable => "AWS not reachable",
            Malformed => "malformed answer",
            Server => "AWS server error",
            Refused => "refused",
        })
    }
}

impl AwsError {
    /// Classifies what the SDK reports about a call of `action`.
    pub fn of<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        // Credentials that could not be had: what counts is the call that failed to get them.
        if let Some(of_credentials) = causes(error).find_map(|it| it.downcast_ref::<Self>()) {
            return of_credentials.clone();
        }
        let code = error.code().map(str::to_owned);
        let class = match error {
            SdkError::ServiceError(context) => {
                classify_service(context.err().code(), context.raw().status().as_u16())
            }
            SdkError::ResponseError(context) if context.raw().status().is_server_error() => Server,
            SdkError::ResponseError(_) if is_caused_by::<NotWhole>(error) => Malformed,
            // The connection ended before the answer did.
            SdkError::ResponseError(_) => Unreachable,
            other => match (credentials_error(other), other) {
                (Some(_), _) => InvalidCredentials,
                (None, SdkError::ConstructionFailure(_)) => Refused,
                (None, SdkError::DispatchFailure(failure)) if failure.is_user() => Refused,
                (None, _) => Unreachable,
            },
        };
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => credentials_error(error).map_or_else(|| innermost(error), |why| chain(why)),
        };
        let is_role = action == Action::AssumeRole && matches!(class, Denied | Refused | Gone);
        Self {
            action,
            class: if is_role { RoleRefused } else { class },
            code,
            message,
        }
    }

    /// Whether a role or its trust policy may merely be too new to be usable yet.
    pub fn may_be_too_early(&self) -> bool {
        self.class == RoleRefused && self.code.as_deref() == Some("AccessDenied")
    }

    /// The fact that the call would have told: unknown, for this reason.
    pub fn as_unknown<T>(&self) -> Fact<T> {
        match self.class {
            Denied => Fact::unknown(Reason::Denied, self.action.as_str()),
            class => Fact::unknown(Reason::Failed, format!("{}: {class}", self.action)),
        }
    }

    /// An answer that the SDK could read and that still makes no sense.
    pub fn malformed(action: Action, message: impl Into<String>) -> Self {
        Self {
            action,
            class: Malformed,
            code: None,
            message: message.into(),
        }
    }
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.action, self.class)?;
        if let Some(code) = &self.code {
            write!(f, " ({code})")?;
        }
        write!(f, ": {}", self.message)?;
        match self.class.remedy(self.action) {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl StdError for AwsError {}

/// A source that cannot fail never has an error to convert.
impl From<Infallible> for AwsError {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

fn classify_service(code: Option<&str>, status: u16) -> AwsErrorClass {
    match code.unwrap_or_default() {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "LimitExceeded"
        | "LimitExceededException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "BandwidthLimitExceeded" => Throttled,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "NotAuthorized" => {
            Denied
        }
        "NoSuchEntity" | "NoSuchEntityException" => Gone,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            ExpiredCredentials
        }
        "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "SignatureDoesNotMatch"
        | "UnrecognizedClientException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "AuthFailure"
        | "InvalidSecurity"
        | "OptInRequired" => InvalidCredentials,
        _ if status == 429 => Throttled,
        _ if status >= 500 => Server,
        _ if status < 400 => Malformed,
        _ => Refused,
    }
}

fn is_caused_by<T: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<T>())
}

fn credentials_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a CredentialsError> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The innermost cause, which says what happened ("connection refused").
fn innermost(error: &(dyn StdError + 'static)) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Every cause, outermost first.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let all: Vec<String> = causes(error).map(ToString::to_string).collect();
    all.join(": ")
}

fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}
