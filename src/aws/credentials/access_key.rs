//! A configured access key, by reference.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use secrecy::ExposeSecret;

use crate::config::{AccessKeyId, AccessKeySettings, SecretError};

/// A configured access key. It is read whenever the SDK asks, so that a key that was
/// rotated in its file is found.
#[derive(Debug, Clone)]
pub(in crate::aws) struct AccessKey(pub(in crate::aws) AccessKeySettings);

impl ProvideCredentials for AccessKey {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let read: provider::Result = read(&self.0).map_err(CredentialsError::provider_error);
        future::ProvideCredentials::ready(read)
    }
}

/// Reads the access key, as one that the SDK takes.
fn read(key: &AccessKeySettings) -> Result<Credentials, SecretError> {
    let id = match &key.id {
        AccessKeyId::Plain(id) => id.clone(),
        AccessKeyId::Reference(reference) => reference.resolve()?.expose_secret().to_owned(),
    };
    let secret = key.secret.resolve()?.expose_secret().to_owned();
    let token = key.session_token.as_ref().map(|token| token.resolve());
    let token = token
        .transpose()?
        .map(|token| token.expose_secret().to_owned());
    Ok(Credentials::new(
        id,
        secret,
        token,
        None,
        "aws.access_key_id",
    ))
}

/// Whether the access key can be read now.
pub fn check_access_key(key: &AccessKeySettings) -> Result<(), SecretError> {
    read(key).map(drop)
}
