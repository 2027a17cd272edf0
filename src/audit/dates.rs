//! Dates inside of answers, which are English text or ISO 8601.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The milliseconds since 1970 of `text`, such as `Nov 20, 2026, 11:27:00 AM` in UTC or
/// `2026-11-20T11:27:00Z`; `None` if it is anything else, or not from 2000 to 2100.
pub(super) fn ms(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .ok()
        .or_else(|| english(text))?;
    let is_plausible = (2000..2100).contains(&time.year());
    is_plausible.then(|| time.unix_timestamp() * 1_000 + i64::from(time.millisecond()))
}

/// Between the time and its half of the day may be a narrow space without a break, U+202F.
fn english(text: &str) -> Option<OffsetDateTime> {
    let words = text.split(|it: char| it.is_whitespace() || it == ',');
    let mut words = words.filter(|word| !word.is_empty());
    let month = words.next()?;
    let month = MONTHS.iter().position(|it| month.starts_with(it))? as u8 + 1;
    let day = words.next()?.parse().ok()?;
    let year = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u8>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    let hour = match (words.next()?, hour) {
        ("AM", 12) => 0,
        ("AM", hour) => hour,
        ("PM", 12) => 12,
        ("PM", hour) => hour.checked_add(12)?,
        _ => return None,
    };
    let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
    Some(
        date.with_time(Time::from_hms(hour, minute, second).ok()?)
            .assume_utc(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_dates_and_iso_dates_are_the_same_moment() {
        for text in [
            "Nov 20, 2026, 11:27:00 AM",
            "Nov 20, 2026, 11:27:00\u{202f}AM",
            "Nov 20, 2026 11:27:00 AM",
            "2026-11-20T11:27:00Z",
        ] {
            assert_eq!(ms(text), Some(1_795_174_020_000), "{text}");
        }
    }

    #[test]
    fn noon_and_midnight_are_told_apart() {
        let hour = |text| ms(text).unwrap() / 3_600_000 % 24;
        assert_eq!(hour("Nov 20, 2026, 12:00:00 AM"), 0);
        assert_eq!(hour("Nov 20, 2026, 12:00:00 PM"), 12);
        assert_eq!(hour("Nov 20, 2026, 1:00:00 PM"), 13);
    }

    #[test]
    fn what_is_no_date_is_none_and_does_not_panic() {
        for text in [
            "",
            "soon",
            "Nov",
            "Feb 30, 2026, 1:00:00 AM",
            "Nov 1, 2026, 255:0:0 PM",
            "Nov 1, 99999999999, 1:0:0 PM",
            "1970-01-01T00:00:00Z",
        ] {
            assert_eq!(ms(text), None, "{text}");
        }
    }
}
