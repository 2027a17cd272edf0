//! Posts to any URL: headers, the shape of a body, and presets.

use std::collections::BTreeMap;

use reqwest::header::HeaderName;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::config::{SecretRef, UnreadSecret};

/// Where an `http` sink posts, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSettings {
    /// The whole URL. It may hold a key in its path or query: it is never shown.
    pub url: String,
    /// Headers beside those that the body needs, by lower-case name.
    pub headers: BTreeMap<String, HeaderText>,
    /// The shape of a body.
    pub shape: HttpShape,
    /// Whether bodies are compressed.
    pub compression: Compression,
}

impl HttpSettings {
    /// Reads the headers that carry a secret, each by its name.
    pub fn secrets(&self) -> Result<Vec<(String, SecretString)>, UnreadSecret> {
        let mut headers = Vec::new();
        for (name, text) in &self.headers {
            if let HeaderText::Secret(reference) = text {
                let unread = |error| UnreadSecret {
                    key: format!("header {name}"),
                    error,
                };
                let secret = reference.resolve_header().map_err(unread)?;
                headers.push((name.clone(), secret));
            }
        }
        if let HttpShape::SplunkHec(splunk) = &self.shape {
            let (_, token) = splunk.token.resolve_as("token")?;
            let value = format!("{} {}", splunk.auth_scheme, token.expose_secret());
            headers.push(("authorization".to_owned(), value.into()));
        }
        Ok(headers)
    }
}

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderText {
    /// This.
    Plain(String),
    /// What is found there.
    Secret(SecretRef),
}

/// How events make a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpShape {
    /// One event a line.
    Ndjson,
    /// A JSON array of events.
    JsonArray,
    /// Splunk's HTTP Event Collector.
    SplunkHec(SplunkSettings),
}

/// What Splunk's HTTP Event Collector needs beside the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplunkSettings {
    /// The collector's token.
    pub token: SecretRef,
    /// What stands before the token in the header.
    pub auth_scheme: String,
    /// Whether an event's `time`, in milliseconds, is when it was observed. Where it is not,
    /// Splunk takes the time of the arrival.
    pub is_time_observed: bool,
    /// The index that events go to; the token's own one if none.
    pub index: Option<String>,
    /// What Splunk shows as the host of an event; what it makes of the connection if none.
    pub host: Option<String>,
    /// How Splunk reads an event.
    pub sourcetype: String,
}

impl SplunkSettings {
    /// The settings of a collector where only the token is known.
    pub fn new(token: SecretRef) -> Self {
        Self {
            token,
            auth_scheme: "Splunk".to_owned(),
            is_time_observed: true,
            index: None,
            host: None,
            // Splunk's own name for JSON whose fields it is to find itself.
            sourcetype: "_json".to_owned(),
        }
    }
}

/// Whether bodies are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As they are.
    #[default]
    None,
    /// With gzip, and the header that says so.
    Gzip,
}

/// `format` as written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Format {
    Ndjson,
    JsonArray,
}

/// `preset` as written.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Preset {
    SplunkHec,
}

/// `headers` as written, checked.
#[derive(Debug)]
pub(super) struct Headers(pub(super) BTreeMap<String, HeaderText>);

/// Headers that follow from the body and the connection.
const OURS: [&str; 5] = [
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "transfer-encoding",
];
/// What is in the name of a header that carries a secret, whatever stands between its words.
const SECRETIVE: [&str; 14] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "passw",
    "passphrase",
    "passcode",
    "apikey",
    "accesskey",
    "signature",
    "credential",
    "session",
    "bearer",
    "jwt",
];
/// Words that alone say so.
const SECRETIVE_WORDS: [&str; 8] = ["key", "pass", "pwd", "passwd", "sig", "sid", "hmac", "pin"];
/// How the values begin that hold a secret.
const SCHEMES: [&str; 5] = ["basic ", "bearer ", "splunk ", "token ", "apikey "];

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // What is there is never repeated, of whatever type: it may be a secret.
        let table = toml::Value::deserialize(from)?;
        let toml::Value::Table(table) = table else {
            return Err(D::Error::custom(
                "headers are a table; write { \"Name\" = \"value\" }",
            ));
        };
        let mut headers = BTreeMap::new();
        for (name, value) in table {
            let (name, text) = header(&name, value).map_err(D::Error::custom)?;
            if headers.insert(name.clone(), text).is_some() {
                return Err(D::Error::custom(format!("header {name} is given twice")));
            }
        }
        Ok(Self(headers))
    }
}

/// Whether a header of this name, or with this value, carries a secret.
fn is_secretive(name: &str, text: &str) -> bool {
    let is_break = |char: char| !char.is_ascii_alphanumeric();
    let joined: String = name.split(is_break).collect();
    let mut words = name.split(is_break);
    let text = text.trim_start().to_ascii_lowercase();
    SECRETIVE.iter().any(|part| joined.contains(part))
        || words.any(|word| SECRETIVE_WORDS.contains(&word))
        || SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

fn header(name: &str, value: toml::Value) -> Result<(String, HeaderText), String> {
    let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(format!(
            "{} is no name of a header",
            crate::config::name::quoted(name)
        ));
    };
    let name = known.as_str().to_owned();
    if OURS.contains(&name.as_str()) {
        return Err(format!("header {name} follows from the body; leave it out"));
    }
    let toml::Value::String(text) = value else {
        return Err(format!("header {name} needs a text"));
    };
    if text.starts_with("env:") || text.starts_with("file:") {
        return match SecretRef::deserialize(toml::Value::String(text)) {
            Ok(secret) => Ok((name, HeaderText::Secret(secret))),
            Err(error) => Err(format!("header {name}: {}", error.message().trim_end())),
        };
    }
    if is_secretive(&name, &text) {
        return Err(format!(
            "header {name} carries a secret, which is given by reference: write \"env:NAME\" or \
             \"file:PATH\" of the whole value"
        ));
    }
    match text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        true => Ok((name, HeaderText::Plain(text))),
        false => Err(format!(
            "header {name} holds a line break or another character that no header has"
        )),
    }
}
