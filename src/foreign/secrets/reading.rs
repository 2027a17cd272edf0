//! A text as somebody reads it who looks for a secret in it: escapes and lists of bytes undone,
//! spaces left out, in one case.

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

impl Reading {
    /// Reads `text`.
    pub(super) fn of(text: &str) -> Self {
        let mut units = Vec::with_capacity(text.len());
        for (start, char) in text.char_indices() {
            let end = start + char.len_utf8();
            if !is_skipped(char) {
                let bytes = text.as_bytes()[start..end].iter();
                units.extend(bytes.map(|&byte| Unit { byte, start, end }));
            }
        }
        for _ in 0..LAYERS {
            let before = units.len();
            units = unescaped(&units);
            if units.len() == before {
                break;
            }
        }
        units = lists::read(units);
        units.retain(|unit| !unit.byte.is_ascii_whitespace() && !unit.byte.is_ascii_control());
        for unit in &mut units {
            unit.byte = folded(unit.byte);
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

/// One byte for those that are one in some encoding: upper and lower case, and the two alphabets
/// of Base64.
pub(super) fn folded(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => byte.to_ascii_lowercase(),
    }
}

/// Whether `char` may stand between the characters of a secret and hide nothing.
pub(super) fn is_skipped(char: char) -> bool {
    char.is_whitespace() || crate::foreign::unseen::is_unseen(char)
}

/// `units` with one layer of escapes undone: `%2F`, `\u002f`, `\x2f`, `\/`, `&#47;`, `&#x2f;` and
/// `&amp;`.
fn unescaped(units: &[Unit]) -> Vec<Unit> {
    let mut read = Vec::with_capacity(units.len());
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let rest = &units[at..];
        let escape = match unit.byte {
            b'%' => number(rest, 1, 2, 16),
            b'\\' => backslash(rest),
            b'&' => entity(rest),
            _ => None,
        };
        match escape {
            Some((byte, len)) => {
                let end = rest[len - 1].end;
                let start = unit.start;
                read.push(Unit { byte, start, end });
                at += len;
            }
            None => {
                read.push(*unit);
                at += 1;
            }
        }
    }
    read
}

/// What a backslash and what follows it stand for, and how many units they are.
fn backslash(units: &[Unit]) -> Option<(u8, usize)> {
    match units.get(1)?.byte {
        b'x' => number(units, 2, 2, 16),
        // As JSON and C write it, and as Rust does.
        b'u' | b'U' if units.get(2)?.byte == b'{' => braced(units, 3, b'}'),
        b'u' => number(units, 2, 4, 16),
        b'U' => number(units, 2, 8, 16),
        byte if byte.is_ascii_punctuation() => Some((byte, 2)),
        _ => None,
    }
}

/// What an entity of HTML or XML stands for, and how many units it is.
fn entity(units: &[Unit]) -> Option<(u8, usize)> {
    const NAMED: [(&[u8], u8); 5] = [
        (b"&amp;", b'&'),
        (b"&lt;", b'<'),
        (b"&gt;", b'>'),
        (b"&quot;", b'"'),
        (b"&apos;", b'\''),
    ];
    if units.get(1)?.byte != b'#' {
        let is = |name: &[u8]| {
            let text = units.get(..name.len());
            text.is_some_and(|text| text.iter().map(|unit| unit.byte).eq(name.iter().copied()))
        };
        let found = NAMED.into_iter().find(|(name, _)| is(name))?;
        return Some((found.1, found.0.len()));
    }
    match units.get(2)?.byte {
        b'x' | b'X' => braced(units, 3, b';'),
        _ => until(units, 2, b';', 10),
    }
}

fn braced(units: &[Unit], start: usize, end: u8) -> Option<(u8, usize)> {
    until(units, start, end, 16)
}

/// The number from `start` to the byte `end`.
fn until(units: &[Unit], start: usize, end: u8, radix: u32) -> Option<(u8, usize)> {
    const DIGITS_MAX: usize = 8;
    let digits = units.iter().skip(start).take(DIGITS_MAX + 1);
    let len = digits.take_while(|unit| unit.byte != end).count();
    (units.get(start + len)?.byte == end && len > 0)
        .then(|| number(units, start, len, radix))?
        .map(|(byte, len)| (byte, len + 1))
}

/// The byte that `len` digits from `start` on stand for, and how many units that is from the
/// beginning.
fn number(units: &[Unit], start: usize, len: usize, radix: u32) -> Option<(u8, usize)> {
    let digits = units.get(start..start + len)?;
    let value = digits.iter().try_fold(0u32, |value, digit| {
        let digit = char::from(digit.byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })?;
    // Secrets have no other characters than those of ASCII.
    let byte = u8::try_from(value).ok().filter(u8::is_ascii)?;
    Some((byte, start + len))
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
        ] {
            assert_eq!(read(text), "ab/c", "{text:?}");
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
