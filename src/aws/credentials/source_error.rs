//! Why a place that is to have credentials has none.

use std::error::Error;

use crate::aws::AwsErrorClass;
use crate::foreign::Shown;
use crate::trust::causes;

/// Why credentials cannot be had from where they are to come from.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(in crate::aws) struct SourceError {
    pub(in crate::aws) class: AwsErrorClass,
    pub(in crate::aws) message: Shown,
    /// What to do about it; without one, what its class asks for.
    pub(in crate::aws) remedy: Option<String>,
}

impl SourceError {
    /// The place is set up so that it can have none, until `remedy` is followed.
    pub(in crate::aws) fn wrong(message: impl AsRef<str>, remedy: impl Into<String>) -> Self {
        Self {
            remedy: Some(remedy.into()),
            ..Self::failed(AwsErrorClass::NoCredentials, message)
        }
    }

    /// Any other error, with all that it says.
    pub(in crate::aws) fn of_any(error: &(dyn Error + 'static)) -> Self {
        let all: Vec<String> = causes(error).map(ToString::to_string).collect();
        Self::failed(AwsErrorClass::NoCredentials, all.join(": "))
    }

    /// What was asked for credentials did not give any, for a reason of this class.
    pub(super) fn failed(class: AwsErrorClass, message: impl AsRef<str>) -> Self {
        Self {
            class,
            message: Shown::of(message.as_ref()),
            remedy: None,
        }
    }
}
