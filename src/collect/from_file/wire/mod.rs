//! The JSON that the AWS CLI prints, as far as the inventory reads it.
//!
//! A list that AWS always prints, empty or not, is an `Option`: where it is missing, somebody
//! cut it out and its content is unknown, and so it is where that is `null`. `UserPolicyList`,
//! `PermissionsBoundary` and `Tags` are the ones that AWS leaves out when there are none.

mod service_control;

pub(super) use self::service_control::ServiceControlPage;
use crate::collect::timestamp::Timestamp;
use crate::model::{Arn, AttachedPolicy, Tag};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A page of `get-account-authorization-details`.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DetailsPage {
    /// None where the file was saved without users, as `--filter` does.
    #[serde(default, deserialize_with = "listed")]
    pub(super) user_detail_list: Option<Vec<UserDetail>>,
    #[serde(default, deserialize_with = "nullable")]
    pub(super) group_detail_list: Vec<GroupDetail>,
    pub(super) role_detail_list: Option<Vec<RoleDetail>>,
    #[serde(default)]
    pub(super) policies: Vec<PolicyDetail>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RoleDetail {
    pub(super) role_name: String,
    pub(super) role_id: String,
    #[serde(deserialize_with = "arn")]
    pub(super) arn: Arn,
    pub(super) path: String,
    pub(super) assume_role_policy_document: Option<DocumentText>,
    pub(super) attached_managed_policies: Option<Vec<PolicyRef>>,
    #[serde(default)]
    pub(super) role_policy_list: Vec<InlinePolicy>,
    pub(super) instance_profile_list: Option<Vec<InstanceProfile>>,
    pub(super) permissions_boundary: Option<Boundary>,
    #[serde(default)]
    pub(super) tags: Vec<TagPair>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InstanceProfile {
    pub(super) instance_profile_name: String,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PolicyDetail {
    pub(super) policy_name: String,
    pub(super) arn: String,
    pub(super) default_version_id: Option<String>,
    #[serde(default)]
    pub(super) policy_version_list: Vec<VersionDetail>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersionDetail {
    pub(super) version_id: String,
    pub(super) document: Option<DocumentText>,
    #[serde(default)]
    pub(super) is_default_version: bool,
}

/// A policy document: an object in the CLI's output, URL-encoded text in the API's.
#[derive(Debug, Clone)]
pub(super) struct DocumentText(pub(super) String);

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
    #[serde(default = "no_tags")]
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

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InlinePolicy {
    pub(super) policy_name: String,
    pub(super) policy_document: Option<DocumentText>,
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

/// A page of `list-service-specific-credentials`.
#[derive(Debug, serde::Deserialize)]
pub(super) struct ServiceCredentialsPage {
    #[serde(rename = "ServiceSpecificCredentials", deserialize_with = "nullable")]
    pub(super) credentials: Vec<ListedCredential>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedCredential {
    pub(super) user_name: String,
    pub(super) status: String,
    pub(super) service_user_name: Option<String>,
    pub(super) service_credential_alias: Option<String>,
    pub(super) create_date: Timestamp,
    pub(super) expiration_date: Option<Timestamp>,
    pub(super) service_specific_credential_id: String,
    pub(super) service_name: String,
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

impl<'de> Deserialize<'de> for DocumentText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        // What is no string is kept as it is written: two equal keys must not become one.
        let text = serde_json::from_str::<String>(raw.get());
        Ok(Self(text.unwrap_or_else(|_| raw.get().to_owned())))
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

/// AWS leaves out the tags of a user who has none.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the default of a field that may be null"
)]
fn no_tags() -> Option<Vec<TagPair>> {
    Some(Vec::new())
}

/// The same of a list that may be missing.
fn listed<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    nullable(deserializer).map(Some)
}
