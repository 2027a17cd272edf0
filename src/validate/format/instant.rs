//! Date-times.

use time::{Date, Month};

/// Milliseconds since 1970 of an RFC 3339 date-time. Without an offset it is UTC; second 60 is the
/// next minute's first. `None` if it is none.
pub(in crate::validate) fn instant_ms(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let has_marks = marks.iter().all(|(at, mark)| bytes.get(*at) == Some(mark));
    if !has_marks || !matches!(bytes.get(10), Some(b'T' | b't')) {
        return None;
    }
    let number = |from: usize, to: usize| digits(bytes.get(from..to)?);
    let month = Month::try_from(u8::try_from(number(5, 7)?).ok()?).ok()?;
    let day = u8::try_from(number(8, 10)?).ok()?;
    // The year 0 is none.
    let year = i32::try_from(number(0, 4)?).ok().filter(|year| *year > 0)?;
    let date = Date::from_calendar_date(year, month, day).ok()?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (fraction_ms, rest) = fraction_ms(bytes.get(19..)?)?;
    let days =
        i64::from(date.to_julian_day() - Date::from_ordinal_date(1970, 1).ok()?.to_julian_day());
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1_000 + fraction_ms - offset_ms(rest)?)
}

/// The milliseconds of a fraction, if there is one, and what follows.
fn fraction_ms(rest: &[u8]) -> Option<(i64, &[u8])> {
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some((0, rest));
    };
    let len = fraction.iter().take_while(|it| it.is_ascii_digit()).count();
    let (fraction, rest) = fraction.split_at(len);
    let first: Vec<u8> = fraction.iter().copied().chain(*b"000").take(3).collect();
    let ms = digits(&first)?;
    (len > 0).then_some((ms, rest))
}

fn offset_ms(text: &[u8]) -> Option<i64> {
    let sign = match text {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    if text.len() != 6 || text[3] != b':' {
        return None;
    }
    let (hours, minutes) = (digits(&text[1..3])?, digits(&text[4..6])?);
    let is_right = hours <= 23 && minutes <= 59;
    is_right.then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        Some(number * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_times_are_milliseconds() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:01", 1_000),
            ("1970-01-01T02:30:00.1234+02:30", 123),
            ("1969-12-31T23:00:00.5-01:00", 500),
            ("2026-12-31T23:59:60z", 1_798_761_600_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] {
            assert_eq!(instant_ms(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_time_is_none() {
        for text in [
            "",
            "2026-01-01",
            "2026-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:61Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+0200",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00Z\n",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "20é6-01-01T00:00:00Z",
        ] {
            assert_eq!(instant_ms(text), None, "{text}");
        }
    }
}
