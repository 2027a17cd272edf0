//! An access key of one's own, instead of what the SDK's chain finds.

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::config::{AwsSettings, SecretRef};

/// `aws.access_key_id`: the id itself, which is no secret, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessKeyId {
    /// The id.
    Plain(String),
    /// Where it is found.
    Reference(SecretRef),
}

/// An access key, by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeySettings {
    /// The id.
    pub id: AccessKeyId,
    /// The secret.
    pub secret: SecretRef,
    /// The token of a session, where the key is one's.
    pub session_token: Option<SecretRef>,
}

impl AwsSettings {
    /// The configured access key, if any.
    pub fn access_key(&self) -> Option<AccessKeySettings> {
        Some(AccessKeySettings {
            id: self.access_key_id.clone()?,
            secret: self.secret_access_key.clone()?,
            session_token: self.session_token.clone(),
        })
    }
}

/// What is missing of the access key of `aws`.
pub(in crate::config) fn check(aws: &AwsSettings) -> Option<&'static str> {
    match (&aws.access_key_id, &aws.secret_access_key) {
        (Some(_), None) => Some("aws: `access_key_id` needs `secret_access_key`"),
        (None, Some(_)) => Some("aws: `secret_access_key` needs `access_key_id`"),
        (None, None) if aws.session_token.is_some() => {
            Some("aws: `session_token` needs `access_key_id` and `secret_access_key`")
        }
        _ => None,
    }
}

impl<'de> Deserialize<'de> for AccessKeyId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(from)?;
        let Some(text) = value.as_str() else {
            return Err(D::Error::custom("`access_key_id` is a text"));
        };
        if text.contains(':') {
            return Ok(Self::Reference(
                SecretRef::deserialize(value).map_err(D::Error::custom)?,
            ));
        }
        let is_id = (16..=128).contains(&text.len())
            && text
                .bytes()
                .all(|it| it.is_ascii_uppercase() || it.is_ascii_digit());
        match is_id {
            true => Ok(Self::Plain(text.to_owned())),
            // What stands there may be the secret: it is not repeated.
            false => Err(D::Error::custom(
                "`access_key_id` is no id of an access key; write AKIA..., \"env:NAME\" or \
                 \"file:PATH\"",
            )),
        }
    }
}
