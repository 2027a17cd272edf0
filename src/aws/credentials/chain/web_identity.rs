//! A token of an identity provider, which STS takes for a session: EKS, and others with OIDC.

use std::path::Path;

use aws_credential_types::Credentials;

use super::{ChainError, Found, Looked, SourceError};
use crate::aws::AwsClient;
use crate::aws::credentials::key_text;
use crate::config::{Role, aws_variable};
use crate::file;
use crate::foreign;
use crate::model::Arn;

const TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE_ARN: &str = "AWS_ROLE_ARN";
const SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";
const BYTES_MAX: u64 = 64 << 10;

/// The session of the role that variables name.
pub(super) async fn look(asker: &AwsClient) -> Looked {
    let Some(path) = aws_variable(TOKEN_FILE) else {
        return Ok(Found::Nothing(format!("{TOKEN_FILE} is not set")));
    };
    let Some(arn) = aws_variable(ROLE_ARN) else {
        let message = format!("{TOKEN_FILE} is set, and {ROLE_ARN} is not");
        return Err(SourceError::wrong(message, "set both or none").into());
    };
    let role = role(ROLE_ARN, &arn, aws_variable(SESSION_NAME))?;
    let session = session(asker, TOKEN_FILE, &path, &role).await?;
    Ok(Found::Credentials(session))
}

/// The role `arn`, which `key` names.
pub(super) fn role(
    key: &str,
    arn: &str,
    session_name: Option<String>,
) -> Result<Role, SourceError> {
    let parsed = Arn::parse(arn).map_err(|error| {
        SourceError::wrong(format!("{key} is no ARN of a role: {error}"), "correct it")
    })?;
    Ok(Role {
        arn: parsed,
        external_id: None,
        session_name: session_name.unwrap_or_else(|| "rollcall".to_owned()),
        duration: None,
    })
}

/// A session of `role` for the token in the file at `path`, which `key` names. The file is read
/// each time: its content is renewed.
pub(super) async fn session(
    asker: &AwsClient,
    key: &str,
    path: &str,
    role: &Role,
) -> Result<Credentials, ChainError> {
    let token = file::read_text(Path::new(path), BYTES_MAX).map_err(|error| {
        SourceError::wrong(
            format!("the web identity token file {path} ({key}) cannot be read: {error}"),
            format!("mount it, or correct {key}"),
        )
    })?;
    foreign::hide("web identity token", &token.trim().into());
    let token = key_text(&token).map_err(|why| {
        SourceError::wrong(
            format!("the web identity token file {path} ({key}) {why}"),
            "write the token again",
        )
    })?;
    Ok(asker.assume_role_with_web_identity(role, &token).await?)
}
