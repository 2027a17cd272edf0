//! The forms in which a secret may come back, as a [`super::reading::Reading`] shows them.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use super::reading::{Reading, fold};

/// One form of a secret: as it is, in Base64 or in hex.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// So many bytes of it in a row give the secret away.
    pub(super) part_len: usize,
    /// Whether characters beside it hold a part of the secret too.
    pub(super) has_edges: bool,
    /// What it is a form of, and how many bytes of that how many bytes of the form stand for.
    source: Vec<u8>,
    scale: (usize, usize),
}

/// A shorter secret is looked for as a whole alone.
const PARTS_OF: usize = 16;
/// Fewer characters of a longer one may be somebody else's.
const PART_LEN_MIN: usize = 12;
/// As few, where pluses between them were read as spaces.
const PLUSLESS_LEN_MIN: usize = 8;
/// So many characters in a row give one away, however long it is.
const PART_LEN_MAX: usize = 16;
/// Words of people have fewer turns between capitals, small letters and digits.
const TURNS_MIN: usize = 3;
/// Words of people are shorter.
const WORD_LEN_MAX: usize = 20;

impl Form {
    /// Whether the part at `range` is made by chance, or nearly the whole, and gives the secret
    /// away: words in a secret are anybody's.
    pub(super) fn is_telling(&self, range: Range<usize>) -> bool {
        let (of_source, of_form) = self.scale;
        let place = |at: usize| (at * of_source / of_form).min(self.source.len());
        let part = &self.source[place(range.start)..place(range.end)];
        if range.len() == self.bytes.len() || part.len() * 5 >= self.source.len() * 4 {
            return true;
        }
        let kinds = part.iter().filter_map(|byte| kind(*byte));
        let kinds: Vec<u8> = kinds.collect();
        let turns = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
        let words = part.split(|byte| !is_letter(byte));
        turns >= TURNS_MIN || words.map(chars).any(|len| len > WORD_LEN_MAX)
    }
}

/// How many characters begin in `utf_8`.
fn chars(utf_8: &[u8]) -> usize {
    utf_8.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

fn kind(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(0),
        b'a'..=b'z' => Some(1),
        b'A'..=b'Z' => Some(2),
        _ => None,
    }
}

/// Every form of `secret`, which has no space at its ends.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let spaceless: String = secret.split_whitespace().collect();
    let part_len = part_len(&spaceless);
    let mut forms = Vec::new();
    push(&mut forms, plain(spaceless.as_bytes(), part_len));
    // What looks like an escape in it is read as one. A hyphen is read as a plus, and is none.
    let read = plain(&Reading::of(&spaceless).bytes(), part_len);
    match spaceless.contains(['+', '%', '\\', '&']) {
        true => push(&mut forms, read),
        false => push_one(&mut forms, read),
    }
    if spaceless != secret {
        // Forms of the web write a space as a plus.
        let written = secret.split_whitespace().collect::<Vec<_>>().join("+");
        push(&mut forms, plain(written.as_bytes(), part_len));
        encoded(&mut forms, secret);
    }
    encoded(&mut forms, &spaceless);
    if !secret.is_ascii() {
        // As who takes its bytes for Latin-1 repeats it.
        let latin_1: String = spaceless.bytes().map(char::from).collect();
        push(
            &mut forms,
            plain(&Reading::of(&latin_1).bytes(), part_len * 2),
        );
    }
    forms
}

/// As much of `secret` as gives it away.
fn part_len(secret: &str) -> usize {
    match secret.len() {
        len if len < PARTS_OF => len,
        len => len.div_ceil(2).clamp(PART_LEN_MIN, PART_LEN_MAX),
    }
}

/// Adds `secret` in Base64 and in hex.
fn encoded(forms: &mut Vec<Form>, secret: &str) {
    let part_len = part_len(secret);
    for offset in 0..3 {
        // What stands before the secret decides about the first characters, what stands behind
        // it about the last ones: those in between are always the same.
        let padded = [&[0; 3][..offset], secret.as_bytes()].concat();
        let encoded = BASE64_STANDARD_NO_PAD.encode(&padded);
        let first = (offset * 8).div_ceil(6);
        let end = padded.len() * 8 / 6;
        let middle = encoded.as_bytes().get(first..end).unwrap_or_default();
        let lost = secret.len().saturating_sub(part_len);
        let of_part = middle.len().saturating_sub(lost.div_ceil(3) * 4).max(1);
        let form = Form {
            bytes: middle.to_vec(),
            part_len: of_part,
            has_edges: true,
            source: secret.into(),
            scale: (3, 4),
        };
        push(forms, form);
    }
    let hex = secret.bytes().flat_map(|byte| {
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half & 15)];
        [digit(byte >> 4), digit(byte)]
    });
    let form = Form {
        bytes: hex.collect(),
        part_len: part_len * 2,
        has_edges: false,
        source: secret.into(),
        scale: (1, 2),
    };
    push(forms, form);
}

fn plain(bytes: &[u8], part_len: usize) -> Form {
    Form {
        bytes: bytes.to_vec(),
        part_len: part_len.min(bytes.len()),
        has_edges: false,
        source: bytes.to_vec(),
        scale: (1, 1),
    }
}

/// Adds `form`, and the same as who reads a plus as a space repeats it.
fn push(forms: &mut Vec<Form>, form: Form) {
    if form.bytes.contains(&b'+') {
        let is_kept = |byte: &u8| *byte != b'+';
        let bytes: Vec<u8> = form.bytes.iter().copied().filter(is_kept).collect();
        let source = match form.scale {
            (1, 1) => bytes.clone(),
            _ => form.source.clone(),
        };
        // A part of the secret is shorter there by the pluses that were in it.
        let parts = form.bytes.windows(form.part_len.max(1));
        let pluses = parts.map(|part| part.iter().filter(|byte| **byte == b'+').count());
        let part_len = form
            .part_len
            .saturating_sub(pluses.max().unwrap_or_default());
        let part_len = part_len.max(PLUSLESS_LEN_MIN).min(bytes.len());
        push_one(
            forms,
            Form {
                bytes,
                part_len,
                source,
                ..form
            },
        );
    }
    push_one(forms, form);
}

fn push_one(forms: &mut Vec<Form>, mut form: Form) {
    fold(&mut form.bytes);
    if !forms.iter().any(|it| it.bytes == form.bytes) {
        forms.push(form);
    }
}
