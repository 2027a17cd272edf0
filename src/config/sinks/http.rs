//! Posts to any URL: headers, the shape of a body, and presets.

use std::collections::BTreeMap;

use reqwest::header::HeaderName;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::table::SinkTable;
use crate::config::{SecretRef, base_url};
use crate::map::Dialect;

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
    /// How many units of an event's `time` make a second, which is what Splunk counts in.
    pub time_units_per_s: u32,
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
pub(super) struct Headers(BTreeMap<String, HeaderText>);

/// Headers that follow from the body and the connection.
const OURS: [&str; 5] = [
    "connection",
    "content-encoding",
    "content-length",
    "host",
    "transfer-encoding",
];
/// What is in the name of a header that carries a secret.
const SECRETIVE: [&str; 6] = [
    "authorization",
    "cookie",
    "token",
    "secret",
    "password",
    "api-key",
];

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

fn header(name: &str, value: toml::Value) -> Result<(String, HeaderText), String> {
    let Ok(known) = HeaderName::from_bytes(name.as_bytes()) else {
        return Err(format!("{name:?} is no name of a header"));
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
    if SECRETIVE.iter().any(|part| name.contains(part)) {
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

impl SinkTable {
    pub(super) fn http(self, dialect: Dialect) -> Result<HttpSettings, String> {
        let url = self.url.ok_or("an http sink needs `url`")?;
        let url = match self.preset {
            None => base_url::check_whole(&url),
            Some(Preset::SplunkHec) => base_url::check(&url),
        };
        let url = url.map_err(|why| format!("`url` {why}"))?;
        let headers = self.headers.map(|Headers(headers)| headers);
        let headers = headers.unwrap_or_default();
        let (url, shape) = match self.preset {
            None if self.token.is_some() => {
                return Err("`token` has no meaning without `preset`".to_owned());
            }
            None => match self.format {
                None | Some(Format::Ndjson) => (url, HttpShape::Ndjson),
                Some(Format::JsonArray) => (url, HttpShape::JsonArray),
            },
            Some(Preset::SplunkHec) if self.format.is_some() => {
                return Err("`format` has no meaning with preset splunk-hec".to_owned());
            }
            Some(Preset::SplunkHec) if headers.contains_key("authorization") => {
                return Err("preset splunk-hec sets header authorization from `token`".to_owned());
            }
            Some(Preset::SplunkHec) => {
                let token = self
                    .token
                    .ok_or("preset splunk-hec needs `token`, as \"env:NAME\" or \"file:PATH\"")?;
                let url = url.trim_end_matches(SPLUNK_PATH);
                let splunk = SplunkSettings {
                    token,
                    time_units_per_s: match dialect {
                        Dialect::Ocsf => 1_000,
                        Dialect::Sekoia => 1,
                    },
                };
                (format!("{url}{SPLUNK_PATH}"), HttpShape::SplunkHec(splunk))
            }
        };
        Ok(HttpSettings {
            url,
            headers,
            shape,
            compression: self.compression.unwrap_or_default(),
        })
    }
}

/// Where a Splunk collector takes events in JSON.
const SPLUNK_PATH: &str = "/services/collector/event";
