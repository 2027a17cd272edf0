//! Configuration errors that name the file, the line and, for an unknown key, the nearest one.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::name;

/// Below it, the nearest key is not what anybody meant.
const LIKENESS_MIN: f64 = 0.75;

/// What is wrong with a configuration, and where.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    path: PathBuf,
    position: Option<(usize, usize)>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl ConfigError {
    /// An error about the file as a whole.
    pub(super) fn of_file(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            position: None,
            message: message.into(),
        }
    }

    /// An error about the bytes `span` of `text`.
    pub(super) fn at(
        path: &Path,
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            position: span.map(|span| position(text, span.start)),
            ..Self::of_file(path, message)
        }
    }

    /// An error of the TOML reader. Its excerpt of the file is left out, which might show a
    /// secret that was written where a reference belongs.
    pub(super) fn of_toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().trim_end();
        let message = match nearest(message) {
            Some(message) => message,
            None => in_plain_words(&without_text(message).unwrap_or_else(|| message.to_owned())),
        };
        let key = error.span().and_then(|span| key_of(text, span.start));
        let message = match key {
            Some(key) if !message.contains(&format!("`{key}`")) => {
                format!("{}: {message}", key_path(text, error.span(), &key))
            }
            _ => message,
        };
        Self::at(path, text, error.span(), message)
    }
}

/// The key whose value is at `offset`, or holds it in the same line.
fn key_of(text: &str, offset: usize) -> Option<String> {
    let before = text.get(..offset)?;
    let line = before.rsplit('\n').next()?;
    let (keys, rest) = line.rsplit_once('=')?;
    // In a list, the key stands before its beginning.
    let keys = match rest.trim() {
        "" => keys,
        _ => line.split_once('=')?.0,
    };
    let key = keys.rsplit(['{', ',']).next()?.trim().trim_matches('"');
    (!key.is_empty()).then(|| name::shown(key).to_owned())
}

/// `key` after the table that it stands in, as far as that has a name.
fn key_path(text: &str, span: Option<Range<usize>>, key: &str) -> String {
    let before = span
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    let mut headers = before
        .lines()
        .filter(|line| line.trim_start().starts_with('['));
    let table = headers.next_back().unwrap_or_default().trim();
    let table = table.split(']').next().unwrap_or_default();
    match table.trim_start_matches('[').trim() {
        "" => key.to_owned(),
        table => format!("{}.{key}", name::shown(table)),
    }
}

/// Rewrites serde's "unknown field `x`, expected one of `a`, `b`" to name the nearest key, and
/// what it says of an unknown variant likewise.
fn nearest(message: &str) -> Option<String> {
    let kinds = [("unknown field `", "key"), ("unknown variant `", "value")];
    let (rest, kind) = kinds
        .iter()
        .find_map(|(prefix, kind)| Some((message.strip_prefix(prefix)?, kind)))?;
    let (key, expected) = rest.split_once('`')?;
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let nearest = known
        .iter()
        .max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)))?;
    let all = known.join(", ");
    let hint = if strsim::jaro_winkler(key, nearest) >= LIKENESS_MIN {
        format!("; did you mean `{nearest}`?")
    } else {
        String::new()
    };
    let key = name::shown(key);
    Some(format!("unknown {kind} `{key}`{hint} (known here: {all})"))
}

/// What serde says of a text that stands where something else belongs: without the text, unless
/// it is a name.
fn without_text(message: &str) -> Option<String> {
    let kinds = ["invalid type: string \"", "invalid value: string \""];
    let found = kinds.iter().find(|kind| message.starts_with(**kind))?;
    let (text, expected) = message[found.len()..].rsplit_once("\", expected ")?;
    let kind = found.trim_end_matches('"');
    Some(format!("{kind}{}, expected {expected}", name::quoted(text)))
}

/// What serde says in its own terms, said to somebody who writes a file.
fn in_plain_words(message: &str) -> String {
    // The name of a type of ours says nothing.
    let message = match message.split_once("expected struct ") {
        Some((found, _)) => &format!("{found}expected a table"),
        None => message,
    };
    [
        ("missing field", "missing key"),
        ("a nonzero u32", "a whole number above 0"),
        ("a nonzero u64", "a whole number above 0"),
        ("a nonzero usize", "a whole number above 0"),
        ("a sequence", "a list"),
        ("invalid type: sequence", "invalid type: list"),
        ("invalid type: map", "invalid type: table"),
        ("a map", "a table"),
    ]
    .iter()
    .fold(message.to_owned(), |message, (from, to)| {
        message.replace(from, to)
    })
}

/// Line and column, from 1, of the byte at `offset`.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line, column)
}
