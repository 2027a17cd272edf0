//! Where credentials are looked for when the configuration names none: the places and the order of
//! the SDKs, a profile that the configuration names before all others. The SDK's own chain cannot retry, names neither profiles nor files, and waits for a
//! process for ever.

mod answer;
mod container;
mod environment;
mod instance;
mod local_http;
mod process;
mod profile;
mod profile_files;
mod profile_source;
mod retry;
mod web_identity;

use std::fmt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

use super::source_error::SourceError;
use crate::aws::{AwsClient, AwsError, AwsErrorClass};
use crate::config::AwsSettings;
pub(in crate::aws) use instance::region as instance_region;
use profile::Profile;
pub(in crate::aws) use profile_files::{
    LEN_MAX as PROFILES_LEN_MAX, check as check_profile_files, files as profile_files,
};

/// The chain of places.
pub(in crate::aws) struct Chain {
    /// Assumes roles, with the endpoints and gates of all other calls.
    asker: AwsClient,
    settings: AwsSettings,
}

/// What a place has.
enum Found {
    Credentials(Credentials),
    /// Nothing, since it is not used here.
    Nothing(String),
}

/// Why a place that is used has none.
#[derive(Debug, thiserror::Error)]
enum ChainError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Aws(#[from] AwsError),
}

type Looked = Result<Found, ChainError>;

impl Chain {
    pub(in crate::aws) fn new(asker: AwsClient, settings: &AwsSettings) -> Self {
        Self {
            asker,
            settings: settings.clone(),
        }
    }

    async fn credentials(&self) -> Result<Credentials, ChainError> {
        let mut looked = Vec::new();
        let mut note = |place: &str, found: Found| match found {
            Found::Credentials(credentials) => Some(credentials),
            Found::Nothing(why) => {
                looked.push(format!("{place} ({why})"));
                None
            }
        };
        let (asker, settings) = (&self.asker, &self.settings);
        let has_named_one = settings.profile.is_some();
        // The profile that the configuration names is meant, whatever the environment has.
        if has_named_one {
            let profile = Profile::selected(settings).await?;
            if let Some(found) = note("profile", profile.look(asker, settings).await?) {
                profile.note_other_key();
                return Ok(found);
            }
        }
        if let Some(found) = note("environment", environment::look()?) {
            return Ok(found);
        }
        if !has_named_one {
            let profile = Profile::selected(settings).await?;
            if let Some(found) = note("profile", profile.look(asker, settings).await?) {
                return Ok(found);
            }
        }
        if let Some(found) = note("web identity", web_identity::look(&self.asker).await?) {
            return Ok(found);
        }
        let container = container::look(&self.settings.roots).await?;
        if let Some(found) = note("container", container) {
            return Ok(found);
        }
        if let Some(found) = note("instance metadata", instance::look().await?) {
            return Ok(found);
        }
        let looked = format!("there are none in: {}", looked.join("; "));
        Err(SourceError::failed(AwsErrorClass::NoCredentials, looked).into())
    }
}

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let found: provider::Result = match self.credentials().await {
                Ok(credentials) => Ok(credentials),
                Err(ChainError::Source(error)) => Err(CredentialsError::provider_error(error)),
                Err(ChainError::Aws(error)) => Err(CredentialsError::provider_error(error)),
            };
            found
        })
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chain")
    }
}
