//! Dates as the AWS CLI and the credential report write them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

/// A date in AWS CLI JSON: ISO 8601 text, or seconds since 1970 where the CLI is set so
/// (`cli_timestamp_format`) or the JSON came from an SDK.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timestamp(pub(super) OffsetDateTime);

/// Parses ISO 8601 text with an offset, such as `2023-02-14T09:26:05+00:00`, into UTC.
pub(super) fn parse(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    plausible(time.checked_to_offset(UtcOffset::UTC)?)
}

fn from_seconds(seconds: i64) -> Option<OffsetDateTime> {
    plausible(OffsetDateTime::from_unix_timestamp(seconds).ok()?)
}

/// Keeps years out that neither AWS nor an event's timestamp knows: those before 1970.
fn plausible(time: OffsetDateTime) -> Option<OffsetDateTime> {
    (time.year() >= 1970).then_some(time)
}

/// The first year of AWS.
const FIRST_YEAR: i32 = 2006;

/// Whether AWS can have dated something so by `now`: neither before there was AWS, nor later than
/// a clock that is a day off explains.
pub(super) fn is_plausible(time: OffsetDateTime, now: OffsetDateTime) -> bool {
    time.year() >= FIRST_YEAR && time - now <= Duration::DAY
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor).map(Self)
    }
}

struct DateVisitor;

impl Visitor<'_> for DateVisitor {
    type Value = OffsetDateTime;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as \"2023-02-14T09:26:05+00:00\" or seconds since 1970")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let unexpected = serde::de::Unexpected::Str(text);
        parse(text).ok_or_else(|| E::invalid_value(unexpected, &self))
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<Self::Value, E> {
        let unexpected = serde::de::Unexpected::Signed(seconds);
        from_seconds(seconds).ok_or_else(|| E::invalid_value(unexpected, &self))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<Self::Value, E> {
        let unexpected = serde::de::Unexpected::Unsigned(seconds);
        let seconds = i64::try_from(seconds).map_err(|_| E::invalid_value(unexpected, &self))?;
        self.visit_i64(seconds)
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<Self::Value, E> {
        // AWS's own dates have whole seconds; SDKs only append ".0".
        let unexpected = serde::de::Unexpected::Float(seconds);
        from_seconds(seconds as i64).ok_or_else(|| E::invalid_value(unexpected, &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Result<OffsetDateTime, serde_json::Error> {
        serde_json::from_str::<Timestamp>(text).map(|Timestamp(time)| time)
    }

    #[test]
    fn iso_text_with_any_offset_and_epoch_numbers_are_one_moment() {
        let expected = OffsetDateTime::from_unix_timestamp(1_676_366_765).unwrap();
        for text in [
            "\"2023-02-14T09:26:05+00:00\"",
            "\"2023-02-14T09:26:05Z\"",
            "\"2023-02-14T10:26:05+01:00\"",
            "1676366765",
            "1676366765.0",
        ] {
            let time = json(text).unwrap();
            assert_eq!((time, time.offset()), (expected, UtcOffset::UTC), "{text}");
        }
    }

    #[test]
    fn a_date_out_of_range_is_refused_and_does_not_panic() {
        for text in [
            "1e300",
            "-1e300",
            "18446744073709551615",
            "\"9999-12-31T23:59:59-23:59\"",
            "\"0000-01-01T00:00:00+23:59\"",
        ] {
            let error = json(text).unwrap_err().to_string();
            assert!(error.contains("expected a date such as"), "{text}: {error}");
        }
    }

    #[test]
    fn text_that_is_no_date_is_refused_with_what_was_expected() {
        let error = json("\"yesterday\"").unwrap_err().to_string();
        assert!(
            error.contains("\"yesterday\", expected a date such as"),
            "{error}"
        );
    }
}
