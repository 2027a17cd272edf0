//! Event ids: each names one event.

use std::fmt;

use uuid::Uuid;

use super::digest::DigestWriter;
use super::{Digest, EntityKey};

/// An event's id: the same however often the event is written or sent, another for every other event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

/// One event about an entity for a receiver.
#[derive(Debug, Clone, Copy)]
pub struct Revision<'a> {
    /// New each time that the store is opened that counts the events.
    pub store: &'a [u8; 16],
    /// The receiver.
    pub receiver: &'a str,
    /// The entity.
    pub entity: &'a EntityKey,
    /// How many events about the entity the receiver was sent before, or any number that no other
    /// event has.
    pub number: u64,
    /// The digest of the event's content.
    pub digest: &'a Digest,
}

impl EventId {
    /// The id of `revision`: a UUID of version 8 (application-defined) over its SHA-256.
    pub fn derive(revision: &Revision<'_>) -> Self {
        let Revision {
            store,
            receiver,
            entity,
            number,
            digest,
        } = *revision;
        let mut hash = DigestWriter::default();
        hash.text("rollcall event id");
        hash.fixed(store);
        hash.text(receiver);
        hash.text(entity.source.as_str());
        hash.text(&entity.account);
        hash.text(entity.kind.as_str());
        hash.text(&entity.id);
        hash.number(number);
        hash.fixed(digest.as_bytes());
        let mut head = [0; 16];
        head.copy_from_slice(&hash.finish().as_bytes()[..16]);
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{EntityKind, Origin};

    fn key(account: &str, kind: EntityKind, id: &str) -> EntityKey {
        EntityKey {
            source: Origin::Aws,
            account: account.to_owned(),
            kind,
            id: id.to_owned(),
        }
    }

    fn id(store: u8, receiver: &str, entity: &EntityKey, number: u64, digest: &[u8]) -> EventId {
        EventId::derive(&Revision {
            store: &[store; 16],
            receiver,
            entity,
            number,
            digest: &Digest::of(digest),
        })
    }

    #[test]
    fn an_id_is_a_uuid_of_version_8_and_the_same_for_the_same_revision() {
        let user = key("111122223333", EntityKind::User, "AIDA1");
        let first = id(1, "siem", &user, 7, b"content");
        assert_eq!(first, id(1, "siem", &user, 7, b"content"));
        assert_eq!(first.to_string().as_bytes()[14], b'8');
        assert_eq!(EventId::from_bytes(*first.as_bytes()), first);
    }

    #[test]
    fn the_same_content_sent_again_or_by_another_store_has_another_id() {
        let user = key("111122223333", EntityKind::User, "AIDA1");
        let others = [
            id(1, "siem", &user, 7, b"content"),
            id(1, "siem", &user, 8, b"content"),
            id(2, "siem", &user, 7, b"content"),
            id(1, "siem2", &user, 7, b"content"),
            id(1, "siem", &user, 7, b"other"),
            id(
                1,
                "siem",
                &key("111122223333", EntityKind::Group, "AIDA1"),
                7,
                b"content",
            ),
            // Text never runs from one part into the next.
            id(
                1,
                "siem",
                &key("11112222333", EntityKind::User, "3AIDA1"),
                7,
                b"content",
            ),
            id(
                1,
                "siem1",
                &key("11122223333", EntityKind::User, "AIDA1"),
                7,
                b"content",
            ),
        ];
        let distinct: BTreeSet<EventId> = others.into_iter().collect();
        assert_eq!(distinct.len(), others.len());
    }
}
