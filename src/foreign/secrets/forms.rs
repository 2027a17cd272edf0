//! The forms in which a secret may come back, as a [`super::reading::Reading`] shows them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;

use super::reading::folded;

/// One form of a secret: as it is, in Base64 or in hex.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// So many bytes of it in a row give the secret away.
    pub(super) part_len: usize,
    /// Whether characters beside it hold a part of the secret too.
    pub(super) has_edges: bool,
}

/// A shorter secret is looked for as a whole alone.
const PARTS_OF: usize = 16;
/// So many characters of a longer one give it away.
const PART_LEN_MAX: usize = 24;

/// Every form of `secret`.
pub(super) fn forms(secret: &str) -> Vec<Form> {
    let part_len = match secret.len() {
        len if len < PARTS_OF => len,
        len => len.div_ceil(2).min(PART_LEN_MAX),
    };
    let mut forms = vec![form(secret.bytes(), part_len)];
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
        forms.push(Form {
            has_edges: true,
            ..form(middle.iter().copied(), of_part)
        });
    }
    let hex = secret.bytes().flat_map(|byte| {
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half & 15)];
        [digit(byte >> 4), digit(byte)]
    });
    forms.push(form(hex, part_len * 2));
    forms
}

fn form(bytes: impl Iterator<Item = u8>, part_len: usize) -> Form {
    Form {
        bytes: bytes.map(folded).collect(),
        part_len,
        has_edges: false,
    }
}
