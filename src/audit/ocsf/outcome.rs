//! Whether a call succeeded: `status_id`, `status`, `status_code` and `status_detail`.

use serde::Serialize;

use crate::audit::record::{Record, fields};

const SIGN_IN: &str = "signin.amazonaws.com";

/// How the call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Outcome<'a> {
    status_id: u8,
    /// The same in words.
    pub status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
}

impl Outcome<'_> {
    /// Whether the call is known to have failed.
    pub fn has_failed(&self) -> bool {
        self.status_id == 2
    }
}

/// How the call of `record` ended. A failed sign-in has no `errorCode`: its word is in the answer,
/// by the name of the event. A sign-in without any word is unknown.
pub(in crate::audit) fn outcome(record: &Record) -> Outcome<'_> {
    let has_error = record.error_code.is_some() || record.error_message.is_some();
    let (status_id, status) = match word(record) {
        _ if has_error => (2, "Failure"),
        Some("Failure") => (2, "Failure"),
        Some("Success") => (1, "Success"),
        Some(other) => (99, other),
        None if is_sign_in(record) => (0, "Unknown"),
        None => (1, "Success"),
    };
    Outcome {
        status_id,
        status,
        status_code: record.error_code.as_deref(),
        status_detail: record.error_message.as_deref(),
    }
}

/// What a sign-in says of itself.
fn word(record: &Record) -> Option<&str> {
    if record.event_source != SIGN_IN {
        return None;
    }
    let of_service = record.rest.get("serviceEventDetails");
    record
        .answered(&[&record.event_name])
        .or_else(|| fields::at(of_service, &[&record.event_name]))
}

fn is_sign_in(record: &Record) -> bool {
    record.event_source == SIGN_IN && record.event_type.as_deref() != Some("AwsApiCall")
}
