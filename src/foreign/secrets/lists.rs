//! Bytes that are written one by one: `6b:4a:38`, `0x6b, 0x4a` and `[107, 74]`.

use super::reading::Unit;

/// Fewer are no list.
const COUNT_MIN: usize = 4;
/// What stands between two bytes in hex. Spaces have been left out before.
const SEPARATORS: &[u8] = b":-.;|_";

/// `units` with such lists as the bytes that they stand for.
pub(super) fn read(units: &[Unit]) -> Vec<Unit> {
    let (mut read, mut at) = (Vec::with_capacity(units.len()), 0);
    while let Some(unit) = units.get(at) {
        let list = hex(&units[at..]).or_else(|| decimal(&units[at..]));
        match list {
            Some((bytes, len)) => {
                read.extend(bytes);
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

/// The bytes of a list in hex at the beginning of `units`, and how many units it is.
fn hex(units: &[Unit]) -> Option<(Vec<Unit>, usize)> {
    let is_prefixed = |at: usize| {
        let prefix = units.get(at..at + 2);
        prefix.is_some_and(|it| it[0].byte == b'0' && matches!(it[1].byte, b'x' | b'X'))
    };
    let has_prefix = is_prefixed(0);
    list(
        units,
        |at| {
            let at = match has_prefix {
                true if is_prefixed(at) => at + 2,
                true => return None,
                false => at,
            };
            let high = char::from(units.get(at)?.byte).to_digit(16)?;
            let low = char::from(units.get(at + 1)?.byte).to_digit(16)?;
            Some((u8::try_from(high * 16 + low).ok()?, at + 2))
        },
        |byte| SEPARATORS.contains(&byte) || (has_prefix && byte == b','),
    )
}

/// The same of a list in decimal.
fn decimal(units: &[Unit]) -> Option<(Vec<Unit>, usize)> {
    const DIGITS_MAX: usize = 3;
    let number = |at: usize| {
        let digits = units.get(at..)?.iter().take(DIGITS_MAX);
        let digits = digits.map_while(|unit| char::from(unit.byte).to_digit(10));
        let (value, len) = digits.fold((0, 0), |(value, len), it| (value * 10 + it, len + 1));
        (len > 0)
            .then(|| u8::try_from(value).ok())?
            .map(|byte| (byte, at + len))
    };
    list(units, number, |byte| byte == b',')
}

/// A list of what `item` reads, with the same separator between all.
fn list(
    units: &[Unit],
    item: impl Fn(usize) -> Option<(u8, usize)>,
    is_separator: impl Fn(u8) -> bool,
) -> Option<(Vec<Unit>, usize)> {
    let (mut bytes, mut at, mut separator) = (Vec::new(), 0, None);
    while let Some((byte, end)) = item(at) {
        let (start, last) = (units[at].start, units[end - 1].end);
        bytes.push(Unit {
            byte,
            start,
            end: last,
        });
        at = end;
        let Some(next) = units.get(at).map(|unit| unit.byte) else {
            break;
        };
        if !is_separator(next) || *separator.get_or_insert(next) != next || item(at + 1).is_none() {
            break;
        }
        at += 1;
    }
    (bytes.len() >= COUNT_MIN).then_some((bytes, at))
}
