//! What a command answers, whole, on its way to a terminal, a file or a client.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::json;
use super::secrets::without_secrets;
use super::unseen::{escaped_in_json, spelled_out};

/// A text of many lines, without a secret, in which everything is seen. There is no other way to
/// standard output and to clients, except for events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Page(String);

impl Page {
    /// Lines for people.
    pub fn of(text: &str) -> Self {
        Self(spelled_out(&without_secrets(text)))
    }

    /// A JSON document for machines: strings keep what is not seen, escaped. Its shape and the names
    /// of its fields stay.
    pub fn json(document: &str) -> Self {
        let cleaned = json::without_secrets(document);
        Self(escaped_in_json(
            &cleaned.unwrap_or_else(|| without_secrets(document)),
        ))
    }

    /// Samples of metrics, whose every label is a [`Shown`](super::Shown): nothing is left to clean, and there are
    /// too many to look again.
    pub fn samples(text: String) -> Self {
        Self(text)
    }

    /// Events, which are data: the same JSON, with what is not seen escaped.
    pub fn events(lines: &str) -> Self {
        Self(escaped_in_json(lines))
    }

    /// The same, its first word `word` in a colour, `start` being what switches it on.
    #[must_use]
    pub fn with_color(self, word: &'static str, start: &'static str) -> Self {
        match self.0.strip_prefix(word) {
            Some(rest) => Self(format!("{start}{word}\u{1b}[0m{rest}")),
            None => self,
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An answer of another process, which did the same.
impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(escaped_in_json(&String::deserialize(from)?)))
    }
}
