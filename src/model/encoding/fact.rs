//! A fact in a record: `{"value", "source", "as_of_ms"}`, or `{"unknown": {"reason", "detail"}}`.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::unix_ms;
use super::unix_ms::UnixMs;
use crate::model::{Fact, Provenance, Unknown};

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known { value, provenance } => {
                let mut map = serializer.serialize_map(Some(3))?;
                map.serialize_entry("value", value)?;
                map.serialize_entry("source", &provenance.source)?;
                map.serialize_entry("as_of_ms", &unix_ms::of(provenance.as_of))?;
                map.end()
            }
            Self::Unknown(unknown) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("unknown", unknown)?;
                map.end()
            }
        }
    }
}

/// Either shape: which of the two is read off the fields that are there.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
struct Encoded<T> {
    /// A value may itself be an absent one, so `null` here is not the same as no field.
    #[serde(default, deserialize_with = "present")]
    value: Option<T>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    as_of_ms: Option<UnixMs>,
    #[serde(default)]
    unknown: Option<Unknown>,
}

fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let encoded = Encoded::deserialize(deserializer)?;
        match (encoded.value, encoded.unknown) {
            (_, Some(unknown)) => Ok(Self::Unknown(unknown)),
            (Some(value), None) => {
                let source = encoded.source.ok_or(de::Error::missing_field("source"))?;
                let as_of = encoded
                    .as_of_ms
                    .ok_or(de::Error::missing_field("as_of_ms"))?;
                Ok(Self::Known {
                    value,
                    provenance: Provenance {
                        source: Cow::Owned(source),
                        as_of: as_of.0,
                    },
                })
            }
            (None, None) => Err(de::Error::missing_field("value")),
        }
    }
}
