//! IAM groups and the policies they grant.

use serde::{Deserialize, Serialize};

use time::OffsetDateTime;

use crate::model::{Arn, Fact};

/// An IAM group. Shared between its members (`Arc<Group>`): fetched once a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// GroupName.
    pub name: String,
    /// The group's ARN; absent when only the membership is known (a saved file without groups).
    pub arn: Option<String>,
    /// GroupId (`AGPA...`), where known.
    pub id: Option<String>,
    /// Managed policies attached to the group.
    #[serde(default = "Fact::not_kept")]
    pub attached_policies: Fact<Vec<AttachedPolicy>>,
    /// Names of the group's inline policies.
    #[serde(default = "Fact::not_kept")]
    pub inline_policies: Fact<Vec<String>>,
}

/// A managed policy attached to a user or group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AttachedPolicy {
    /// PolicyName.
    pub name: String,
    /// PolicyArn.
    pub arn: String,
}

/// A group with who is in it, as a question about groups reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupEntry {
    /// The group and its policies.
    pub group: Group,
    /// CreateDate.
    pub created_at: Fact<OffsetDateTime>,
    /// Who is in it.
    pub members: Fact<Vec<Member>>,
}

/// A member of a group. GetGroup tells neither tags nor a boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// UserName.
    pub name: String,
    /// UserId.
    pub id: String,
    /// The user's ARN.
    pub arn: Arn,
    /// Path.
    pub path: String,
    /// CreateDate.
    pub created_at: OffsetDateTime,
    /// PasswordLastUsed; known `None` means never, or before 2014-10-20.
    pub password_last_used: Fact<Option<OffsetDateTime>>,
}

impl Group {
    /// The path, where the ARN is known: `group/PATH/NAME`.
    pub fn path(&self) -> Option<&str> {
        let arn = self.arn.as_deref()?;
        let resource = arn.splitn(6, ':').nth(5)?;
        let path = resource.strip_prefix("group")?;
        Some(&path[..=path.rfind('/')?])
    }
}
