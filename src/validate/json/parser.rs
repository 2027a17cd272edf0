//! Bytes, words and numbers.

use super::Json;

/// A longer integer is refused, since converting it takes too long.
const DIGITS_MAX: usize = 4_300;

/// Why a text is no JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}, at byte {at}")]
pub(crate) struct SyntaxError {
    why: String,
    /// The byte of its line, from 0 on.
    at: usize,
    /// How many lines are before that one.
    pub(crate) lines_before: u64,
    /// Whether nothing but space follows: there may be more of the text.
    pub(crate) is_at_end: bool,
}

/// Where a text was read up to.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte after what was read.
    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is no white space, which is skipped.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    pub(super) fn skip_byte(&mut self) {
        self.at += 1;
    }

    /// Skips `byte` if it is next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect(&mut self, byte: u8, why: &str) -> Result<(), SyntaxError> {
        match self.take(byte) {
            true => Ok(()),
            false => Err(self.error(why)),
        }
    }

    pub(super) fn error(&self, why: &str) -> SyntaxError {
        self.error_at(self.at, why)
    }

    /// The error of what begins at the byte `at`.
    pub(super) fn error_at(&self, at: usize, why: &str) -> SyntaxError {
        let bytes = self.text.as_bytes();
        let (before, after) = bytes.split_at(at.min(bytes.len()));
        let line_start = before.iter().rposition(|byte| *byte == b'\n');
        SyntaxError {
            why: why.to_owned(),
            at: before.len() - line_start.map_or(0, |end| end + 1),
            lines_before: before.iter().filter(|byte| **byte == b'\n').count() as u64,
            is_at_end: after.trim_ascii().is_empty(),
        }
    }

    pub(super) fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, SyntaxError> {
        let rest = &self.text.as_bytes()[self.at..];
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.error("this is no value"));
        }
        self.at += word.len();
        Ok(value)
    }

    pub(super) fn number(&mut self) -> Result<Json<'a>, SyntaxError> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        let digits = match self.byte() {
            Some(b'0') => {
                self.at += 1;
                1
            }
            _ => self.digits()?,
        };
        let mut is_integer = true;
        if self.byte() == Some(b'.') {
            is_integer = false;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.byte() {
            is_integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        let spelled = &self.text[start..self.at];
        if !is_integer {
            let float = spelled.parse().map(Json::Float);
            return float.map_err(|_| self.error("no number"));
        }
        if digits > DIGITS_MAX {
            return Err(self.error("an integer of more than 4,300 digits"));
        }
        Ok(spelled.parse().map_or(Json::Huge(spelled), Json::Integer))
    }

    /// Skips one digit or more; how many.
    fn digits(&mut self) -> Result<usize, SyntaxError> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.iter().take_while(|it| it.is_ascii_digit()).count();
        self.at += count;
        match count {
            0 => Err(self.error("a number without a digit")),
            _ => Ok(count),
        }
    }
}
