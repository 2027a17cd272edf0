//! Where credentials come from, besides the SDK's chain: a role, or an access key by reference.

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use secrecy::ExposeSecret;

use super::AwsClient;
use crate::config::{AccessKeyId, AccessKeySettings, Role, SecretError};

/// Sessions of a role. The SDK asks for one when it needs it, and for the next before that
/// expires; AssumeRole goes through the gate of the account whose credentials assume the role.
#[derive(Debug, Clone)]
pub(super) struct RoleSessions {
    pub(super) parent: AwsClient,
    pub(super) role: Role,
}

impl ProvideCredentials for RoleSessions {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let session = self.parent.assume_role(&self.role);
        future::ProvideCredentials::new(async {
            session.await.map_err(CredentialsError::provider_error)
        })
    }
}

/// A configured access key. It is read anew whenever the SDK asks, so that a key that was
/// rotated in its file is found.
#[derive(Debug, Clone)]
pub(super) struct AccessKey(pub(super) AccessKeySettings);

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
