//! Strings and their escapes.

use std::borrow::Cow;

use super::Text;
use super::parser::{Parser, SyntaxError};

impl<'a> Parser<'a> {
    /// The string that begins here.
    pub(super) fn string(&mut self) -> Result<Text<'a>, SyntaxError> {
        self.skip_byte();
        let start = self.at;
        self.skip_plain();
        if self.byte() == Some(b'"') {
            let text = Cow::Borrowed(&self.text[start..self.at]);
            self.at += 1;
            return Ok(Text {
                text,
                has_lone_surrogate: false,
            });
        }
        self.escaped_string(start)
    }

    /// The string from `start` on, whose first escape or error is here.
    fn escaped_string(&mut self, start: usize) -> Result<Text<'a>, SyntaxError> {
        let mut text = self.text[start..self.at].to_owned();
        let mut has_lone_surrogate = false;
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text {
                        text: Cow::Owned(text),
                        has_lone_surrogate,
                    });
                }
                Some(b'\\') => has_lone_surrogate |= self.escape(&mut text)?,
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("a string without an end")),
            }
            let plain = self.at;
            self.skip_plain();
            text.push_str(&self.text[plain..self.at]);
        }
    }

    /// Skips what stands for itself.
    fn skip_plain(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let plain = &rest[..end];
        // Without a branch, many bytes are compared at once.
        let has_control = plain.iter().fold(false, |has, byte| has | (*byte < 0x20));
        self.at += match has_control {
            true => plain.iter().position(|byte| *byte < 0x20).unwrap_or(end),
            false => end,
        };
    }

    /// Appends what an escape stands for. Whether that is half a surrogate pair.
    fn escape(&mut self, text: &mut String) -> Result<bool, SyntaxError> {
        self.at += 1;
        let char = match self.byte() {
            Some(b'u') => return self.unicode_escape(text),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.error("an unknown escape")),
        };
        self.at += 1;
        text.push(char);
        Ok(false)
    }

    fn unicode_escape(&mut self, text: &mut String) -> Result<bool, SyntaxError> {
        let unit = self.hex_unit()?;
        let rest = &self.text.as_bytes()[self.at..];
        if (0xd800..0xdc00).contains(&unit) && rest.starts_with(b"\\u") {
            let before = self.at;
            self.at += 1;
            let low = self.hex_unit()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                text.extend(char::from_u32(code));
                return Ok(false);
            }
            self.at = before;
        }
        match char::from_u32(unit) {
            Some(char) => {
                text.push(char);
                Ok(false)
            }
            None => {
                text.extend(char::from_u32(0x10_0000 + (unit & 0xfff)));
                Ok(true)
            }
        }
    }

    /// The four digits after the `u` that is here.
    fn hex_unit(&mut self) -> Result<u32, SyntaxError> {
        let digits = self.text.as_bytes().get(self.at + 1..self.at + 5);
        let digits = digits.ok_or_else(|| self.error("an escape without four digits"))?;
        let mut unit = 0;
        for digit in digits {
            let value = char::from(*digit).to_digit(16);
            unit = unit * 16 + value.ok_or_else(|| self.error("an escape without four digits"))?;
        }
        self.at += 5;
        Ok(unit)
    }
}
