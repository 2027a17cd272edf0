//! Escapes, and what they stand for.

use super::reading::{Unit, is_skipped};

/// What an escape stands for.
enum Stands {
    /// A byte, of UTF-8 where it is none of ASCII.
    Byte(u8),
    /// A character.
    Char(char),
}

/// What is read with one layer of escapes undone.
pub(super) struct Unescaped {
    pub(super) units: Vec<Unit>,
    /// Where escapes began.
    pub(super) signs: Vec<usize>,
}

/// `units` with one layer of escapes undone: `%2F`, `\u002f`, `\x2f`, `\/`, `&#47;`, `&#x2f;` and
/// `&amp;`.
pub(super) fn unescaped(units: &[Unit]) -> Unescaped {
    let mut signs = Vec::new();
    let mut read = Vec::with_capacity(units.len());
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        let rest = &units[at..];
        let escape = match unit.byte {
            b'%' => number(rest, 1, 2, 16).and_then(byte),
            b'\\' => backslash(rest),
            b'&' => entity(rest),
            _ => None,
        };
        match escape {
            Some((stands, len)) => {
                push(&mut read, &stands, unit.start, rest[len - 1].end);
                signs.push(at);
                at += len;
            }
            None => {
                read.push(*unit);
                at += 1;
            }
        }
    }
    Unescaped { units: read, signs }
}

/// Adds what an escape from `start` to `end` stands for, if it is seen.
fn push(read: &mut Vec<Unit>, stands: &Stands, start: usize, end: usize) {
    let mut utf_8 = [0; 4];
    let bytes = match stands {
        Stands::Byte(byte) => &[*byte],
        Stands::Char(char) if is_skipped(*char) => return,
        Stands::Char(char) => char.encode_utf8(&mut utf_8).as_bytes(),
    };
    read.extend(bytes.iter().map(|&byte| Unit { byte, start, end }));
}

/// What a backslash and what follows it stand for, and how many units they are.
fn backslash(units: &[Unit]) -> Option<(Stands, usize)> {
    match units.get(1)?.byte {
        b'x' => byte(number(units, 2, 2, 16)?),
        // As JSON and C write it, and as Rust does.
        b'u' | b'U' if units.get(2)?.byte == b'{' => char_of(until(units, 3, b'}', 16)?),
        b'u' => utf_16(units),
        b'U' => char_of(number(units, 2, 8, 16)?),
        byte if byte.is_ascii_punctuation() => Some((Stands::Byte(byte), 2)),
        _ => None,
    }
}

/// What `\u` and four digits stand for, or twice that.
fn utf_16(units: &[Unit]) -> Option<(Stands, usize)> {
    let (first, len) = number(units, 2, 4, 16)?;
    let rest = &units[len..];
    let second = match rest {
        [a, b, ..] if (a.byte, b.byte) == (b'\\', b'u') => number(rest, 2, 4, 16),
        _ => None,
    };
    match (first, second) {
        (0xd800..0xdc00, Some((low @ 0xdc00..0xe000, len_of_second))) => {
            let value = 0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00);
            char_of((value, len + len_of_second))
        }
        _ => char_of((first, len)),
    }
}

/// What an entity of HTML or XML stands for, and how many units it is.
fn entity(units: &[Unit]) -> Option<(Stands, usize)> {
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
        return Some((Stands::Byte(found.1), found.0.len()));
    }
    match units.get(2)?.byte {
        b'x' | b'X' => char_of(until(units, 3, b';', 16)?),
        _ => char_of(until(units, 2, b';', 10)?),
    }
}

fn byte((value, len): (u32, usize)) -> Option<(Stands, usize)> {
    Some((Stands::Byte(u8::try_from(value).ok()?), len))
}

fn char_of((value, len): (u32, usize)) -> Option<(Stands, usize)> {
    Some((Stands::Char(char::from_u32(value)?), len))
}

/// The number from `start` to the byte `end`, and how many units that is from the beginning.
fn until(units: &[Unit], start: usize, end: u8, radix: u32) -> Option<(u32, usize)> {
    const DIGITS_MAX: usize = 8;
    let digits = units.iter().skip(start).take(DIGITS_MAX + 1);
    let len = digits.take_while(|unit| unit.byte != end).count();
    (units.get(start + len)?.byte == end && len > 0)
        .then(|| number(units, start, len, radix))?
        .map(|(value, len)| (value, len + 1))
}

/// The number that `len` digits from `start` on are, and how many units that is from the beginning.
fn number(units: &[Unit], start: usize, len: usize, radix: u32) -> Option<(u32, usize)> {
    let digits = units.get(start..start + len)?;
    let value = digits.iter().try_fold(0u32, |value, digit| {
        let digit = char::from(digit.byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })?;
    Some((value, start + len))
}
