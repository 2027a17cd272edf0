//! Cron expressions: five fields, or a nickname such as `@daily`.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use time::OffsetDateTime;

use super::zone::{Zone, moment};

/// Nicknames that stand for five fields.
const NICKNAMES: [&str; 6] = [
    "@hourly",
    "@daily",
    "@weekly",
    "@monthly",
    "@yearly",
    "@annually",
];
const FIELDS: usize = 5;

/// A cron expression that comes true some day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CronExpression(Box<Cron>);

/// Why a text is no cron expression. None of it repeats the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// There are more or fewer fields than five.
    #[error(
        "has {0} fields, not five: minute, hour, day of the month, month, day of the week, as in \
         \"0 3 * * *\"; there are none for seconds and years"
    )]
    Fields(usize),
    /// A nickname that stands for no times.
    #[error("is no nickname; there are {}", NICKNAMES.join(", "))]
    Nickname,
    /// A field makes no sense.
    #[error("is no cron expression; write, for example, \"0 3 * * *\", \"*/20 * * * *\" or @daily")]
    Malformed,
    /// No date is like this: the 31st of February.
    #[error("never comes: no date is like this; correct the day of the month, or the month")]
    Never,
}

impl CronExpression {
    /// Parses `text`, and makes sure that a time like it comes after `now`.
    pub fn parse(text: &str, now: OffsetDateTime) -> Result<Self, CronError> {
        let text = text.trim();
        if text.starts_with('@') {
            let is_known = NICKNAMES.iter().any(|it| it.eq_ignore_ascii_case(text));
            is_known.then_some(()).ok_or(CronError::Nickname)?;
        } else {
            let fields = text.split_whitespace().count();
            (fields == FIELDS)
                .then_some(())
                .ok_or(CronError::Fields(fields))?;
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let parsed = parser.parse(text).map_err(|_| CronError::Malformed)?;
        let expression = Self(Box::new(parsed));
        let next = expression.next_after(now, &Zone::default());
        next.map(|_| expression).ok_or(CronError::Never)
    }

    /// The first time like it after `at`, in `zone`; `None` if there is none. A time that a clock
    /// skips in spring comes as soon as the clock goes on; one that comes twice in autumn counts
    /// once, unless the hours are any.
    pub fn next_after(&self, at: OffsetDateTime, zone: &Zone) -> Option<OffsetDateTime> {
        let next = self.0.find_next_occurrence(&zone.zoned(at)?, false).ok()?;
        moment(&next)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-03-28 12:00 UTC);

    fn next(text: &str, at: OffsetDateTime, zone: &str) -> OffsetDateTime {
        let zone = Zone::find(zone).unwrap();
        CronExpression::parse(text, NOW)
            .unwrap()
            .next_after(at, &zone)
            .unwrap()
    }

    #[test]
    fn five_fields_and_nicknames_are_times_in_the_zone() {
        assert_eq!(
            next("0 3 * * *", NOW, "UTC"),
            datetime!(2026-03-29 03:00 UTC)
        );
        assert_eq!(next("@daily", NOW, "UTC"), datetime!(2026-03-29 00:00 UTC));
        assert_eq!(
            next("*/20 * * * MON-FRI", NOW, "UTC"),
            datetime!(2026-03-30 00:00 UTC)
        );
        assert_eq!(
            next("0 3 * * *", NOW, "Asia/Tokyo"),
            datetime!(2026-03-28 18:00 UTC)
        );
    }

    #[test]
    fn a_time_that_the_clock_skips_comes_when_it_goes_on_and_one_that_comes_twice_counts_once() {
        let before = datetime!(2026-03-28 23:00 UTC);
        let spring = next("30 2 * * *", before, "Europe/Paris");
        assert_eq!(spring, datetime!(2026-03-29 01:00 UTC));
        let before = datetime!(2026-10-24 22:00 UTC);
        let autumn = next("30 2 * * *", before, "Europe/Paris");
        assert_eq!(autumn, datetime!(2026-10-25 00:30 UTC));
        let again = next("30 2 * * *", autumn, "Europe/Paris");
        assert_eq!(again, datetime!(2026-10-26 01:30 UTC));
        let often = next(
            "*/20 * * * *",
            datetime!(2026-10-25 00:50 UTC),
            "Europe/Paris",
        );
        assert_eq!(often, datetime!(2026-10-25 01:00 UTC));
    }

    #[test]
    fn seconds_years_nonsense_and_dates_that_never_come_are_refused() {
        let refused = |text| CronExpression::parse(text, NOW).unwrap_err();
        assert_eq!(refused("0 */5 * * * *"), CronError::Fields(6));
        assert_eq!(refused("0 3 * *"), CronError::Fields(4));
        assert_eq!(refused(""), CronError::Fields(0));
        assert_eq!(refused("@reboot"), CronError::Nickname);
        for text in ["*/0 * * * *", "60 * * * *", "0 3 * * someday", "a b c d e"] {
            assert_eq!(refused(text), CronError::Malformed, "{text}");
        }
        assert_eq!(refused("0 0 31 2 *"), CronError::Never);
        assert!(CronExpression::parse("0 0 29 2 *", NOW).is_ok());
    }
}
