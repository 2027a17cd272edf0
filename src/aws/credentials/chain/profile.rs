//! The profile of the shared configuration files that is selected, and the credentials it has.

use std::sync::Once;

use aws_config::profile::ProfileSet;
use aws_credential_types::Credentials;

use super::profile_files::{check, nowhere};
use super::profile_source::{Base, Resolved, resolve};
use super::{ChainError, Found, Looked, SourceError};
use super::{container, environment, instance, process, web_identity};
use crate::aws::{AwsClient, AwsErrorClass};
use crate::config::{AwsSettings, aws_variable};
use crate::foreign;
use crate::trust::causes;

/// One note a process.
static NOTED: Once = Once::new();

/// A profile, and all others that it may lead to.
pub(super) struct Profile {
    name: String,
    /// What names it, unless it is the default one.
    named_by: Option<&'static str>,
    all: ProfileSet,
}

impl Profile {
    /// The profile that `settings` or AWS_PROFILE select.
    pub(super) async fn selected(settings: &AwsSettings) -> Result<Self, SourceError> {
        let (name, named_by) = match (&settings.profile, aws_variable("AWS_PROFILE")) {
            (Some(name), _) => (name.clone(), Some("aws.profile")),
            (None, Some(name)) => (name, Some("AWS_PROFILE")),
            (None, None) => ("default".to_owned(), None),
        };
        check()?;
        let selected = Some(name.clone().into());
        let (files, system, variables) =
            (Default::default(), Default::default(), Default::default());
        let all = aws_config::profile::load(&system, &variables, &files, selected).await;
        let all = all.map_err(|error| {
            let why: Vec<String> = causes(&error).map(ToString::to_string).collect();
            let message = format!("the profiles cannot be read: {}", why.join(": "));
            SourceError::wrong(message, "correct the file")
        })?;
        Ok(Self {
            name,
            named_by,
            all,
        })
    }

    /// Says that the key of the environment is not used.
    pub(super) fn note_other_key(&self) {
        if aws_variable("AWS_ACCESS_KEY_ID").is_some() {
            let name = &self.name;
            NOTED.call_once(|| {
                tracing::info!(
                    "aws.profile names {name:?}, and AWS_ACCESS_KEY_ID is set too: the profile is \
                     used"
                );
            });
        }
    }

    /// What the profile has.
    pub(super) async fn look(&self, asker: &AwsClient, settings: &AwsSettings) -> Looked {
        let name = &self.name;
        if self.all.get_profile(name).is_none() {
            return match self.named_by {
                Some(by) => Err(SourceError::wrong(
                    format!("{by} names the profile {name:?}, which is {}", nowhere()),
                    format!("correct {by}, or add the profile"),
                )
                .into()),
                None => Ok(Found::Nothing(format!("profile default is {}", nowhere()))),
            };
        }
        let resolved = resolve(&self.all, name)?;
        let Some(mut credentials) = base(&resolved, asker, settings).await? else {
            let message = format!("profile {name} holds no credentials");
            return match resolved.roles.is_empty() {
                true => Ok(Found::Nothing(message)),
                false => Err(SourceError::wrong(
                    format!("{message} to assume its role with"),
                    "correct its source_profile or credential_source",
                )
                .into()),
            };
        };
        for step in &resolved.roles {
            let assumed = asker.assume_role_as(credentials, &step.role).await;
            credentials = assumed.map_err(|mut error| {
                if step.asks_for_mfa && error.class == AwsErrorClass::RoleRefused {
                    let profile = &step.profile;
                    error.remedy = Some(format!(
                        "profile {profile} has an mfa_serial, and nobody is there to type a code: \
                         name a profile or role that needs none"
                    ));
                }
                error
            })?;
        }
        Ok(Found::Credentials(credentials))
    }
}

/// What the roles of a profile, if it has any, are assumed with.
async fn base(
    resolved: &Resolved,
    asker: &AwsClient,
    settings: &AwsSettings,
) -> Result<Option<Credentials>, ChainError> {
    let profile = &resolved.base_profile;
    let found = match &resolved.base {
        Base::Nothing => return Ok(None),
        Base::Key(key) => {
            foreign::hide("aws secret key", &key.secret_access_key().into());
            return Ok(Some(key.clone()));
        }
        Base::Process(command) => {
            return Ok(Some(process::credentials(profile, command).await?));
        }
        Base::WebIdentity { role, token_file } => {
            let key = format!("web_identity_token_file of profile {profile}");
            return Ok(Some(
                web_identity::session(asker, &key, token_file, role).await?,
            ));
        }
        Base::SignIn(how) => return Ok(Some(signed_in(profile, how, settings).await?)),
        Base::Environment => environment::look()?,
        Base::Container => container::look(&settings.roots).await?,
        Base::Instance => instance::look().await?,
    };
    match found {
        Found::Credentials(credentials) => Ok(Some(credentials)),
        Found::Nothing(why) => Err(SourceError::wrong(
            format!("the credential_source of profile {profile} has no credentials: {why}"),
            "correct it",
        )
        .into()),
    }
}

/// The session of a person who signed in.
#[cfg(feature = "sso")]
async fn signed_in(
    profile: &str,
    how: &str,
    settings: &AwsSettings,
) -> Result<Credentials, SourceError> {
    use aws_credential_types::provider::ProvideCredentials;

    let provider = crate::aws::connect::sign_in_provider(profile, settings).await;
    provider.provide_credentials().await.map_err(|error| {
        let why: Vec<String> = causes(&error).map(ToString::to_string).collect();
        SourceError::wrong(
            format!("profile {profile} signs in with {how}: {}", why.join(": ")),
            format!("sign in again: aws sso login --profile {profile}"),
        )
    })
}

#[cfg(not(feature = "sso"))]
async fn signed_in(profile: &str, how: &str, _: &AwsSettings) -> Result<Credentials, SourceError> {
    Err(SourceError::wrong(
        format!("profile {profile} signs in with {how}, which only the AWS CLI does here"),
        format!(
            "add a profile with `credential_process = aws configure export-credentials --profile \
             {profile}`, name that one, and sign in with the CLI; for unattended operation, use a \
             role instead"
        ),
    ))
}
