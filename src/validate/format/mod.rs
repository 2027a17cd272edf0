//! The forms that strings of a type have.

mod address;
mod instant;

pub(super) use instant::instant_ms;

/// The form of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// RFC 3339.
    DateTime,
    /// `name@domain.tld`.
    Email,
    /// Hexadecimal digits.
    Hash,
    /// IPv4 or IPv6.
    Ip,
    /// Six pairs of hexadecimal digits.
    Mac,
    /// An address with or without a prefix length or mask.
    Subnet,
    /// 8-4-4-4-12 hexadecimal digits.
    Uuid,
    /// Base64, padded.
    Bytes,
}

/// The patterns of OCSF, in `schemas/`, that the code below is the equivalent of.
const PATTERNS: [(&str, Format); 6] = [
    (
        r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?([Zz]|[\+-]\d{2}:\d{2})?$",
        Format::DateTime,
    ),
    (
        r"^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$",
        Format::Email,
    ),
    (r"^[a-fA-F0-9]+$", Format::Hash),
    (r"^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2})$", Format::Mac),
    (
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        Format::Uuid,
    ),
    (
        concat!(
            "^(?:(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)",
            "|(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=))?$"
        ),
        Format::Bytes,
    ),
];

impl Format {
    /// The form of the type `name` with this pattern; an error if the pattern is a new one.
    pub(super) fn of(name: &str, pattern: Option<&str>) -> Result<Option<Self>, ()> {
        match (name, pattern) {
            ("ip_t", None) => Ok(Some(Self::Ip)),
            ("subnet_t", None) => Ok(Some(Self::Subnet)),
            (_, None) => Ok(None),
            (_, Some(pattern)) => {
                let known = PATTERNS.iter().find(|(other, _)| *other == pattern);
                known.map(|(_, format)| Some(*format)).ok_or(())
            }
        }
    }

    /// Whether `text` has it.
    pub(super) fn matches(self, text: &str) -> bool {
        match self {
            Self::DateTime => instant_ms(text).is_some(),
            Self::Email => is_email(text),
            Self::Hash => !text.is_empty() && text.bytes().all(|it| it.is_ascii_hexdigit()),
            Self::Ip => address::is_ip(text),
            Self::Mac => is_mac(text.as_bytes()),
            Self::Subnet => address::is_subnet(text),
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::Bytes => is_base64(text.as_bytes()),
        }
    }

    /// What is allowed, for people.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::DateTime => "an RFC 3339 time such as 2026-05-31T17:45:10Z",
            Self::Email => "an address such as anna@example.com",
            Self::Hash => "hexadecimal digits",
            Self::Ip => "an IPv4 or IPv6 address",
            Self::Mac => "six pairs of hexadecimal digits",
            Self::Subnet => "a subnet such as 10.0.0.0/8",
            Self::Uuid => "a UUID",
            Self::Bytes => "base64 with its padding",
        }
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let is_of_name =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+,-./=?^_`{|}~".contains(&byte);
    let is_of_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let Some((label, rest)) = domain.split_once('.') else {
        return false;
    };
    [name, label, rest].iter().all(|part| !part.is_empty())
        && name.bytes().all(is_of_name)
        && label.bytes().all(is_of_label)
        && rest.bytes().all(|byte| is_of_label(byte) || byte == b'.')
}

fn is_mac(text: &[u8]) -> bool {
    let is_right = |(at, byte): (usize, &u8)| match at % 3 {
        2 => matches!(byte, b':' | b'-'),
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 17 && text.iter().enumerate().all(is_right)
}

fn is_uuid(text: &[u8]) -> bool {
    let is_right = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.iter().enumerate().all(is_right)
}

/// Text without padding is refused, as by the pattern, though it may be base64.
fn is_base64(text: &[u8]) -> bool {
    let digits = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"="));
    let Some(digits) = digits.filter(|_| text.len().is_multiple_of(4)) else {
        return text.is_empty();
    };
    let all = |others: &[u8]| {
        digits
            .iter()
            .all(|it| it.is_ascii_alphanumeric() || others.contains(it))
    };
    all(b"+/") || all(b"_-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_as_the_patterns_say() {
        for (format, good, bad) in [
            (
                Format::Email,
                &["a@b.c", "a+b,c/d@x-y.z-.", "!@-.-"][..],
                &[
                    "", "a@b", "a@.c", "@b.c", "a@b.c\n", "a@b@c.d", "é@b.c", "a@b_c.d",
                ][..],
            ),
            (Format::Hash, &["0aF"], &["", "0g", "0a\n"]),
            (
                Format::Mac,
                &["00:1b-44:11:3A:B7"],
                &["00:1b:44:11:3A", "00:1b:44:11:3A:B", "001b44113AB7aaaaa"],
            ),
            (
                Format::Uuid,
                &["71380c4b-55cf-89e0-9e55-cf80a487d071"],
                &[
                    "71380c4b-55cf-89e0-9e55-cf80a487d071\n",
                    "71380c4b055cf-89e0-9e55-cf80a487d071",
                ],
            ),
            (
                Format::Bytes,
                &["", "aa==", "aaa=", "aaaaaa==", "a-_="],
                &["aaaa", "a===", "====", "a+_=", "aa==\n", "=", "=="],
            ),
        ] {
            good.iter()
                .for_each(|text| assert!(format.matches(text), "{format:?} {text}"));
            bad.iter()
                .for_each(|text| assert!(!format.matches(text), "{format:?} {text}"));
        }
    }
}
