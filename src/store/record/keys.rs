//! Keys: text parts joined by zero bytes, which none of them holds; numbers are big-endian, so
//! that keys sort as they count. They begin with the receiver or the account.

use crate::model::{EntityKey, EntityKind, Origin, RecordId};

fn joined<const N: usize>(parts: [&str; N]) -> Vec<u8> {
    parts.join("\0").into_bytes()
}

/// The key of an entity.
pub(in crate::store) fn entity_key(entity: &EntityKey) -> Vec<u8> {
    let (source, kind) = (entity.source.as_str(), entity.kind.as_str());
    joined([source, &entity.account, kind, &entity.id])
}

/// The entity of a key.
pub(in crate::store) fn parse_entity_key(key: &[u8]) -> Option<EntityKey> {
    let mut parts = std::str::from_utf8(key).ok()?.splitn(4, '\0');
    Some(EntityKey {
        source: Origin::parse(parts.next()?)?,
        account: parts.next()?.to_owned(),
        kind: EntityKind::parse(parts.next()?)?,
        id: parts.next()?.to_owned(),
    })
}

/// What a receiver was sent of an entity.
pub(in crate::store) fn receiver_key(receiver: &str, entity: &EntityKey) -> Vec<u8> {
    let mut key = joined([receiver, ""]);
    key.extend_from_slice(&entity_key(entity));
    key
}

/// What every key of the entities of one kind in an account begins with.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct AccountKey<'a> {
    pub(in crate::store) account: &'a str,
    pub(in crate::store) kind: EntityKind,
}

impl AccountKey<'_> {
    pub(in crate::store) fn prefix(&self) -> Vec<u8> {
        joined([Origin::Aws.as_str(), self.account, self.kind.as_str(), ""])
    }
}

/// A place in the outbox of a receiver, among the records of one account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::store) struct OutboxKey {
    pub(in crate::store) receiver: String,
    pub(in crate::store) account: String,
    /// Counts up, in order of arrival.
    pub(in crate::store) number: u64,
}

impl OutboxKey {
    pub(in crate::store) fn to_bytes(&self) -> Vec<u8> {
        let mut key = Self::prefix(&self.receiver, &self.account);
        key.extend_from_slice(&self.number.to_be_bytes());
        key
    }

    /// The place of a key read back from a tree.
    pub(in crate::store) fn parse(key: &[u8]) -> Option<Self> {
        let (text, number) = key.split_last_chunk::<8>()?;
        let text = std::str::from_utf8(text.strip_suffix(b"\0")?).ok()?;
        let (receiver, account) = text.split_once('\0')?;
        Some(Self {
            receiver: receiver.to_owned(),
            account: account.to_owned(),
            number: u64::from_be_bytes(*number),
        })
    }

    /// What every place of an account's records begins with.
    pub(in crate::store) fn prefix(receiver: &str, account: &str) -> Vec<u8> {
        joined([receiver, account, ""])
    }
}

/// A record of the audit log, which a follower took of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct AuditKey<'a> {
    pub(in crate::store) follower: &'a str,
    pub(in crate::store) account: &'a str,
}

impl AuditKey<'_> {
    pub(in crate::store) fn prefix(&self) -> Vec<u8> {
        joined([self.follower, self.account, ""])
    }

    pub(in crate::store) fn of(&self, record: RecordId) -> Vec<u8> {
        let mut key = self.before(record.unix_s);
        key.extend_from_slice(&record.uuid);
        key
    }

    /// Where the keys of that second begin.
    pub(in crate::store) fn before(&self, unix_s: i64) -> Vec<u8> {
        let mut key = self.prefix();
        key.extend_from_slice(&unix_s.max(0).to_be_bytes());
        key
    }

    /// The record of a key of this follower and account.
    pub(in crate::store) fn parse(&self, key: &[u8]) -> Option<RecordId> {
        let rest = key.strip_prefix(&*self.prefix())?;
        let (unix_s, uuid) = rest.split_first_chunk::<8>()?;
        Some(RecordId {
            unix_s: i64::from_be_bytes(*unix_s),
            uuid: uuid.try_into().ok()?,
        })
    }
}

/// A record about the store itself, a receiver or an account.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum MetaKey<'a> {
    /// The store's id.
    Store,
    /// Runs that failed for all accounts.
    FailedRuns,
    /// A receiver.
    Receiver(&'a str),
    /// An account.
    Account(&'a str),
    /// How far a receiver was brought up to date with an account.
    Sync(&'a str, &'a str),
    /// How far a follower of the audit log came with an account, in a region.
    Audit(&'a str, &'a str, &'a str),
    /// What is to be read again in an account.
    Hint(&'a str, &'a str),
}

impl MetaKey<'_> {
    pub(in crate::store) fn to_bytes(self) -> Vec<u8> {
        match self {
            Self::Store => b"store".to_vec(),
            Self::FailedRuns => b"failed-runs".to_vec(),
            Self::Receiver(receiver) => joined(["receiver", receiver]),
            Self::Account(account) => joined(["account", account]),
            Self::Sync(receiver, account) => joined(["sync", receiver, account]),
            Self::Audit(follower, account, region) => joined(["audit", follower, account, region]),
            Self::Hint(account, hint) => joined(["hint", account, hint]),
        }
    }

    /// What every key of [`Self::Sync`] begins with.
    pub(in crate::store) fn all_syncs() -> Vec<u8> {
        joined(["sync", ""])
    }

    /// What every key of [`Self::Hint`] begins with.
    pub(in crate::store) fn all_hints() -> Vec<u8> {
        joined(["hint", ""])
    }

    /// What every key of [`Self::Audit`] begins with, of one follower.
    pub(in crate::store) fn all_audit(follower: &str) -> Vec<u8> {
        joined(["audit", follower, ""])
    }

    /// The two last parts of a key of [`Self::Sync`] or [`Self::Hint`].
    pub(in crate::store) fn parse_pair(key: &[u8]) -> Option<(String, String)> {
        let mut parts = std::str::from_utf8(key).ok()?.splitn(3, '\0').skip(1);
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_back_as_they_were_written() {
        let entity = EntityKey::user("111122223333", "AIDA1");
        assert_eq!(parse_entity_key(&entity_key(&entity)), Some(entity.clone()));
        assert!(receiver_key("siem@1", &entity).ends_with(&entity_key(&entity)));
        // A number may hold zero bytes.
        for number in [0, 7, 1 << 40, u64::MAX] {
            let place = OutboxKey {
                receiver: "siem@1a2b".to_owned(),
                account: "111122223333".to_owned(),
                number,
            };
            assert_eq!(OutboxKey::parse(&place.to_bytes()), Some(place));
        }
        let sync = MetaKey::Sync("siem@1", "111122223333").to_bytes();
        let pair = ("siem@1".to_owned(), "111122223333".to_owned());
        assert_eq!(MetaKey::parse_pair(&sync), Some(pair));
    }
}
