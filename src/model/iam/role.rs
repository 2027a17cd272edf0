//! IAM roles.

use serde::{Deserialize, Serialize};

use crate::model::{Arn, AttachedPolicy, DocumentId, Fact, InlinePolicy, Tag};

/// An IAM role: its trusted principals, and what it grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// RoleName.
    pub name: String,
    /// The role's ARN.
    pub arn: Arn,
    /// RoleId (`AROA...`).
    pub id: String,
    /// Path, `/` by default.
    pub path: String,
    /// The document that says who may assume the role.
    #[serde(default = "Fact::not_kept")]
    pub trust_policy: Fact<DocumentId>,
    /// Managed policies attached to the role.
    #[serde(default = "Fact::not_kept")]
    pub attached_policies: Fact<Vec<AttachedPolicy>>,
    /// The role's inline policies.
    #[serde(default = "Fact::not_kept")]
    pub inline_policies: Fact<Vec<InlinePolicy>>,
    /// Names of the instance profiles that the role sits in.
    #[serde(default = "Fact::not_kept")]
    pub instance_profiles: Fact<Vec<String>>,
    /// Tags.
    #[serde(default = "Fact::not_kept")]
    pub tags: Fact<Vec<Tag>>,
    /// ARN of the permissions boundary, if there is one.
    #[serde(default = "Fact::not_kept")]
    pub permissions_boundary: Fact<Option<String>>,
}
