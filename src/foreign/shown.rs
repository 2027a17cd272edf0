//! One line of somebody else's words.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize};

use super::secrets::without_secrets;
use super::unseen::one_line;

/// Longer text is cut.
const CHARS_MAX: usize = 1_000;
/// What says that a text was cut is shorter.
const CUT_LEN_MAX: usize = 40;
/// So much of a text is looked at.
const BYTES_MAX: usize = 64 * 1024;

/// Text of AWS, a receiver, a file or the environment, fit to show, to log, to keep and to serve:
/// on one line, without a secret that is known, with nothing in it that is not seen, and only then
/// cut.
///
/// Every way to make one does that, so that a field of this type never holds anything else.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Shown(String);

impl Shown {
    /// `text`, of at most 1,000 characters.
    pub fn of(text: impl fmt::Display) -> Self {
        Self::within(text, CHARS_MAX)
    }

    /// `text`, of at most so many characters.
    pub fn within(text: impl fmt::Display, chars_max: usize) -> Self {
        let text = text.to_string();
        // A secret must not end in a cut: what is looked at is far more than is shown.
        let end = text.floor_char_boundary(BYTES_MAX);
        let cut = text.len() - end;
        let mut line = one_line(&without_secrets(&text[..end]), (chars_max, cut));
        if cut > 0 && !line.ends_with(" more bytes)") {
            line.push_str("...");
        }
        Self(line)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Shown {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self::of(text)
    }
}

impl From<&str> for Shown {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

impl From<Shown> for String {
    fn from(shown: Shown) -> Self {
        shown.0
    }
}

/// What was kept by an older rollcall, or comes from another process.
impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // What it was cut to stays as it is, with the words that say so.
        let text = String::deserialize(from)?;
        Ok(Self::within(text, CHARS_MAX + CUT_LEN_MAX))
    }
}
