//! Durations as people write them: `20m`, `1h 30m`, `45s`.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::name;

/// Reads a duration longer than zero.
pub(super) fn positive<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    parse(&toml::Value::deserialize(from)?)
}

/// Reads a duration longer than zero, or `never`.
pub(super) fn positive_or_never<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Duration>, D::Error> {
    let value = toml::Value::deserialize(from)?;
    match value.as_str() {
        Some("never") => Ok(None),
        _ => parse(&value).map(Some),
    }
}

/// Reads a duration, which may be zero.
pub(super) fn any<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let value = toml::Value::deserialize(from)?;
    match value.as_str().map(humantime::parse_duration) {
        Some(Ok(Duration::ZERO)) => Ok(Some(Duration::ZERO)),
        _ => parse(&value).map(Some),
    }
}

fn parse<E: Error>(value: &toml::Value) -> Result<Duration, E> {
    let Some(text) = value.as_str() else {
        return Err(E::custom(
            "a duration is a text; write \"45s\", \"20m\" or \"1h 30m\"",
        ));
    };
    match humantime::parse_duration(text) {
        Ok(Duration::ZERO) => Err(E::custom("a duration of zero; write 20m, for example")),
        Ok(duration) => Ok(duration),
        Err(error) => {
            let why = name::is_name(text).then(|| format!(" ({error})"));
            Err(E::custom(format!(
                "{} is no duration{}; write 45s, 20m or 1h 30m",
                name::quoted(text),
                why.unwrap_or_default()
            )))
        }
    }
}
