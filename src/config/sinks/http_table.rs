//! An `http` sink from its table.

use super::http::{Format, Headers, HttpSettings, HttpShape, Preset, SplunkSettings};
use super::table::SinkTable;
use crate::config::base_url;
use crate::map::Dialect;

impl SinkTable {
    pub(super) fn http(self, dialect: Dialect) -> Result<HttpSettings, String> {
        self.refuse_splunk_keys()?;
        let url = self.url.ok_or("an http sink needs `url`")?;
        let is_exact = self.exact_url.unwrap_or(self.preset.is_none());
        let url = match is_exact {
            true => base_url::check_whole(&url),
            false => base_url::check(&url),
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
                return Err(
                    "`headers` has authorization, which preset splunk-hec makes from `token`"
                        .to_owned(),
                );
            }
            Some(Preset::SplunkHec) => {
                let token = self
                    .token
                    .ok_or("preset splunk-hec needs `token`, as \"env:NAME\" or \"file:PATH\"")?;
                let url = match is_exact {
                    true => url,
                    false => format!("{}{SPLUNK_PATH}", url.trim_end_matches(SPLUNK_PATH)),
                };
                let default = SplunkSettings::new(token);
                let splunk = SplunkSettings {
                    auth_scheme: one_word(self.auth_scheme, default.auth_scheme)?,
                    // Sekoia's dialect has the creation of the user there.
                    is_time_observed: dialect == Dialect::Ocsf,
                    index: self.index,
                    host: self.host,
                    sourcetype: self.sourcetype.unwrap_or(default.sourcetype),
                    ..default
                };
                (url, HttpShape::SplunkHec(splunk))
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

impl SinkTable {
    /// Refuses the keys that only a Splunk collector has a use for.
    fn refuse_splunk_keys(&self) -> Result<(), String> {
        let keys = [
            ("index", self.index.is_some()),
            ("host", self.host.is_some()),
            ("sourcetype", self.sourcetype.is_some()),
            ("auth_scheme", self.auth_scheme.is_some()),
            ("exact_url", self.exact_url.is_some()),
        ];
        match keys.into_iter().find(|(_, is_set)| *is_set) {
            Some((key, _)) if self.preset.is_none() => {
                Err(format!("`{key}` has no meaning without `preset`"))
            }
            _ => Ok(()),
        }
    }
}

/// `auth_scheme`, or `default`.
fn one_word(auth_scheme: Option<String>, default: String) -> Result<String, String> {
    let scheme = auth_scheme.unwrap_or(default);
    let is_word = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match !scheme.is_empty() && is_word(&scheme) {
        true => Ok(scheme),
        false => Err("`auth_scheme` is one word, such as \"Splunk\" or \"Bearer\"".to_owned()),
    }
}

/// Where a Splunk collector takes events in JSON.
const SPLUNK_PATH: &str = "/services/collector/event";
