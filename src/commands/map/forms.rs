//! Addresses, UUIDs and dates: other ones of the same form.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Where the hyphens of a UUID are, and its digits that say which kind it is.
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_KIND: [usize; 2] = [14, 19];
const UUID_LEN: usize = 36;

/// Another address, UUID, date or time of the form that `token` has; `None` if it has none of these.
/// Which one is chance.
pub(super) fn another(token: &str) -> Option<String> {
    address(token)
        .or_else(|| uuid(token))
        .or_else(|| date(token))
}

/// Private addresses stay private. Others become addresses for documentation (RFC 5737, RFC 3849).
/// The length of a prefix stays.
fn address(token: &str) -> Option<String> {
    let (address, prefix) = match token.split_once('/') {
        Some((address, prefix)) if is_digits(prefix) => (address, format!("/{prefix}")),
        Some(_) => return None,
        None => (token, String::new()),
    };
    let any = || fastrand::u8(1..255);
    if let Ok(address) = address.parse::<Ipv4Addr>() {
        let other = match address.is_private() {
            true => Ipv4Addr::new(10, any(), any(), any()),
            false => Ipv4Addr::new(203, 0, 113, any()),
        };
        return Some(format!("{other}{prefix}"));
    }
    address.parse::<Ipv6Addr>().ok()?;
    let any = || fastrand::u16(1..);
    let other = Ipv6Addr::new(0x2001, 0xdb8, any(), any(), 0, 0, 0, any());
    Some(format!("{other}{prefix}"))
}

fn uuid(token: &str) -> Option<String> {
    let is_uuid = token.len() == UUID_LEN
        && token
            .bytes()
            .enumerate()
            .all(|(at, byte)| match UUID_HYPHENS.contains(&at) {
                true => byte == b'-',
                false => byte.is_ascii_hexdigit(),
            });
    let is_upper = token.bytes().any(|byte| byte.is_ascii_uppercase());
    let other = token.char_indices().map(|(at, char)| {
        let stays = UUID_HYPHENS.contains(&at) || UUID_KIND.contains(&at);
        match (stays, fastrand::digit(16)) {
            (true, _) => char,
            (false, digit) if is_upper => digit.to_ascii_uppercase(),
            (false, digit) => digit,
        }
    });
    is_uuid.then(|| other.collect())
}

/// A date, year first, with a time or without, or day first; its signs and its zone stay.
fn date(token: &str) -> Option<String> {
    let (date, time) = match token.split_once('T') {
        Some((date, time)) => (date, format!("T{}", another_time(time)?)),
        None => (token, String::new()),
    };
    let sign = date.chars().find(|char| !char.is_ascii_digit())?;
    let parts: Vec<&str> = date.split(sign).collect();
    let is_date = matches!(sign, '-' | '/' | '.') && parts.iter().all(|part| is_digits(part));
    let lens: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let year = || fastrand::u16(2000..2030).to_string();
    // In either order of day and month it is a date.
    let part = || format!("{:02}", fastrand::u8(1..=12));
    let other = match lens.as_slice() {
        [4, 2, 2] => [year(), part(), part()],
        [2, 2, 4] => [part(), part(), year()],
        _ => return None,
    };
    is_date.then(|| other.join(&sign.to_string()) + &time)
}

/// Another time of the form of `12:30`, `12:30:05.25Z` or `12:30:05+02:00`.
fn another_time(time: &str) -> Option<String> {
    let end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(end);
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = Vec::new();
    for (at, part) in time.split(':').enumerate() {
        if part.len() != 2 || !is_digits(part) {
            return None;
        }
        let end = if at == 0 { 24 } else { 60 };
        parts.push(format!("{:02}", fastrand::u8(..end)));
    }
    let mut other = parts.join(":");
    if is_digits(fraction) {
        other.push('.');
        other.extend(fraction.chars().map(|_| fastrand::digit(10)));
    }
    Some(other + zone)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    #[test]
    fn addresses_become_others_of_their_kind() {
        let other = another("10.20.30.40").unwrap();
        assert!(other.parse::<Ipv4Addr>().unwrap().is_private(), "{other}");
        let other = another("8.8.8.8").unwrap();
        assert!(other.starts_with("203.0.113."), "{other}");
        let other = another("172.16.4.0/22").unwrap();
        assert!(
            other.starts_with("10.") && other.ends_with("/22"),
            "{other}"
        );
        let other = another("fe80::1").unwrap();
        assert!(
            other.starts_with("2001:db8:") && other.parse::<Ipv6Addr>().is_ok(),
            "{other}"
        );
    }

    #[test]
    fn uuids_keep_their_version_and_case() {
        let real = "0FC1B2A3-4d5e-4f60-8a9b-C0D1E2F3A4B5";
        let other = another(real).unwrap();
        assert_ne!(other, real);
        assert_eq!((&other[14..15], &other[19..20]), ("4", "8"));
        assert!(uuid(&other).is_some() && !other.contains('a'), "{other}");
    }

    #[test]
    fn dates_and_times_stay_dates_and_times() {
        for real in ["2024-02-30T25:61:00Z", "2024-02-29T12:30:05.25+02:00"] {
            let other = another(real).unwrap();
            assert!(OffsetDateTime::parse(&other, &Rfc3339).is_ok(), "{other}");
            assert_eq!(other.len(), real.len());
        }
        for (real, signs) in [
            ("2024/01/31", "//"),
            ("31.12.1999", ".."),
            ("2024-01-31T10:00", "--T:"),
        ] {
            let other = another(real).unwrap();
            let found: String = other
                .chars()
                .filter(|char| !char.is_ascii_digit())
                .collect();
            assert_eq!((found.as_str(), other.len()), (signs, real.len()));
        }
    }

    #[test]
    fn what_has_no_such_form_is_left_to_words() {
        for text in [
            "",
            "-",
            "anna",
            "10.0.0",
            "10.0.0.1/x",
            "2024-1-1",
            "2024-01-01Tx",
            "1.2.3",
            "20-20-20",
        ] {
            assert_eq!(another(text), None, "{text}");
        }
    }
}
