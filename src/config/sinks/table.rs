//! A `[[sinks]]` table as written, and its checks.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use super::http::{Compression, Format, Headers, Preset};
use super::{BATCH_SIZE, FLUSH_AFTER, FLUSH_AFTER_MAX, OutboxLimits, SinkKind, SinkSettings};
use crate::config::{AssetConnectorOverrides, SecretRef, duration, name, path};
use crate::map::Dialect;

/// `[[sinks]]` as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct SinkTable {
    name: Option<String>,
    r#type: SinkType,
    dialect: Option<Dialect>,
    batch_size: Option<NonZeroUsize>,
    batch_bytes: Option<NonZeroUsize>,
    #[serde(default, deserialize_with = "duration::any")]
    flush_after: Option<Duration>,
    outbox_events: Option<NonZeroU64>,
    outbox_bytes: Option<NonZeroU64>,
    audit: Option<bool>,
    pub(super) url: Option<String>,
    pub(super) connector_uuid: Option<Uuid>,
    pub(super) api_key: Option<SecretRef>,
    pub(super) intake_key: Option<SecretRef>,
    pub(super) preset: Option<Preset>,
    pub(super) token: Option<SecretRef>,
    pub(super) auth_scheme: Option<String>,
    pub(super) exact_url: Option<bool>,
    pub(super) index: Option<String>,
    pub(super) host: Option<String>,
    pub(super) sourcetype: Option<String>,
    pub(super) headers: Option<Headers>,
    pub(super) format: Option<Format>,
    pub(super) compression: Option<Compression>,
    #[serde(default, deserialize_with = "path::meant")]
    pub(super) path: Option<PathBuf>,
    pub(super) rotate_bytes: Option<NonZeroU64>,
    pub(super) keep_files: Option<NonZeroU32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SinkType {
    SekoiaAsset,
    SekoiaIntake,
    Http,
    Ndjson,
}

impl SinkType {
    fn as_str(self) -> &'static str {
        match self {
            Self::SekoiaAsset => "sekoia-asset",
            Self::SekoiaIntake => "sekoia-intake",
            Self::Http => "http",
            Self::Ndjson => "ndjson",
        }
    }
}

impl SinkTable {
    /// Checks what the type needs and what it has no use for; the error names the key.
    pub(in crate::config) fn check(
        self,
        overrides: &AssetConnectorOverrides,
    ) -> Result<SinkSettings, String> {
        let r#type = self.r#type;
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| r#type.as_str().to_owned());
        let well_named = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if name.is_empty() || !name.chars().all(well_named) {
            return Err(format!(
                "`name` {} has other characters than letters, digits, `-`, `_` and `.`",
                name::quoted(&name)
            ));
        }
        self.refuse_others()?;
        let dialect = self.dialect.unwrap_or(match r#type {
            SinkType::SekoiaAsset => Dialect::Sekoia,
            SinkType::SekoiaIntake | SinkType::Http | SinkType::Ndjson => Dialect::Ocsf,
        });
        let audit = self.audit.unwrap_or_default();
        if audit && dialect != Dialect::Ocsf {
            return Err(
                "`audit` needs `dialect` = \"ocsf\": records have no other form".to_owned(),
            );
        }
        let batch_size = self.batch_size.map_or(BATCH_SIZE, NonZeroUsize::get);
        let batch_size = match r#type {
            SinkType::SekoiaAsset => overrides.batch_size.unwrap_or(batch_size),
            SinkType::SekoiaIntake | SinkType::Http | SinkType::Ndjson => batch_size,
        };
        let batch_bytes = self.batch_bytes.map(NonZeroUsize::get);
        let most = OutboxLimits::default();
        let outbox = OutboxLimits {
            events: self.outbox_events.map_or(most.events, NonZeroU64::get),
            bytes: self.outbox_bytes.map_or(most.bytes, NonZeroU64::get),
        };
        let flush_after = self.flush_after.unwrap_or(FLUSH_AFTER);
        if flush_after > FLUSH_AFTER_MAX {
            return Err("`flush_after` is at most 1day: nothing would be sent before".to_owned());
        }
        let kind = match r#type {
            SinkType::SekoiaAsset => SinkKind::SekoiaAsset(self.sekoia_asset(overrides)?),
            SinkType::SekoiaIntake => SinkKind::SekoiaIntake(self.sekoia_intake(batch_bytes)?),
            SinkType::Http => SinkKind::Http(self.http(dialect)?),
            SinkType::Ndjson => SinkKind::Ndjson(self.ndjson()?),
        };
        let batch_bytes = batch_bytes.unwrap_or_else(|| kind.default_batch_bytes());
        check_outbox(outbox, batch_size, batch_bytes)?;
        Ok(SinkSettings {
            name,
            dialect,
            batch_size,
            batch_bytes,
            flush_after,
            outbox,
            audit,
            kind,
        })
    }

    /// Refuses the keys that mean nothing for this type.
    fn refuse_others(&self) -> Result<(), String> {
        use SinkType::{Http, Ndjson, SekoiaAsset, SekoiaIntake};
        let is_at_url = self.r#type != Ndjson;
        let takes_records = self.r#type != SekoiaAsset;
        let is = |r#type| self.r#type == r#type;
        for (key, is_set, has_meaning) in [
            ("audit", self.audit.is_some(), takes_records),
            ("path", self.path.is_some(), is(Ndjson)),
            ("rotate_bytes", self.rotate_bytes.is_some(), is(Ndjson)),
            ("keep_files", self.keep_files.is_some(), is(Ndjson)),
            ("url", self.url.is_some(), is_at_url),
            (
                "connector_uuid",
                self.connector_uuid.is_some(),
                is(SekoiaAsset),
            ),
            ("api_key", self.api_key.is_some(), is(SekoiaAsset)),
            ("intake_key", self.intake_key.is_some(), is(SekoiaIntake)),
            ("preset", self.preset.is_some(), is(Http)),
            ("token", self.token.is_some(), is(Http)),
            ("auth_scheme", self.auth_scheme.is_some(), is(Http)),
            ("exact_url", self.exact_url.is_some(), is(Http)),
            ("index", self.index.is_some(), is(Http)),
            ("host", self.host.is_some(), is(Http)),
            ("sourcetype", self.sourcetype.is_some(), is(Http)),
            ("headers", self.headers.is_some(), is(Http)),
            ("format", self.format.is_some(), is(Http)),
            ("compression", self.compression.is_some(), is(Http)),
        ] {
            if is_set && !has_meaning {
                let r#type = self.r#type.as_str();
                return Err(format!("`{key}` has no meaning for a sink of type {type}"));
            }
        }
        Ok(())
    }
}

