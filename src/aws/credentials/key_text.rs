//! The text of keys and sessions, which requests carry in their headers.

use crate::config::is_key;

/// `text` without white space at its ends; else what is wrong with it, after the name of what
/// holds it. The text itself is a secret.
pub(in crate::aws) fn key_text(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    match is_key(text) {
        true => Ok(text.to_owned()),
        false => Err("holds a line end, a space or another character that no key has"),
    }
}
