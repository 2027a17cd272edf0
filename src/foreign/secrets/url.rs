//! What of a URL is a secret: its password, the values of its query, and keys in its path.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::hide;

/// A shorter part of a path is a name.
const KEY_LEN_MIN: usize = 16;
/// In a part of a path that is a key, digits follow letters or letters digits so often.
const TURNS_MIN: usize = 3;

/// Hides what of `url` is a secret, by `name`.
pub fn hide_url(name: &str, url: &str) {
    let Ok(url) = Url::parse(url) else { return };
    let password = url.password().unwrap_or_default();
    let path = url.path_segments().into_iter().flatten();
    let keys = path.filter(|part| is_key(part));
    // Taken apart by hand: a `+` is one.
    let query = url.query().unwrap_or_default().split('&');
    let values = query.filter_map(|pair| match pair.split_once('=') {
        Some((key, value)) => (names_a_secret(key) || is_key(value)).then_some(value),
        None => is_key(pair).then_some(pair),
    });
    for part in keys.chain(values).chain([password]) {
        // What is no UTF-8 is known as it is written.
        let decoded = percent_decode_str(part).decode_utf8();
        let decoded = decoded.map_or_else(|_| part.to_owned(), Cow::into_owned);
        hide(name, &decoded.into());
    }
}

/// Whether a part of a URL is none that a person made up, such as the id of an account between
/// words: digits and letters alternate in it.
fn is_key(part: &str) -> bool {
    let kinds = part.bytes().filter(u8::is_ascii_alphanumeric);
    let kinds: Vec<bool> = kinds.map(|byte| byte.is_ascii_digit()).collect();
    let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    part.len() >= KEY_LEN_MIN && turns >= TURNS_MIN && !part.contains('.')
}

/// Whether the value of a query's `key` is a secret by its name.
fn names_a_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let words = [
        "key", "token", "secret", "sig", "pass", "pwd", "auth", "cred", "code",
    ];
    words.iter().any(|word| key.contains(word))
}

/// The password in the credentials of a Basic authorization.
pub(super) fn password_of_basic(credentials: &str) -> Option<String> {
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (_, password) = text.split_once(':')?;
    Some(password.to_owned())
}
