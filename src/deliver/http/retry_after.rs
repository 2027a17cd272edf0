//! The Retry-After header: seconds, or a date.

use std::time::{Duration, SystemTime};

/// Nobody waits longer than this at a server's word.
const MAX: Duration = Duration::from_secs(3_600);

/// How long `header` asks to wait at `now`, at most an hour; `None` if it says nothing readable.
pub(super) fn parse(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    let asked = match header.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if header.bytes().all(|byte| byte.is_ascii_digit()) && !header.is_empty() => MAX,
        Err(_) => {
            let date = httpdate::parse_http_date(header).ok()?;
            date.duration_since(now).unwrap_or(Duration::ZERO)
        }
    };
    Some(asked.min(MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_absurd_ones_bounded() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let seconds = |header| parse(header, now).map(|wait| wait.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(seconds("99999999"), Some(3_600));
        assert_eq!(seconds("99999999999999999999999999"), Some(3_600));
        assert_eq!(seconds("Fri, 31 Dec 9999 23:59:59 GMT"), Some(3_600));
        for unreadable in ["", "soon", "-5", "1.5"] {
            assert_eq!(seconds(unreadable), None, "{unreadable:?}");
        }
    }
}
