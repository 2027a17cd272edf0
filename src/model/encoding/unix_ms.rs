//! Times as whole milliseconds since 1970.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;

/// Milliseconds since 1970, rounded down.
pub(crate) fn of(at: OffsetDateTime) -> i64 {
    // A year of at most six digits fits.
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX)
}

pub(in crate::model) fn serialize<S: Serializer>(
    at: &OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    of(*at).serialize(serializer)
}

pub(in crate::model) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<OffsetDateTime, D::Error> {
    Ok(UnixMs::deserialize(deserializer)?.0)
}

/// A time in a place that no attribute reaches.
#[derive(Debug, Clone, Copy)]
pub(in crate::model) struct UnixMs(pub(in crate::model) OffsetDateTime);

impl Serialize for UnixMs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        of(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnixMs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = i64::deserialize(deserializer)?;
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
            .map(Self)
            .map_err(|_| de::Error::custom(format!("{ms} ms since 1970 is no time")))
    }
}

/// Times that may be absent.
pub(in crate::model) mod option {
    use super::{Deserialize, Deserializer, OffsetDateTime, Serialize, Serializer, UnixMs};

    pub(in crate::model) fn serialize<S: Serializer>(
        at: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(UnixMs).serialize(serializer)
    }

    pub(in crate::model) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        let at: Option<UnixMs> = Option::deserialize(deserializer)?;
        Ok(at.map(|at| at.0))
    }
}

/// Facts about a time that may be absent.
pub(in crate::model) mod fact {
    use super::{Deserialize, Deserializer, OffsetDateTime, Serialize, Serializer, UnixMs};
    use crate::model::Fact;

    pub(in crate::model) fn serialize<S: Serializer>(
        fact: &Fact<Option<OffsetDateTime>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        fact.clone().map(|at| at.map(UnixMs)).serialize(serializer)
    }

    pub(in crate::model) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Fact<Option<OffsetDateTime>>, D::Error> {
        let fact: Fact<Option<UnixMs>> = Fact::deserialize(deserializer)?;
        Ok(fact.map(|at| at.map(|at| at.0)))
    }
}
