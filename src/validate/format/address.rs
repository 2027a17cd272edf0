//! Addresses and subnets.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether `text` is an address, with or without a zone after `%`.
pub(super) fn is_ip(text: &str) -> bool {
    let address = text.split('%').next().unwrap_or(text);
    address.parse::<Ipv4Addr>().is_ok() || address.parse::<Ipv6Addr>().is_ok()
}

/// Whether `text` is an address, alone or with a prefix length or, of IPv4, a mask. Bits of the
/// host may be set.
pub(super) fn is_subnet(text: &str) -> bool {
    let (address, mask) = match text.split_once('/') {
        Some((address, mask)) => (address, Some(mask)),
        None => (text, None),
    };
    let is_v4 = address.parse::<Ipv4Addr>().is_ok();
    let allows_v4 = |mask: &str| is_prefix(mask, 32) || is_mask(mask);
    let is_v6 = is_zoned_v6(address);
    is_v4 && mask.is_none_or(allows_v4) || is_v6 && mask.is_none_or(|it| is_prefix(it, 128))
}

fn is_zoned_v6(text: &str) -> bool {
    let (address, is_zone_right) = match text.split_once('%') {
        Some((address, zone)) => (address, !zone.is_empty() && !zone.contains('%')),
        None => (text, true),
    };
    is_zone_right && address.parse::<Ipv6Addr>().is_ok()
}

fn is_prefix(text: &str, max: u64) -> bool {
    let is_number = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    is_number && text.parse().is_ok_and(|prefix: u64| prefix <= max)
}

/// Whether it is a netmask (255.255.0.0) or a host mask (0.0.255.255).
fn is_mask(text: &str) -> bool {
    let bits = text.parse::<Ipv4Addr>().map(u32::from);
    bits.is_ok_and(|bits| {
        bits.leading_ones() + bits.trailing_zeros() >= 32
            || bits.leading_zeros() + bits.trailing_ones() >= 32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_may_have_a_zone_and_nothing_else() {
        for text in [
            "1.2.3.4",
            "::",
            "::1",
            "fe80::1%eth0",
            "::ffff:1.2.3.4",
            "1.2.3.4%x",
        ] {
            assert!(is_ip(text), "{text}");
        }
        for text in [
            "",
            "%",
            "1.2.3",
            "01.2.3.4",
            "1.2.3.256",
            "1.2.3.4/32",
            ":::",
            "1:2:3:4:5:6:7:8:9",
            " ::1",
        ] {
            assert!(!is_ip(text), "{text}");
        }
    }

    #[test]
    fn subnets_have_a_prefix_length_or_a_mask_or_none() {
        for text in [
            "10.0.0.0/8",
            "10.0.0.1/8",
            "10.0.0.0",
            "10.0.0.0/008",
            "10.0.0.0/255.0.0.0",
            "10.0.0.0/0.255.255.255",
            "10.0.0.0/0.0.0.0",
            "2001:db8::/32",
            "fe80::%eth0/64",
            "::/0",
        ] {
            assert!(is_subnet(text), "{text}");
        }
        for text in [
            "",
            "/",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/255.0.255.0",
            "10.0.0.0/8/8",
            "10.0.0/8",
            "::/129",
            "::/ffff::",
            "fe80::%/64",
            "fe80::%a%b/64",
            "10.0.0.0/+8",
            "10.0.0.0%a/8",
        ] {
            assert!(!is_subnet(text), "{text}");
        }
    }
}