/// Refuses an outbox in which no batch has room: it would never fill one.
fn check_outbox(outbox: OutboxLimits, batch_size: usize, batch_bytes: usize) -> Result<(), String> {
    for (key, limit, batch_key, batch) in [
        ("outbox_events", outbox.events, "batch_size", batch_size),
        ("outbox_bytes", outbox.bytes, "batch_bytes", batch_bytes),
    ] {
        if limit < batch as u64 {
            return Err(format!(
                "`{key}` = {limit} is less than one batch, `{batch_key}` = {batch}; raise \
                 `{key}` or lower `{batch_key}`"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use crate::config::{AssetConnectorOverrides, Config, ConfigError};

    fn parse(keys: &str) -> Result<Config, ConfigError> {
        let text = format!("[[sinks]]\ntype = \"ndjson\"\n{keys}\n");
        let overrides = AssetConnectorOverrides::default();
        Config::parse(Path::new("test.toml"), &text, &overrides)
    }

    #[test]
    fn an_outbox_smaller_than_a_batch_is_refused_with_both_keys_and_the_line() {
        for (keys, parts) in [
            (
                "batch_size = 50\noutbox_events = 49",
                ["`outbox_events` = 49", "`batch_size` = 50"],
            ),
            (
                "outbox_events = 99",
                ["`outbox_events` = 99", "`batch_size` = 100"],
            ),
            (
                "batch_bytes = 1000\noutbox_bytes = 999",
                ["`outbox_bytes` = 999", "`batch_bytes` = 1000"],
            ),
        ] {
            let error = parse(keys).unwrap_err().to_string();
            // The key of the limit, which is the last one.
            let line = keys.lines().count() + 2;
            assert!(
                error.starts_with(&format!("test.toml:{line}:1: ")),
                "{error}"
            );
            for part in parts {
                assert!(error.contains(part), "{error}");
            }
        }
        let exact = "batch_size = 50\noutbox_events = 50\nbatch_bytes = 9\noutbox_bytes = 9";
        assert!(parse(exact).is_ok());
    }

    #[test]
    fn flush_after_is_five_seconds_unless_given_and_may_be_zero() {
        for (keys, millis) in [
            ("", 5_000),
            ("flush_after = \"250ms\"", 250),
            ("flush_after = \"0s\"", 0),
        ] {
            let config = parse(keys).unwrap();
            let flush_after = config.sinks[0].flush_after;
            assert_eq!(flush_after, Duration::from_millis(millis), "{keys}");
        }
        for (keys, part) in [
            ("flush_after = 5", "a duration is a text"),
            ("flush_after = \"2days\"", "at most 1day"),
        ] {
            let error = parse(keys).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
