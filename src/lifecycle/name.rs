//! Names of users where fewer characters are allowed.

/// `name` of letters, digits, `.`, `-` and `_` alone, as Parameter Store allows them: every other
/// byte, and `_` itself, is `_` and two hexadecimal digits. No two names become one.
pub(super) fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        match byte {
            b'.' | b'-' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("_{byte:02x}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The name that became `text`.
    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let [first, more @ ..] = rest {
            rest = more;
            let byte = match first {
                b'_' => {
                    let digits = std::str::from_utf8(&more[..2]).unwrap();
                    rest = &more[2..];
                    u8::from_str_radix(digits, 16).unwrap()
                }
                other => *other,
            };
            bytes.push(byte);
        }
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn every_name_is_allowed_and_comes_back(name in "[\\w+=,.@-]{1,64}") {
            let text = encoded(&name);
            prop_assert!(text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.-".contains(&it)));
            prop_assert_eq!(decoded(&text), name);
        }
    }
}
