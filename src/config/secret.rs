//! Secrets by reference: the file names where a secret is, never the secret.

use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Where a secret is found: `env:NAME` or `file:PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// The environment variable of this name.
    Env(String),
    /// The content of this file, without the white space around it.
    File(PathBuf),
}

/// Why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, empty or not Unicode.
    #[error("environment variable {0} is not set; export it, or use file:PATH")]
    Variable(String),
    /// The file could not be read.
    #[error("cannot read secret file {path}: {source}")]
    File {
        /// The file named by the reference.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds nothing.
    #[error("secret file {0} is empty")]
    Empty(PathBuf),
}

impl SecretRef {
    /// Reads the secret; called once, when the component that needs it is built.
    pub fn resolve(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(name) => match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned().into()),
                _ => Err(SecretError::Variable(name.clone())),
            },
            Self::File(path) => {
                let content =
                    std::fs::read_to_string(path).map_err(|source| SecretError::File {
                        path: path.clone(),
                        source,
                    })?;
                match content.trim() {
                    "" => Err(SecretError::Empty(path.clone())),
                    secret => Ok(secret.to_owned().into()),
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            // The text is not repeated: it may be the secret itself.
            _ => Err(D::Error::custom(
                "a secret is given by reference: write \"env:NAME\" or \"file:PATH\"",
            )),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}
