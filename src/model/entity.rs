//! What the inventory keeps records of, and by which key.

use serde::{Deserialize, Serialize};

/// The key of an entity: where it is, in which account, what it is, and the id that it keeps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityKey {
    /// Who knows the entity.
    pub source: Origin,
    /// The account's id there.
    pub account: String,
    /// What it is.
    pub kind: EntityKind,
    /// The id that it keeps over a rename, such as UserId.
    pub id: String,
}

/// Who knows an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// AWS IAM.
    Aws,
}

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// An IAM user, or the root user.
    User,
    /// An IAM group.
    Group,
    /// An IAM role.
    Role,
    /// A managed policy.
    Policy,
    /// A record of the audit log.
    AuditRecord,
}

impl EntityKey {
    /// The user `id` of the AWS account `account`.
    pub fn user(account: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            source: Origin::Aws,
            account: account.into(),
            kind: EntityKind::User,
            id: id.into(),
        }
    }
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 1] = [Self::Aws];

    /// The spelling used in keys and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
        }
    }

    /// The origin of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == text)
    }
}

impl EntityKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::User,
        Self::Group,
        Self::Role,
        Self::Policy,
        Self::AuditRecord,
    ];

    /// The spelling used in keys and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Policy => "policy",
            Self::AuditRecord => "audit_record",
        }
    }

    /// The kind of that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_origin_is_parsed_from_its_own_spelling() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::parse(kind.as_str()), Some(kind));
            let record = serde_json::to_value(kind).unwrap();
            assert_eq!(record, kind.as_str());
        }
        assert_eq!(Origin::parse("aws"), Some(Origin::Aws));
        assert_eq!(Origin::parse("AWS"), None);
        assert_eq!(EntityKind::parse(""), None);
    }
}
