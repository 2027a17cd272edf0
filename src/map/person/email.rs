//! What OCSF accepts as an email address.

/// Whether `text` is an address by OCSF's `email_t`: one `@`, a local part and a dotted domain of
/// the allowed characters. Anything else in an event's `email_addr` would make it invalid.
pub(super) fn is_email_addr(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let Some((first_label, rest)) = domain.split_once('.') else {
        return false;
    };
    let local_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+,-./=?^_`{|}~".contains(c);
    let domain_char = |c: char| c.is_ascii_alphanumeric() || c == '-';
    !local.is_empty()
        && local.chars().all(local_char)
        && !first_label.is_empty()
        && first_label.chars().all(domain_char)
        && !rest.is_empty()
        && rest.chars().all(|c| domain_char(c) || c == '.')
}

#[cfg(test)]
mod tests {
    use super::is_email_addr;

    #[test]
    fn addresses_are_distinguished_from_other_text() {
        for good in [
            "a@b.c",
            "o'brien+aws@mail.example.co.uk",
            "x_y@ex-ample.org",
        ] {
            assert!(is_email_addr(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.c",
            "a@.c",
            "a@b.",
            "a b@c.d",
            "a@b c.d",
            "a@b@c.d",
            "é@b.c",
            "a@bücher.de",
            "a@b.c\n",
            "n/a",
        ] {
            assert!(!is_email_addr(bad), "{bad:?}");
        }
    }
}
