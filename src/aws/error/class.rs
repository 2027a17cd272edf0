//! What a failed call means, by the code that AWS gave it.

use std::fmt;

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwsErrorClass {
    /// Too fast: slow down and try again.
    Throttled,
    /// A permission is missing: the fact stays unknown.
    Denied,
    /// The role cannot be assumed: nothing can be read as it.
    RoleRefused,
    /// The user or group no longer exists.
    Gone,
    /// Credentials that were renewed and are another account's now.
    OtherAccount,
    /// The session is over.
    ExpiredCredentials,
    /// No credentials were found, or those that were named cannot be had.
    NoCredentials,
    /// Credentials that AWS does not accept.
    InvalidCredentials,
    /// A request that AWS took for too old or too early.
    ClockOff,
    /// No answer in time, or none at all while other calls have theirs.
    NoAnswer,
    /// No connection, or only the beginning of an answer, to this call and to all others.
    Unreachable,
    /// Something answered with a certificate that is not trusted.
    Untrusted,
    /// An answer that makes no sense.
    Malformed,
    /// An answer that asking again makes no better: too large, or with entities of its own.
    Unreadable,
    /// AWS failed on its side.
    Server,
    /// The endpoint, an emulator or a partition of its own, does not have the action.
    NotOffered,
    /// Somebody else is changing the same thing, or it is too new to be changed.
    Changing,
    /// Any other refusal.
    Refused,
}

use AwsErrorClass::{
    Changing, ClockOff, Denied, ExpiredCredentials, Gone, InvalidCredentials, Malformed, NoAnswer,
    NoCredentials, NotOffered, OtherAccount, Refused, RoleRefused, Server, Throttled, Unreachable,
    Unreadable, Untrusted,
};

impl AwsErrorClass {
    /// What to do about credentials that became another account's.
    pub(in crate::aws) const OTHER_ACCOUNT_REMEDY: &str =
        "correct where the credentials come from: it must lead to one account alone";

    /// Whether the same call may succeed a little later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Throttled | NoAnswer | Unreachable | Malformed | Server | Changing
        )
    }

    /// Whether nothing is learnt by the call, neither what was asked for nor why it is not told.
    pub(in crate::aws) fn is_failure(self) -> bool {
        self.is_retryable() || self == Unreadable
    }

    /// Whether AWS answered, whatever it was.
    pub(in crate::aws) fn is_answer(self) -> bool {
        !matches!(self, NoAnswer | Unreachable | Untrusted | NoCredentials)
    }

    /// Whether every further call would fail the same way, so the enumeration must stop.
    pub fn ends_the_pass(self) -> bool {
        self.is_of_the_caller() || matches!(self, Unreachable | Untrusted)
    }

    /// Whether AWS refused us: exit code 3 when nothing was collected.
    pub fn is_refusal(self) -> bool {
        self.is_of_the_caller() || matches!(self, Denied | Refused)
    }

    /// Whether a session that is new may fare better: another one is asked for in the next pass.
    pub(in crate::aws) fn may_be_of_an_old_session(self) -> bool {
        matches!(self, Denied | ExpiredCredentials | InvalidCredentials)
    }

    /// Whether it is about who calls, whatever is called.
    fn is_of_the_caller(self) -> bool {
        matches!(
            self,
            RoleRefused
                | OtherAccount
                | ExpiredCredentials
                | NoCredentials
                | InvalidCredentials
                | ClockOff
        )
    }

    /// The class of an answer with this error code, message and HTTP status.
    pub(in crate::aws) fn of_answer(code: &str, message: &str, status: u16) -> Self {
        match code {
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
            | "BandwidthLimitExceeded"
            | "ProvisionedThroughputExceededException" => Throttled,
            "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "NotAuthorized" => Denied,
            "ConcurrentModification"
            | "ConcurrentModificationException"
            | "EntityTemporarilyUnmodifiable"
            | "EntityTemporarilyUnmodifiableException"
            | "TooManyUpdates" => Changing,
            "NoSuchEntity"
            | "NoSuchEntityException"
            | "ParameterNotFound"
            | "InvalidResourceId" => Gone,
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => ExpiredCredentials,
            "RequestTimeout" | "RequestTimeoutException" => NoAnswer,
            // STS could not ask the identity provider.
            "IDPCommunicationError" => Server,
            "RequestExpired"
            | "RequestTimeTooSkewed"
            | "RequestInTheFuture"
            | "SignatureExpired" => ClockOff,
            // One code for a wrong secret and for a wrong time: the message says which.
            "SignatureDoesNotMatch" | "InvalidSignatureException" if is_of_time(message) => {
                ClockOff
            }
            "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "UnrecognizedClientException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "AuthFailure"
            | "InvalidSecurity"
            | "OptInRequired" => InvalidCredentials,
            _ if status == 429 => Throttled,
            _ if matches!(status, 408 | 504) => NoAnswer,
            _ if status >= 500 => Server,
            _ if status < 400 => Malformed,
            _ => Refused,
        }
    }
}

fn is_of_time(message: &str) -> bool {
    message.contains("Signature expired") || message.contains("Signature not yet current")
}

impl fmt::Display for AwsErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Throttled => "throttled",
            Denied => "denied",
            RoleRefused => "role not granted",
            OtherAccount => "credentials of another account",
            Gone => "gone",
            ExpiredCredentials => "expired credentials",
            NoCredentials => "no credentials",
            InvalidCredentials => "credentials not accepted",
            ClockOff => "the clock is off",
            NoAnswer => "no answer",
            Unreachable => "AWS not reachable",
            Untrusted => "certificate not trusted",
            Malformed => "malformed answer",
            Unreadable => "unreadable answer",
            Server => "AWS server error",
            Changing => "being changed",
            NotOffered => "not offered by the endpoint",
            Refused => "refused",
        })
    }
}
