//! Everything AWS can answer, classified once.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::class::AwsErrorClass::{
    self, Denied, Gone, Malformed, NoAnswer, NoCredentials, NotOffered, Refused, RoleRefused,
    Server, Throttled, Unreachable, Unreadable, Untrusted,
};
use super::not_offered;
use super::remedy::Failure;
use crate::aws::connect::{NotWhole, OwnEntities, TooLarge};
use crate::aws::{Action, Endpoint};
use crate::foreign::{self, Shown};
use crate::model::{Fact, Reason};
use crate::trust::{self, causes};

/// A call that AWS did not answer as hoped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// The call.
    pub action: Action,
    /// What the failure means for us.
    pub class: AwsErrorClass,
    /// AWS's error code, where it sent one.
    pub code: Option<Shown>,
    /// AWS's message, or that of the transport.
    pub message: Shown,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl AwsError {
    /// Classifies what the SDK reports about a call of `action` that went to `endpoint`.
    pub fn of<E>(action: Action, error: &SdkError<E, HttpResponse>, endpoint: &Endpoint) -> Self
    where
        E: ProvideErrorMetadata + StdError + 'static,
    {
        // Credentials that could not be had: what counts is why.
        if let Some(of_credentials) = Self::of_cause(action, error, endpoint) {
            return of_credentials;
        }
        let code = error.code().map(Shown::from);
        let class = match classify(error) {
            Denied | Refused | Gone if is_of_role(action) => RoleRefused,
            // Of a read it is the rate; a write meets a quota, which no patience raises.
            Throttled if action.is_write() && is_quota(code.as_deref()) => Refused,
            _ if not_offered::is_optional(action) && not_offered::says(error) => NotOffered,
            class => class,
        };
        let message = fit_to_show(code.as_deref(), &message(error));
        let failure = Failure {
            action,
            class,
            code: code.as_deref().unwrap_or_default(),
            message: &message,
            endpoint,
            time_there: error.raw_response().and_then(time),
        };
        Self {
            action,
            class,
            remedy: failure.remedy(),
            code,
            message,
        }
    }

    /// Whether a role or its trust policy may merely be too new to be usable yet.
    pub fn may_be_too_early(&self) -> bool {
        self.class == RoleRefused
            && self.code.as_deref() == Some("AccessDenied")
            && !self.message.contains("explicit deny")
    }

    /// The fact that the call would have brought: unknown, for this reason.
    pub fn as_unknown<T>(&self) -> Fact<T> {
        match self.class {
            Denied => Fact::unknown(Reason::Denied, self.action.as_str()),
            NotOffered => Fact::not_collected(format!(
                "the endpoint has no {}",
                self.action.as_str().trim_start_matches("iam:")
            )),
            class => Fact::unknown(Reason::Failed, format!("{}: {class}", self.action)),
        }
    }

    /// An answer that the SDK could read and that still makes no sense.
    pub fn malformed(action: Action, message: impl AsRef<str>) -> Self {
        Self {
            action,
            class: Malformed,
            code: None,
            message: message.as_ref().into(),
            remedy: None,
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
        match &self.remedy {
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

fn is_of_role(action: Action) -> bool {
    matches!(
        action,
        Action::AssumeRole | Action::AssumeRoleWithWebIdentity
    )
}

fn is_quota(code: Option<&str>) -> bool {
    matches!(code, Some("LimitExceeded" | "LimitExceededException"))
}

fn classify<E>(error: &SdkError<E, HttpResponse>) -> AwsErrorClass
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    match error {
        SdkError::ResponseError(_) if is_caused_by::<OwnEntities>(error) => Unreadable,
        SdkError::ResponseError(_) if is_caused_by::<TooLarge>(error) => Unreadable,
        SdkError::TimeoutError(_) => NoAnswer,
        SdkError::ServiceError(context) => {
            let error = context.err();
            let code = error.code().unwrap_or_default();
            let message = error.message().unwrap_or_default();
            AwsErrorClass::of_answer(code, message, context.raw().status().as_u16())
        }
        SdkError::ResponseError(context) if context.raw().status().is_server_error() => Server,
        SdkError::ResponseError(_) if is_caused_by::<NotWhole>(error) => Malformed,
        // The connection ended before the answer did.
        SdkError::ResponseError(_) => Unreachable,
        other if is_caused_by::<CredentialsError>(other) => NoCredentials,
        SdkError::ConstructionFailure(_) => Refused,
        other if trust::refused_certificate(other).is_some() => Untrusted,
        SdkError::DispatchFailure(failure) if failure.is_user() => Refused,
        _ => Unreachable,
    }
}

/// AWS's message, or whatever there is instead.
fn message<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    if let Some(message) = error.message() {
        return message.to_owned();
    }
    if let Some(why) = causes(error).find(|cause| cause.is::<CredentialsError>()) {
        let all: Vec<String> = causes(why).map(ToString::to_string).collect();
        return all.join(": ");
    }
    // The innermost cause says what happened ("connection refused").
    let innermost = || {
        let innermost = causes(error).last();
        innermost.map_or_else(|| error.to_string(), ToString::to_string)
    };
    let status = error.raw_response().map(|answer| answer.status());
    match (error, status.filter(|status| !status.is_success())) {
        (SdkError::ServiceError(_), Some(status)) if error.code().is_none() => {
            format!("HTTP status {} without a word of AWS's", status.as_u16())
        }
        (SdkError::ResponseError(_), Some(status)) => {
            format!("HTTP status {}: {}", status.as_u16(), innermost())
        }
        _ => innermost(),
    }
}

/// A message on one line, without what may be a secret: AWS repeats signed headers, with the
/// session's token, behind the first line about a signature, and the malformed key in quotes.
fn fit_to_show(code: Option<&str>, message: &str) -> Shown {
    let shown = match code {
        Some("IncompleteSignature" | "IncompleteSignatureException") => {
            let shown = message.split('\'').next().unwrap_or_default();
            shown.trim_end().trim_end_matches(", got")
        }
        Some("SignatureDoesNotMatch" | "InvalidSignatureException") => {
            let shown = message.split("The Canonical String").next();
            shown.and_then(|it| it.lines().next()).unwrap_or_default()
        }
        _ => message,
    };
    // A secret in several lines is none any more once they are one.
    let shown = foreign::without_secrets(shown);
    let lines = shown.lines().map(str::trim).filter(|it| !it.is_empty());
    let sentences = lines.collect::<Vec<_>>().join("; ").replace(":; ", ": ");
    // Another sentence follows.
    Shown::of(sentences.trim_end_matches('.'))
}

/// The time at which AWS answered.
fn time(answer: &HttpResponse) -> Option<SystemTime> {
    let date = answer.headers().get("date")?;
    httpdate::parse_http_date(date).ok()
}

fn is_caused_by<T: StdError + 'static>(error: &(dyn StdError + 'static)) -> bool {
    causes(error).any(|cause| cause.is::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_repeats_of_a_signature_is_not_shown() {
        let shown = |code: &str, message: &str| fit_to_show(Some(code), message);
        let shown_is = "The request signature we calculated does not match the signature you \
                    provided. Check your AWS Secret Access Key and signing method";
        let canonical = "The Canonical String for this request should have been\n'POST\n/\n\n\
                         x-amz-security-token:t0k3n\n'";
        for between in ["\n\n", " "] {
            let message = format!("{shown_is}.{between}{canonical}");
            assert_eq!(shown("SignatureDoesNotMatch", &message).as_str(), shown_is);
        }
        let message = "Credential must have exactly 5 slash-delimited elements, e.g. \
                       keyid/date/region/service/term, got 's3/cr3t/20261120/us-east-1/iam'";
        let shown_is = shown("IncompleteSignature", message);
        assert!(
            shown_is.ends_with("term") && !shown_is.contains("cr3t"),
            "{shown_is}"
        );
    }

    #[test]
    fn a_message_of_many_lines_with_control_characters_is_shown_on_one_line() {
        let message = "Rate exceeded:\r\n\u{1b}[2J\u{202e}evil\n\nsee docs.";
        let shown = fit_to_show(None, message);
        assert_eq!(
            shown.as_str(),
            "Rate exceeded: \\u{1b}[2J\\u{202e}evil; see docs"
        );
        let of_answer = AwsError::malformed(Action::ListUsers, "page\n\u{9b}2J".repeat(9_999));
        assert!(
            of_answer.message.len() < 20_000,
            "{}",
            of_answer.message.len()
        );
        assert!(!of_answer.message.contains(['\n', '\u{9b}']));
    }

    #[test]
    fn an_answer_without_words_is_told_by_its_status_and_with_what_to_do() {
        use aws_sdk_iam::operation::list_users::ListUsersError;
        type Any = SdkError<ListUsersError, HttpResponse>;
        for status in [400, 403, 429, 500, 502, 503] {
            let answer = || {
                let status = status.try_into().unwrap();
                HttpResponse::new(status, "".into())
            };
            let unhandled = ListUsersError::unhandled("nothing to read");
            let empty = Any::service_error(unhandled, answer());
            let unreadable = Any::response_error("no XML", answer());
            for error in [empty, unreadable] {
                let error = AwsError::of(Action::ListUsers, &error, &Endpoint::default());
                let text = error.to_string();
                assert!(text.starts_with("iam:ListUsers: "), "{text}");
                assert!(text.contains(&format!("HTTP status {status}")), "{text}");
                assert!(error.remedy.is_some(), "{text}");
            }
        }
    }

    #[test]
    fn an_answer_that_does_not_come_in_time_names_the_host_and_the_proxy() {
        let endpoint = Endpoint {
            region: None,
            host: Some("iam.amazonaws.com".to_owned()),
            proxy: Some("HTTPS_PROXY"),
        };
        type Any = SdkError<aws_sdk_iam::operation::get_user::GetUserError, HttpResponse>;
        let late = Any::timeout_error("operation attempt timeout occurred after 30s");
        let error = AwsError::of(Action::GetUser, &late, &endpoint);
        assert_eq!(error.class, NoAnswer);
        insta::assert_snapshot!(error);
    }
}
