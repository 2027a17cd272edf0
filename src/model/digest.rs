//! Content digests.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// SHA-256 of content: two contents with one digest are the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Takes content piece by piece; text of any length says its length first. The pieces are hashed
/// at once: many are of one byte.
pub(crate) struct DigestWriter(Vec<u8>);

impl Digest {
    /// The digest of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }

    /// A digest read back from where it was stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest whose [`fmt::Display`] is `text`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(bytes)).filter(|digest| digest.to_string() == text)
    }
}

/// Room for most users.
const CONTENT_LEN: usize = 2_048;

impl Default for DigestWriter {
    fn default() -> Self {
        Self(Vec::with_capacity(CONTENT_LEN))
    }
}

impl DigestWriter {
    /// Bytes of a length that is always the same.
    pub(crate) fn fixed<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.fixed(&[byte]);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.fixed(&number.to_be_bytes());
    }

    pub(crate) fn signed(&mut self, number: i64) {
        self.fixed(&number.to_be_bytes());
    }

    pub(crate) fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn finish(self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
