//! An access key in variables.

use aws_credential_types::Credentials;

use super::{Found, SourceError};
use crate::config::aws_variable;

/// The access key of the environment.
pub(super) fn look() -> Result<Found, SourceError> {
    let Some(id) = aws_variable("AWS_ACCESS_KEY_ID") else {
        return Ok(Found::Nothing("AWS_ACCESS_KEY_ID is not set".to_owned()));
    };
    let Some(secret) = aws_variable("AWS_SECRET_ACCESS_KEY") else {
        return Err(SourceError::wrong(
            "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not",
            "set both or none",
        ));
    };
    let token = aws_variable("AWS_SESSION_TOKEN");
    let key = Credentials::new(id, secret, token, None, "environment");
    Ok(Found::Credentials(key))
}
