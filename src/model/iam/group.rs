//! IAM groups and the policies they grant.

use serde::{Deserialize, Serialize};

use crate::model::Fact;

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
