//! What a profile says: what it holds itself, and the roles that are assumed with that.

use std::time::Duration;

use aws_config::profile::{Profile, ProfileSet};
use aws_credential_types::Credentials;

use super::{SourceError, web_identity};
use crate::aws::credentials::key_text;
use crate::config::Role;

/// What the first of several profiles leads to.
#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) base: Base,
    /// The profile that holds it.
    pub(super) base_profile: String,
    /// In the order in which they are assumed.
    pub(super) roles: Vec<Step>,
}

/// A role to assume.
#[derive(Debug)]
pub(super) struct Step {
    /// The profile that names it.
    pub(super) profile: String,
    pub(super) role: Role,
    /// Whether the profile has an `mfa_serial`.
    pub(super) asks_for_mfa: bool,
}

/// What a profile holds, besides a role.
#[derive(Debug)]
pub(super) enum Base {
    Nothing,
    Key(Credentials),
    /// A command.
    Process(String),
    WebIdentity {
        role: Role,
        token_file: String,
    },
    /// The session of a person; how that signs in.
    SignIn(&'static str),
    Environment,
    Container,
    Instance,
}

/// What `name` leads to, one `source_profile` after the other.
pub(super) fn resolve(all: &ProfileSet, name: &str) -> Result<Resolved, SourceError> {
    let mut visited: Vec<&str> = Vec::new();
    let mut roles = Vec::new();
    let mut name = name;
    let (base, holder) = loop {
        let Some(profile) = all.get_profile(name) else {
            let before = visited.last().unwrap_or(&name);
            let message =
                format!("profile {before} has the source_profile {name:?}, which is nowhere");
            return Err(SourceError::wrong(message, "correct it"));
        };
        if visited.contains(&name) {
            let message = format!("the profiles {} lead in a circle", visited.join(", "));
            return Err(SourceError::wrong(message, "correct their source_profile"));
        }
        visited.push(name);
        // A profile that another one starts from is used for its key, if it has one.
        let key = key(profile)?;
        if let (Some(key), 2..) = (&key, visited.len()) {
            break (Base::Key(key.clone()), profile);
        }
        let Some(step) = step(profile)? else {
            break (base(profile, key)?, profile);
        };
        roles.push(step);
        let starts = (
            profile.get("source_profile"),
            profile.get("credential_source"),
        );
        match starts {
            (Some(next), None) if next == name => break (base(profile, key)?, profile),
            (Some(next), None) => name = next,
            (None, Some(source)) => break (named(profile, source)?, profile),
            (Some(_), Some(_)) | (None, None) => {
                let message = format!(
                    "profile {name} has a role_arn, which needs either source_profile or \
                     credential_source"
                );
                return Err(SourceError::wrong(message, "add one of them"));
            }
        }
    };
    roles.reverse();
    Ok(Resolved {
        base,
        base_profile: holder.name().to_owned(),
        roles,
    })
}

/// The role of `profile`, unless it is that of a web identity.
fn step(profile: &Profile) -> Result<Option<Step>, SourceError> {
    let Some(arn) = profile.get("role_arn") else {
        return Ok(None);
    };
    if profile.get("web_identity_token_file").is_some() {
        return Ok(None);
    }
    let mut role = role(profile, arn)?;
    role.external_id = profile.get("external_id").map(str::to_owned);
    role.duration = match profile.get("duration_seconds").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(Duration::from_secs(seconds)),
        Some(Err(_)) => {
            let message = format!(
                "duration_seconds of profile {} is no number",
                profile.name()
            );
            return Err(SourceError::wrong(message, "correct it"));
        }
    };
    Ok(Some(Step {
        profile: profile.name().to_owned(),
        role,
        asks_for_mfa: profile.get("mfa_serial").is_some(),
    }))
}

fn role(profile: &Profile, arn: &str) -> Result<Role, SourceError> {
    let key = format!("role_arn of profile {}", profile.name());
    let session_name = profile.get("role_session_name").map(str::to_owned);
    web_identity::role(&key, arn, session_name)
}

fn base(profile: &Profile, key: Option<Credentials>) -> Result<Base, SourceError> {
    let web_identity = (
        profile.get("role_arn"),
        profile.get("web_identity_token_file"),
    );
    if let Some(source) = profile.get("credential_source") {
        return named(profile, source);
    }
    if let (Some(arn), Some(file)) = web_identity {
        return Ok(Base::WebIdentity {
            role: role(profile, arn)?,
            token_file: file.to_owned(),
        });
    }
    if profile
        .get("sso_session")
        .or(profile.get("sso_start_url"))
        .is_some()
    {
        return Ok(Base::SignIn("IAM Identity Center"));
    }
    if profile.get("login_session").is_some() {
        return Ok(Base::SignIn("`aws login`"));
    }
    if let Some(command) = profile.get("credential_process") {
        return Ok(Base::Process(command.to_owned()));
    }
    Ok(key.map_or(Base::Nothing, Base::Key))
}

fn named(profile: &Profile, source: &str) -> Result<Base, SourceError> {
    match source.to_ascii_lowercase().as_str() {
        "environment" => Ok(Base::Environment),
        "ecscontainer" => Ok(Base::Container),
        "ec2instancemetadata" => Ok(Base::Instance),
        _ => Err(SourceError::wrong(
            format!(
                "profile {} has the unknown credential_source {source:?}",
                profile.name()
            ),
            "write Environment, EcsContainer or Ec2InstanceMetadata",
        )),
    }
}

/// The access key that the profile holds.
fn key(profile: &Profile) -> Result<Option<Credentials>, SourceError> {
    let half = |lacks: &str| {
        let message = format!(
            "profile {} has half an access key: it lacks {lacks}",
            profile.name()
        );
        Err(SourceError::wrong(message, "add it"))
    };
    let text = |key: &str| {
        let text = key_text(profile.get(key).unwrap_or_default()).map_err(|why| {
            let message = format!("{key} of profile {} {why}", profile.name());
            SourceError::wrong(message, "correct it")
        })?;
        Ok::<_, SourceError>(Some(text).filter(|it| !it.is_empty()))
    };
    match (text("aws_access_key_id")?, text("aws_secret_access_key")?) {
        (None, None) => Ok(None),
        (Some(_), None) => half("aws_secret_access_key"),
        (None, Some(_)) => half("aws_access_key_id"),
        (Some(id), Some(secret)) => {
            let token = text("aws_session_token")?;
            Ok(Some(Credentials::new(id, secret, token, None, "profile")))
        }
    }
}
