//! One value of a request against one value of a policy.

use std::net::IpAddr;

use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use crate::analyze::document::{Comparison, Order, Pattern};

/// Whether `value` of the request matches the policy's `pattern`, which was written `written`.
pub(super) fn matches(
    comparison: Comparison,
    value: &str,
    pattern: &Pattern,
    written: &str,
) -> bool {
    match comparison {
        Comparison::String | Comparison::StringLike => pattern.matches(value),
        Comparison::StringIgnoreCase => pattern.matches_ignoring_case(value),
        Comparison::Arn => is_arn_match(value, pattern, written),
        Comparison::Bool => value.eq_ignore_ascii_case(written),
        Comparison::Binary => value == written,
        Comparison::Numeric(order) => match (number(value), number(written)) {
            (Some(value), Some(limit)) => holds(order, value.partial_cmp(&limit)),
            _ => false,
        },
        Comparison::Date(order) => match (date(value), date(written)) {
            (Some(value), Some(limit)) => holds(order, Some(value.cmp(&limit))),
            _ => false,
        },
        Comparison::IpAddress => is_in_range(value, written).unwrap_or(false),
        Comparison::Null => false,
    }
}

/// Whether a moment at `from` or later matches the policy's limit; `None` if that is open.
pub(super) fn matches_from(
    comparison: Comparison,
    from: OffsetDateTime,
    written: &str,
) -> Option<bool> {
    let order = match comparison {
        Comparison::Date(order) | Comparison::Numeric(order) => order,
        _ => return None,
    };
    let Some(limit) = date(written) else {
        return Some(false);
    };
    if limit >= from {
        return None;
    }
    Some(matches!(order, Order::Greater | Order::GreaterOrEqual))
}

fn holds(order: Order, ordering: Option<std::cmp::Ordering>) -> bool {
    ordering.is_some_and(|ordering| match order {
        Order::Equal => ordering.is_eq(),
        Order::Less => ordering.is_lt(),
        Order::LessOrEqual => ordering.is_le(),
        Order::Greater => ordering.is_gt(),
        Order::GreaterOrEqual => ordering.is_ge(),
    })
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// ISO 8601 as W3C narrows it, or seconds since 1970.
fn date(text: &str) -> Option<OffsetDateTime> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return OffsetDateTime::from_unix_timestamp(seconds).ok();
    }
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    OffsetDateTime::parse(&whole, &Iso8601::DEFAULT).ok()
}

/// ARNs are compared part by part: a wildcard does not run from one part into the next.
fn is_arn_match(value: &str, pattern: &Pattern, written: &str) -> bool {
    // A variable's value has to be compared literally, which only the whole pattern knows.
    if written.contains("${") || written.splitn(6, ':').count() < 6 {
        return pattern.matches(value);
    }
    let parts = value.splitn(6, ':').zip(written.splitn(6, ':'));
    value.splitn(6, ':').count() == 6
        && parts
            .into_iter()
            .all(|(value, part)| Pattern::parse(part).matches(value))
}

fn is_in_range(address: &str, range: &str) -> Option<bool> {
    let address: IpAddr = address.parse().ok()?;
    let (network, bits) = match range.split_once('/') {
        Some((network, bits)) => (network, Some(bits.parse::<u32>().ok()?)),
        None => (range, None),
    };
    let network: IpAddr = network.parse().ok()?;
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return Some(false),
    };
    let bits = bits.unwrap_or(width);
    if bits > width {
        return None;
    }
    let shift = width - bits;
    let cut = |value: u128| value.checked_shr(shift).unwrap_or(0);
    Some(cut(address) == cut(network))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn addresses_are_in_ranges_of_their_own_family() {
        for (address, range, expected) in [
            ("10.1.2.3", "10.0.0.0/8", Some(true)),
            ("11.1.2.3", "10.0.0.0/8", Some(false)),
            ("10.1.2.3", "10.1.2.3", Some(true)),
            ("10.1.2.3", "0.0.0.0/0", Some(true)),
            ("2001:db8::1", "2001:db8::/32", Some(true)),
            ("2001:db8::1", "::/0", Some(true)),
            ("10.1.2.3", "::/0", Some(false)),
            ("10.1.2.3", "10.0.0.0/33", None),
            ("here", "10.0.0.0/8", None),
        ] {
            assert_eq!(is_in_range(address, range), expected, "{address} {range}");
        }
    }

    #[test]
    fn limits_that_have_passed_are_decided_and_later_ones_are_not() {
        let now = datetime!(2026-06-01 12:00 UTC);
        let from = |order, limit| matches_from(Comparison::Date(order), now, limit);
        assert_eq!(from(Order::Greater, "2020-01-01T00:00:00Z"), Some(true));
        assert_eq!(from(Order::Less, "2020-01-01"), Some(false));
        assert_eq!(from(Order::Less, "2099-01-01T00:00:00Z"), None);
        assert_eq!(from(Order::Greater, "2099-01-01T00:00:00Z"), None);
        assert_eq!(from(Order::Less, "1577836800"), Some(false));
        assert_eq!(from(Order::Less, "no date"), Some(false));
    }

    #[test]
    fn wildcards_of_arns_stay_within_their_part() {
        let matches = |value, written| {
            super::matches(Comparison::Arn, value, &Pattern::parse(written), written)
        };
        assert!(matches("arn:aws:iam::1:user/a/b", "arn:aws:iam::*:user/*"));
        assert!(!matches("arn:aws:iam::1:user/a", "arn:aws:*:user/*:x:y"));
        assert!(matches("arn:aws:iam::1:user/a", "*"));
        assert!(!matches("here", "arn:aws:iam::*:user/*"));
    }
}
