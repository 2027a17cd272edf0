//! The time zone in which times are meant and said.

use jiff::tz::{TimeZone, db};
use jiff::{Timestamp, Zoned};
use time::OffsetDateTime;

/// A time zone by its IANA name, such as `Europe/Paris`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// Why there is no such time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ZoneError {
    /// The system has no database of time zones at all.
    #[error(
        "the system has no time zones (/usr/share/zoneinfo): install its package tzdata, or leave \
         `time_zone` out for UTC"
    )]
    NoDatabase,
    /// The system's database has no zone of that name.
    #[error(
        "is no time zone of the system's (/usr/share/zoneinfo); write a name such as Europe/Paris, \
         or UTC"
    )]
    Unknown,
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Zone {
    /// Looks `name` up in the system's database; UTC needs none.
    pub fn find(name: &str) -> Result<Self, ZoneError> {
        if name == "UTC" {
            return Ok(Self::default());
        }
        if db().is_definitively_empty() {
            return Err(ZoneError::NoDatabase);
        }
        let found = TimeZone::get(name).map_err(|_| ZoneError::Unknown)?;
        match found.iana_name() {
            Some(_) => Ok(Self(found)),
            None => Err(ZoneError::Unknown),
        }
    }

    /// The moment `at` in this zone; `None` beyond the years that calendars are known for.
    pub(super) fn zoned(&self, at: OffsetDateTime) -> Option<Zoned> {
        let at = Timestamp::from_nanosecond(at.unix_timestamp_nanos()).ok()?;
        Some(at.to_zoned(self.0.clone()))
    }

    /// Says the moment `at` to the second, with the offset and the zone's name:
    /// `2026-11-28T03:00:00+01:00[Europe/Paris]`.
    pub fn say(&self, at: OffsetDateTime) -> String {
        let at = at.replace_nanosecond(0).unwrap_or(at);
        match self.zoned(at) {
            Some(zoned) => zoned.to_string(),
            None => at.to_string(),
        }
    }
}

/// The moment that `zoned` is.
pub(super) fn moment(zoned: &Zoned) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(zoned.timestamp().as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_said_with_its_offset_and_zone() {
        let at = datetime!(2026-07-01 03:00:00.75 UTC);
        assert_eq!(Zone::default().say(at), "2026-07-01T03:00:00+00:00[UTC]");
        let paris = Zone::find("Europe/Paris").unwrap();
        assert_eq!(paris.say(at), "2026-07-01T05:00:00+02:00[Europe/Paris]");
    }

    #[test]
    fn a_name_that_the_system_does_not_know_is_refused() {
        for name in [
            "Europe/Pariss",
            "",
            "CEST-ish",
            "../../etc/passwd",
            "/etc/localtime",
        ] {
            assert_eq!(Zone::find(name), Err(ZoneError::Unknown), "{name}");
        }
    }
}
