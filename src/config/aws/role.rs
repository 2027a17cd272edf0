//! What AssumeRole takes, checked as AWS checks it: before the first pass, not in the middle of one.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::config::{AwsSettings, name};
use crate::model::{Arn, partition_of_region};

/// A session of a role, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Role {
    /// Which role, in which account.
    pub arn: Arn,
    /// The secret-like name that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// What CloudTrail calls the session.
    pub session_name: String,
    /// How long a session lasts; AWS's default is an hour.
    pub duration: Option<Duration>,
}

/// What CloudTrail calls our sessions, unless configured.
pub(in crate::config) const SESSION_NAME: &str = "rollcall";

/// The longest session of a role that was assumed from a role.
pub(in crate::config) const CHAINED_MAX: Duration = Duration::from_secs(3600);

const DURATION_MIN: Duration = Duration::from_secs(900);
const DURATION_MAX: Duration = Duration::from_secs(12 * 3600);

/// What of the first role of `aws` is there without it.
pub(in crate::config) fn check(aws: &AwsSettings) -> Option<&'static str> {
    let is_role = aws.role_arn.is_some();
    let is_half = aws.external_id.is_some() || aws.session_name.is_some() || aws.duration.is_some();
    (is_half && !is_role)
        .then_some("aws: `external_id`, `session_name` and `duration` need `role_arn`")
}

pub(in crate::config) fn arn<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Arn>, D::Error> {
    let text = String::deserialize(from)?;
    let is_role = |arn: &Arn| {
        arn.role_name()
            .is_some_and(|name| check_name(name).is_none())
    };
    match Arn::parse(text.as_str()).ok().filter(is_role) {
        Some(arn) => Ok(Some(arn)),
        None => Err(D::Error::custom(format!(
            "{} is no ARN of a role; write \"{}\"",
            name::quoted_arn(&text),
            example_role_arn()
        ))),
    }
}

/// What the ARN of a role looks like.
fn example_role_arn() -> Arn {
    Arn::of_iam(partition_of_region(None), "111122223333", "role/NAME")
}

/// What is wrong with a role's name, which may have a path before it.
pub(in crate::config) fn check_name(name: &str) -> Option<String> {
    let wrong = wrong_character(name, "_+=,.@-/");
    let last = name.rsplit('/').next().unwrap_or_default();
    match wrong {
        Some(wrong) => Some(format!("a role's name {wrong}")),
        None if last.is_empty() => Some("a role's name is empty".to_owned()),
        None => None,
    }
}

/// What is wrong with an external id, if anything is.
pub fn check_external_id(text: &str) -> Option<String> {
    wrong(text, "external_id", (2, 1224), "_+=,.@:/-")
}

pub(in crate::config) fn external_id<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match check_external_id(&text) {
        None => Ok(Some(text)),
        Some(why) => Err(D::Error::custom(why)),
    }
}

pub(in crate::config) fn session_name<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    match wrong(&text, "session_name", (2, 64), "_+=,.@-") {
        None => Ok(Some(text)),
        Some(why) => Err(D::Error::custom(why)),
    }
}

/// What is wrong with `text`, of which AWS takes letters, digits and `others`, and some lengths.
fn wrong(text: &str, key: &str, (min, max): (usize, usize), others: &str) -> Option<String> {
    if let Some(wrong) = wrong_character(text, others) {
        return Some(format!("`{key}` {wrong}"));
    }
    // ASCII by now: bytes are characters.
    let len = text.len();
    (!(min..=max).contains(&len))
        .then(|| format!("`{key}` is {len} long; AWS takes {min} to {max} characters"))
}

/// Which character of `text` is neither letter nor digit of ASCII, nor one of `others`.
fn wrong_character(text: &str, others: &str) -> Option<String> {
    let is_allowed = |it: char| it.is_ascii_alphanumeric() || others.contains(it);
    let (before, wrong) = text.chars().enumerate().find(|(_, it)| !is_allowed(*it))?;
    let position = before + 1;
    Some(format!(
        "has {wrong:?} at position {position}; AWS takes letters, digits and {others} there"
    ))
}

pub(in crate::config) fn duration<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    let duration = crate::config::duration::positive(from)?;
    match (DURATION_MIN..=DURATION_MAX).contains(&duration) {
        true => Ok(Some(duration)),
        false => Err(D::Error::custom(format!(
            "`duration` is {}; AWS takes 15m to 12h, and at most what the role allows",
            humantime::format_duration(duration)
        ))),
    }
}
