//! Paths as people write them.

use std::path::PathBuf;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a path, and refuses what would name another place than its writer meant.
pub(super) fn meant<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(from)?;
    match check(&text) {
        None => Ok(Some(text.into())),
        Some(why) => Err(D::Error::custom(why)),
    }
}

/// What is wrong with the path `text`.
pub(super) fn check(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("an empty path; leave the key out for its default".to_owned());
    }
    (text == "~" || text.starts_with("~/"))
        .then(|| "`~` is not expanded; write the whole path".to_owned())
}
