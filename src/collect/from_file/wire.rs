//! The JSON that the AWS CLI prints, as far as the inventory reads it.
//!
//! A list that AWS always prints, empty or not, is an `Option`: where it is missing, somebody
//! cut it out and its content is unknown, and so it is where that is `null`. `UserPolicyList` and `PermissionsBoundary` are the ones
//! that AWS leaves out when there are none.

use crate::collect::timestamp::Timestamp;
use crate::model::{Arn, AttachedPolicy, Tag};
use serde::de::{Deserialize, Deserializer, Error};

/// A page of `get-account-authorization-details`.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetailsPage {
    /// None where the file was saved without users, as `--filter` does.
    #[serde(default, deserialize_with = "listed")]
    pub(super) user_detail_list: Option<Vec<UserDetail>>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) group_detail_list: Vec<GroupDetail>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserDetail {
    pub(super) user_name: String,
    pub(super) user_id: String,
    #[serde(deserialize_with = "arn")]
    pub(super) arn: Arn,
    pub(super) path: String,
    pub(super) create_date: Timestamp,
    pub(super) group_list: Option<Vec<String>>,
    pub(super) attached_managed_policies: Option<Vec<PolicyRef>>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) user_policy_list: Vec<InlinePolicy>,
    pub(super) permissions_boundary: Option<Boundary>,
    pub(super) tags: Option<Vec<TagPair>>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupDetail {
    pub(super) group_name: String,
    pub(super) group_id: String,
    #[serde(deserialize_with = "arn")]
    pub(super) arn: Arn,
    pub(super) attached_managed_policies: Option<Vec<PolicyRef>>,
    pub(super) group_policy_list: Option<Vec<InlinePolicy>>,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyRef {
    policy_name: String,
    policy_arn: String,
}

/// Only the name: the document is an object in CLI output and URL-encoded text in the API's.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InlinePolicy {
    pub(super) policy_name: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Boundary {
    pub(super) permissions_boundary_arn: String,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagPair {
    key: String,
    value: String,
}

/// A page of `list-users`.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UsersPage {
    #[serde(deserialize_with = "nullable")]
    pub(super) users: Vec<ListedUser>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedUser {
    pub(super) user_name: String,
    pub(super) user_id: String,
    #[serde(deserialize_with = "arn")]
    pub(super) arn: Arn,
    pub(super) path: String,
    pub(super) create_date: Timestamp,
    pub(super) password_last_used: Option<Timestamp>,
}

/// A page of `list-virtual-mfa-devices`.
#[derive(Debug, serde::Deserialize)]
pub(super) struct VirtualMfaPage {
    #[serde(rename = "VirtualMFADevices", deserialize_with = "nullable")]
    pub(super) devices: Vec<VirtualDevice>,
}

/// A virtual MFA device; one that is assigned to nobody has no User.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VirtualDevice {
    pub(super) serial_number: String,
    pub(super) enable_date: Option<Timestamp>,
    pub(super) user: Option<DeviceUser>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeviceUser {
    pub(super) arn: String,
}

/// A page of `list-mfa-devices` for one user.
#[derive(Debug, serde::Deserialize)]
pub(super) struct MfaPage {
    #[serde(rename = "MFADevices", deserialize_with = "nullable")]
    pub(super) devices: Vec<ListedDevice>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedDevice {
    pub(super) user_name: String,
    pub(super) serial_number: String,
    pub(super) enable_date: Option<Timestamp>,
}

/// The output of `get-credential-report`.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReportEnvelope {
    pub(super) content: String,
    pub(super) generated_time: Option<Timestamp>,
}

impl From<PolicyRef> for AttachedPolicy {
    fn from(policy: PolicyRef) -> Self {
        Self {
            name: policy.policy_name,
            arn: policy.policy_arn,
        }
    }
}

impl From<TagPair> for Tag {
    fn from(tag: TagPair) -> Self {
        Self {
            key: tag.key,
            value: tag.value,
        }
    }
}

fn arn<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arn, D::Error> {
    Arn::parse(String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// A list, for which some tools write `null` where it is empty.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// The same of a list that may be missing.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    nullable(deserializer).map(Some)
}
