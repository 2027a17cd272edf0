//! An `http` sink from its table.

use super::http::{Format, Headers, HttpSettings, HttpShape, Preset, SplunkSettings};
use super::table::SinkTable;
use crate::config::base_url;
use crate::map::Dialect;

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
