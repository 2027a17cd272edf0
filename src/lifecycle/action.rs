//! What can be done to one user.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::model::Tag;

/// The key of the tag that says whose a user is.
pub const OWNER_TAG: &str = "managed-by";
/// Its value where the user is ours.
pub const OWNER_VALUE: &str = "rollcall";
/// The key of the tag that a person sets, with any value, to keep a user from being removed.
pub const EXEMPT_TAG: &str = "rollcall:exempt";
/// The key of the tag of users in quarantine; [`Deactivation`] is its value.
pub const QUARANTINE_TAG: &str = "rollcall:quarantined";
/// The key of the tag that says since when an old key is inactive, by a [`Deactivation`].
pub const DEACTIVATED_TAG: &str = "rollcall:deactivated";

/// The user that an action is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// UserName.
    pub name: String,
    /// UserId (`AIDA...`); `None` for a user that is to be created.
    pub id: Option<String>,
}

/// An action, on whom, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedAction {
    /// The user.
    pub user: Subject,
    /// What is done.
    pub action: UserAction,
    /// Why, in words for people.
    pub reason: String,
}

/// What is done to one user. Actions of a user are done in the order of its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UserAction {
    /// CreateUser, with all of this in one call.
    Create {
        /// Path.
        path: String,
        /// PermissionsBoundary: the ARN of a managed policy.
        boundary: String,
        /// Tags, the owner's among them.
        tags: Vec<Tag>,
    },
    /// AddUserToGroup.
    AddToGroup {
        /// GroupName.
        group: String,
    },
    /// RemoveUserFromGroup.
    RemoveFromGroup {
        /// GroupName.
        group: String,
    },
    /// AttachUserPolicy.
    AttachPolicy {
        /// PolicyArn.
        arn: String,
    },
    /// DetachUserPolicy.
    DetachPolicy {
        /// PolicyArn.
        arn: String,
    },
    /// TagUser.
    Tag {
        /// The tags that are added, or get another value.
        tags: Vec<Tag>,
    },
    /// Creates the first access key and stores its secret.
    CreateKey,
    /// Creates a second access key and stores its secret; the old one stays as it is.
    RotateKey {
        /// AccessKeyId of the key that is replaced.
        old: String,
    },
    /// UpdateAccessKey to Inactive.
    DeactivateKey {
        /// AccessKeyId.
        key: String,
    },
    /// DeleteAccessKey.
    DeleteKey {
        /// AccessKeyId.
        key: String,
    },
    /// Tags the user, then deactivates its keys and deletes its console password.
    Quarantine {
        /// When, and which keys: the value of the tag.
        mark: Deactivation,
    },
    /// Activates the keys that quarantine deactivated, then removes the tag. A password stays lost.
    Restore {
        /// AccessKeyId of each.
        keys: Vec<String>,
    },
    /// Deletes the user with all that it has.
    Delete,
}

/// Keys that were deactivated, as the value of a tag says it: `2026-11-28T10:00:00Z AKIA... AKIA...`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Deactivation {
    /// Since when, to the second.
    pub since: OffsetDateTime,
    /// AccessKeyIds of the keys that were active before; of a user in quarantine, perhaps none.
    pub keys: Vec<String>,
}

impl Deactivation {
    /// What the tag's value `text` says; `None` where it says none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let since = OffsetDateTime::parse(words.next()?, &Rfc3339).ok()?;
        let keys: Vec<String> = words.map(str::to_owned).collect();
        let is_id =
            |key: &String| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        keys.iter().all(is_id).then_some(Self { since, keys })
    }
}

impl fmt::Display for Deactivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.since.replace_nanosecond(0).unwrap_or(self.since);
        f.write_str(&since.format(&Rfc3339).map_err(|_| fmt::Error)?)?;
        self.keys.iter().try_for_each(|key| write!(f, " {key}"))
    }
}

impl TryFrom<String> for Deactivation {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("no time with ids of keys")
    }
}

impl From<Deactivation> for String {
    fn from(mark: Deactivation) -> Self {
        mark.to_string()
    }
}

impl UserAction {
    /// Whether it takes the user, or its access, away: the guards may hold it back.
    pub fn is_removal(&self) -> bool {
        matches!(self, Self::Quarantine { .. } | Self::Delete)
    }

    /// The same without the times in it: what another plan for the same states would have.
    pub fn kind(&self) -> Self {
        let start = OffsetDateTime::UNIX_EPOCH;
        match self.clone() {
            Self::Quarantine { mark } => Self::Quarantine {
                mark: Deactivation {
                    since: start,
                    ..mark
                },
            },
            Self::Tag { mut tags } => {
                for tag in &mut tags {
                    if let Some(mark) = Deactivation::parse(&tag.value) {
                        tag.value = mark.keys.join(" ");
                    }
                }
                Self::Tag { tags }
            }
            other => other,
        }
    }
}

impl fmt::Display for UserAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create { path, .. } => write!(f, "create in {path}"),
            Self::AddToGroup { group } => write!(f, "add to group {group}"),
            Self::RemoveFromGroup { group } => write!(f, "remove from group {group}"),
            Self::AttachPolicy { arn } => write!(f, "attach {arn}"),
            Self::DetachPolicy { arn } => write!(f, "detach {arn}"),
            Self::Tag { tags } => {
                let keys: Vec<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
                write!(f, "tag {}", keys.join(", "))
            }
            Self::CreateKey => f.write_str("create key"),
            Self::RotateKey { old } => write!(f, "create key beside {old}"),
            Self::DeactivateKey { key } => write!(f, "deactivate {key}"),
            Self::DeleteKey { key } => write!(f, "delete {key}"),
            Self::Quarantine { .. } => f.write_str("quarantine"),
            Self::Restore { .. } => f.write_str("restore"),
            Self::Delete => f.write_str("delete user"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deactivation_is_read_from_its_tag_as_it_was_written() {
        let since = OffsetDateTime::from_unix_timestamp(1_795_168_860).unwrap();
        let keys = vec!["AKIAONE".to_owned(), "AKIATWO".to_owned()];
        for keys in [Vec::new(), keys] {
            let mark = Deactivation { since, keys };
            assert_eq!(Deactivation::parse(&mark.to_string()), Some(mark));
        }
        for text in [
            "",
            "yes",
            "2026-11-28",
            "2026-11-28T10:00:00Z AKIA,X",
            "2026-11-28T10:00:00Z ",
        ] {
            assert_eq!(Deactivation::parse(text), None, "{text:?}");
        }
    }
}
