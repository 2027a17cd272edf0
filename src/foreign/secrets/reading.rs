//! A text as somebody reads it who looks for a secret in it: escapes and lists of bytes undone,
//! spaces left out, in one case.

use super::escapes::{Unescaped, unescaped};
use super::lists;

/// A byte of the reading, and which bytes of the text it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) byte: u8,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The reading of a text.
#[derive(Debug)]
pub(super) struct Reading(Vec<Unit>);

/// Escapes may be escaped again so often.
const LAYERS: usize = 3;
/// So many escapes of a layer are also taken for a sign before something else.
const SIGNS_MAX: usize = 64;
/// So much behind such a sign is read.
const BEHIND_SIGN: usize = 256;

impl Reading {
    /// Reads `text` with every escape and list undone.
    pub(super) fn of(text: &str) -> Self {
        Self::folded(lists::read(&undone(written(text))))
    }

    /// Every reading of `text`, from the one with all its escapes to the one without any, and those
    /// of what is behind the sign of an escape: what stands before a secret may make an escape or a
    /// list of its beginning.
    pub(super) fn all_of(text: &str) -> Vec<Self> {
        let mut readings = Vec::new();
        let mut units = written(text);
        for _ in 0..LAYERS {
            let Unescaped { units: next, signs } = unescaped(&units);
            if signs.is_empty() {
                break;
            }
            readings.extend(signs.iter().take(SIGNS_MAX).map(|sign| {
                let behind = units[sign + 1..].iter().take(BEHIND_SIGN);
                Self::folded(undone(behind.copied().collect()))
            }));
            readings.push(Self::folded(units));
            units = next;
        }
        let listed = lists::read(&units);
        if listed.len() < units.len() {
            readings.push(Self::folded(units));
        }
        readings.push(Self::folded(listed));
        readings
    }

    /// `units` without what is not seen, in one case.
    fn folded(mut units: Vec<Unit>) -> Self {
        units.retain(|unit| !unit.byte.is_ascii_whitespace() && !unit.byte.is_ascii_control());
        let mut bytes: Vec<u8> = units.iter().map(|unit| unit.byte).collect();
        fold(&mut bytes);
        for (unit, byte) in units.iter_mut().zip(bytes) {
            unit.byte = byte;
        }
        Self(units)
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.iter().map(|unit| unit.byte).collect()
    }

    /// Whether nothing stands in the text between the byte at `at` and the next one.
    pub(super) fn adjoins(&self, at: usize) -> bool {
        let pair = self.0.get(at..at + 2);
        pair.is_some_and(|pair| pair[0].end == pair[1].start)
    }

    /// The bytes of the text that those of the reading from `start` to `end` stand for.
    pub(super) fn place(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let last = self.0.get(end.checked_sub(1)?)?;
        Some((self.0.get(start)?.start, last.end))
    }
}

/// `units` with every layer of escapes undone.
fn undone(mut units: Vec<Unit>) -> Vec<Unit> {
    for _ in 0..LAYERS {
        units = unescaped(&units).units;
    }
    units
}

/// `text` as it is written, without what is not seen.
fn written(text: &str) -> Vec<Unit> {
    let mut units = Vec::with_capacity(text.len());
    for (start, char) in text.char_indices() {
        let end = start + char.len_utf8();
        if !is_skipped(char) {
            let bytes = text.as_bytes()[start..end].iter();
            units.extend(bytes.map(|&byte| Unit { byte, start, end }));
        }
    }
    units
}

/// Makes one of those in `bytes` that are one in some encoding: upper and lower case, and the two
/// alphabets of Base64. None becomes longer or shorter.
pub(super) fn fold(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(byte) = bytes.get_mut(at) {
        if byte.is_ascii() {
            *byte = match *byte {
                b'-' => b'+',
                b'_' => b'/',
                other => other.to_ascii_lowercase(),
            };
            at += 1;
            continue;
        }
        let Some(char) = first_char(&bytes[at..]) else {
            at += 1;
            continue;
        };
        let len = char.len_utf8();
        let mut lower = char.to_lowercase();
        if let (Some(lower), None) = (lower.next(), lower.next())
            && lower.len_utf8() == len
        {
            lower.encode_utf8(&mut bytes[at..at + len]);
        }
        at += len;
    }
}

/// The character that `bytes` begin with, in UTF-8, if it is none of ASCII.
fn first_char(bytes: &[u8]) -> Option<char> {
    let len = match bytes.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(bytes.get(..len)?).ok()?.chars().next()
}

/// Whether `char` may stand between the characters of a secret and hide nothing.
pub(super) fn is_skipped(char: char) -> bool {
    char.is_whitespace() || crate::foreign::unseen::is_unseen(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        String::from_utf8(Reading::of(text).bytes()).unwrap()
    }

    #[test]
    fn escapes_spaces_and_case_are_undone() {
        for text in [
            "ab/c",
            "AB/C",
            "a b\n/\u{2028}c",
            "a\u{200b}b\u{1b}/c",
            "%61%62%2fc",
            "%2561b%252Fc",
            "ab\\/c",
            "a\\u0062\\u002fc",
            "\\x61b/c",
            "&#97;b&#x2f;c",
            "a%20b%09/c",
            "ab_c",
            "a\\u{62}/c",
            "a%0d%0ab/c",
            "a\\u200bb&#8203;/\\u{202e}c",
        ] {
            assert_eq!(read(text), "ab/c", "{text:?}");
        }
    }

    #[test]
    fn characters_of_any_alphabet_are_read_in_one_case_and_without_escapes() {
        for text in [
            "ä🔑д",
            "Ä🔑Д",
            "%C3%A4%f0%9f%94%91%d0%b4",
            "%25C3%25A4🔑д",
            "\\u00e4\\ud83d\\udd11\\u0434",
            "\\U000000C4\\u{1F511}\\u{434}",
            "&#228;&#128273;&#x434;",
            "\\xc3\\xa4\\xf0\\x9f\\x94\\x91\\xd0\\xb4",
            "[195, 164, 240, 159, 148, 145, 208, 180]",
        ] {
            let text = text.trim_matches(['[', ']']);
            assert_eq!(read(text), "ä🔑д", "{text:?}");
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_stays_as_it_is() {
        for text in [
            "100%",
            "%zz",
            "a&b",
            "&#;",
            "&#x;",
            "\\",
            "\\u12",
            "&#99999999999;",
            "&#x110000;",
            "\\ud83dx",
            "\\udd11",
        ] {
            assert_eq!(read(text), text, "{text:?}");
        }
    }

    #[test]
    fn a_place_is_where_the_text_says_it() {
        let text = "é %61 b.";
        let reading = Reading::of(text);
        let bytes = reading.bytes();
        let at = bytes.iter().position(|&byte| byte == b'a').unwrap();
        let (start, end) = reading.place(at, at + 2).unwrap();
        assert_eq!(&text[start..end], "%61 b");
    }
}
