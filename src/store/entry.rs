//! What is kept per sink, account and user.

use serde::{Deserialize, Serialize};

use crate::model::{Digest, EventId};

/// One user of one account, as one sink sees it. Outbox and states are keyed by it, so a newer
/// state of a user replaces the older one that was not yet delivered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryKey(Vec<u8>);

impl EntryKey {
    /// `sink`, `account_id` and `user_id`, none of which can hold a zero byte.
    pub(super) fn new(sink: &str, account_id: &str, user_id: &str) -> Self {
        Self([sink, account_id, user_id].join("\0").into_bytes())
    }

    /// A key read back from a tree.
    pub(super) fn from_stored(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// What every key of `sink` starts with.
    pub(super) fn prefix(sink: &str) -> Vec<u8> {
        [sink.as_bytes(), b"\0"].concat()
    }

    /// The UserId of the user.
    pub fn user_id(&self) -> &str {
        self.part(2)
    }

    /// Part `index` of sink, account and user.
    pub(super) fn part(&self, index: usize) -> &str {
        let part = self.0.split(|byte| *byte == 0).nth(index);
        part.and_then(|part| std::str::from_utf8(part).ok())
            .unwrap_or_default()
    }

    /// The key's bytes.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a sink was last told, or is about to be told, about a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UserState {
    digest: [u8; 32],
    event_id: [u8; 16],
    /// Whether the event still waits in the outbox.
    pub(super) pending: bool,
}

/// An event that waits for its sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OutboxEntry {
    event_id: [u8; 16],
    #[serde(with = "super::bytes")]
    pub(super) json: Vec<u8>,
    /// Last, so that an entry of format 1, which has none, never decodes by chance.
    pub(super) queued_at_unix_s: i64,
}

/// What the store keeps without knowing what it is.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Opaque {
    #[serde(with = "super::bytes")]
    pub(super) facts: Vec<u8>,
}

impl UserState {
    pub(super) fn pending(digest: &Digest, event_id: &EventId) -> Self {
        Self {
            digest: *digest.as_bytes(),
            event_id: *event_id.as_bytes(),
            pending: true,
        }
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::from_bytes(self.digest)
    }

    pub(super) fn event_id(&self) -> EventId {
        EventId::from_bytes(self.event_id)
    }
}

impl OutboxEntry {
    pub(super) fn new(event_id: &EventId, json: Vec<u8>, queued_at_unix_s: i64) -> Self {
        Self {
            event_id: *event_id.as_bytes(),
            json,
            queued_at_unix_s,
        }
    }

    pub(super) fn event_id(&self) -> EventId {
        EventId::from_bytes(self.event_id)
    }
}
