//! Content digests, and event ids derived from them.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// SHA-256 of an event's lasting content: two events with one digest say the same.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// An event's id, the same for every repetition of the same content about the same user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

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
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl EventId {
    /// The id of the event with `digest` about the user `arn` of `account_id` in `dialect`:
    /// a UUID of version 8 (application-defined) over their SHA-256.
    pub fn derive(account_id: &str, arn: &str, digest: &Digest, dialect: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [account_id.as_bytes(), arn.as_bytes(), dialect.as_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
        hash.update(digest.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let mut head = [0; 16];
        head.copy_from_slice(&hash[..16]);
        Self(uuid::Builder::from_custom_bytes(head).into_uuid())
    }

    /// An id read back from where it was stored.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The id's bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
