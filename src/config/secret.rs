//! Secrets by reference: the file names where a secret is, never the secret.

use std::fmt;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::{name, path};
use crate::file;
use crate::foreign;

/// Far more than any key has.
const FILE_LEN_MAX: u64 = 64 * 1024;

/// Where a secret is found: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// The environment variable of this name.
    Env(String),
    /// The content of this file, without the white space around it.
    File(PathBuf),
    /// A secret that the platform gave.
    Given(GivenSecret),
}

/// A secret that the platform gave, by its name.
#[derive(Debug, Clone)]
pub struct GivenSecret {
    name: &'static str,
    secret: SecretString,
}

impl PartialEq for GivenSecret {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for GivenSecret {}

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, empty or not Unicode.
    #[error("environment variable {} is not set; export it, or use file:PATH", name::shown(.0))]
    Variable(String),
    /// The file could not be read.
    #[error("cannot read secret file {}: {source}", name::shown_path(path))]
    File {
        /// The file named by the reference.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds nothing.
    #[error("secret file {} is empty", name::shown_path(.0))]
    Empty(PathBuf),
    /// It holds what no HTTP header can carry.
    #[error("{0} holds a line break or another character that no key has; correct it")]
    Malformed(SecretRef),
}

/// A secret that could not be read, with the key that refers to it.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {error}")]
pub struct UnreadSecret {
    /// The key of the configuration.
    pub key: String,
    /// Why.
    pub error: SecretError,
}

impl SecretRef {
    /// A secret that the platform gave as `name`.
    pub fn given(name: &'static str, secret: &SecretString) -> Self {
        Self::Given(GivenSecret {
            name,
            secret: secret.clone(),
        })
    }

    /// Reads the key that `name` refers to.
    pub fn resolve_as(&self, name: &str) -> Result<(String, SecretString), UnreadSecret> {
        let unread = |error| UnreadSecret {
            key: name.to_owned(),
            error,
        };
        let secret = self.resolve().map_err(unread)?;
        foreign::hide(name, &secret);
        Ok((name.to_owned(), secret))
    }

    /// Reads a key.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        self.read(|byte| byte.is_ascii_graphic())
    }

    /// Reads what a header says, which may be several words: a scheme and a token.
    pub fn resolve_header(&self) -> Result<SecretString, SecretError> {
        self.read(|byte| matches!(byte, b' '..=b'~'))
    }

    fn read(&self, is_allowed: fn(u8) -> bool) -> Result<SecretString, SecretError> {
        let checked = |text: &str| {
            let secret = SecretString::from(text);
            foreign::hide("secret", &secret);
            match text.bytes().all(is_allowed) {
                true => Ok(secret),
                false => Err(SecretError::Malformed(self.clone())),
            }
        };
        match self {
            Self::Given(given) => checked(given.secret.expose_secret()),
            Self::Env(name) => match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => checked(value.trim()),
                _ => Err(SecretError::Variable(name.clone())),
            },
            Self::File(path) => {
                let content = file::read_text(path, FILE_LEN_MAX);
                let content = content.map_err(|source| SecretError::File {
                    path: path.clone(),
                    source,
                })?;
                match content.trim() {
                    "" => Err(SecretError::Empty(path.clone())),
                    secret => checked(secret),
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // What is there is never repeated, of whatever type: it may be the secret itself.
        let value = toml::Value::deserialize(from)?;
        match value.as_str().and_then(|text| text.split_once(':')) {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => match path::check(path) {
                None => Ok(Self::File(path.into())),
                Some(why) => Err(D::Error::custom(why)),
            },
            _ => Err(D::Error::custom(
                "a secret is given by reference: write \"env:NAME\" or \"file:PATH\"",
            )),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{}", name::shown(name)),
            Self::File(path) => write!(f, "file:{}", name::shown_path(path)),
            Self::Given(given) => f.write_str(given.name),
        }
    }
}
