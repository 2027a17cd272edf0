//! Credentials of a role.

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::kept_sessions::KeptSessions;
use crate::aws::AwsClient;
use crate::config::Role;

/// Sessions of a role. One is asked for when it is needed, and the next before that expires;
/// AssumeRole goes through the gate of the account whose credentials assume the role.
#[derive(Debug, Clone)]
pub(in crate::aws) struct RoleSessions {
    pub(in crate::aws) parent: AwsClient,
    pub(in crate::aws) role: Role,
    pub(in crate::aws) kept: KeptSessions,
}

impl RoleSessions {
    /// A session that was kept, else another one.
    async fn session(&self) -> provider::Result {
        if let Some(session) = self.kept.get(&self.role) {
            return Ok(session);
        }
        let assumed = self.parent.assume_role(&self.role).await;
        let session = assumed.map_err(CredentialsError::provider_error)?;
        self.kept.keep(&self.role, session.clone());
        Ok(session)
    }

    /// The kept session is not used again.
    pub(in crate::aws) fn forget(&self) {
        self.kept.forget(&self.role);
    }
}

impl ProvideCredentials for RoleSessions {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.session())
    }
}
