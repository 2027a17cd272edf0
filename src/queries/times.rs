//! Times as answers write them.

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime, UtcOffset};

/// RFC 3339, to the second.
pub fn rfc3339(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let to_the_second = at.replace_nanosecond(0).unwrap_or(at);
    to_the_second.format(&Rfc3339).unwrap_or_default()
}

/// The day, for a narrow column.
pub(super) fn day(at: OffsetDateTime) -> String {
    at.to_offset(UtcOffset::UTC).date().to_string()
}

/// How long ago `at` was at `now`, in its largest unit.
pub fn ago(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let age = (now - at).max(Duration::ZERO);
    let units = [
        (age.whole_days(), "day"),
        (age.whole_hours(), "hour"),
        (age.whole_minutes(), "minute"),
    ];
    match units.into_iter().find(|(count, _)| *count > 0) {
        Some((1, unit)) => format!("1 {unit} ago"),
        Some((count, unit)) => format!("{count} {unit}s ago"),
        None => "less than a minute ago".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let told = |age: Duration| ago(now - age, now);
        assert_eq!(told(Duration::seconds(59)), "less than a minute ago");
        assert_eq!(told(Duration::seconds(60)), "1 minute ago");
        assert_eq!(told(Duration::hours(23)), "23 hours ago");
        assert_eq!(told(Duration::hours(49)), "2 days ago");
        assert_eq!(told(Duration::hours(-1)), "less than a minute ago");
    }
}
