//! What of a URL is a secret: its password, the values of its query, and keys in its path.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::hide;

/// A shorter part of a path is a name.
const KEY_LEN_MIN: usize = 16;

/// Hides what of `url` is a secret, by `name`.
pub fn hide_url(name: &str, url: &str) {
    let Ok(url) = Url::parse(url) else { return };
    let password = url.password().unwrap_or_default();
    let path = url.path_segments().into_iter().flatten();
    let keys = path.filter(|part| is_key(part));
    // Taken apart by hand: a `+` is one.
    let query = url.query().unwrap_or_default().split('&');
    let values = query.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    for part in keys.chain(values).chain([password]) {
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        hide(name, &decoded.into_owned().into());
    }
}

/// Whether a part of a path is none that a person made up.
fn is_key(part: &str) -> bool {
    let is_of = |is: fn(&u8) -> bool| part.bytes().any(|byte| is(&byte));
    part.len() >= KEY_LEN_MIN
        && is_of(u8::is_ascii_digit)
        && is_of(u8::is_ascii_alphabetic)
        && !part.contains('.')
}

/// The password in the credentials of a Basic authorization.
pub(super) fn password_of_basic(credentials: &str) -> Option<String> {
    let decoded = BASE64_STANDARD.decode(credentials).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (_, password) = text.split_once(':')?;
    Some(password.to_owned())
}
