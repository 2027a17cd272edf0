//! `tests/fixtures/mapping/*.json`: a user's facts, spelled as AWS spells them.
//!
//! A fact that a file leaves out is known and empty (no groups, no tags, no MFA, no boundary);
//! one that could not be read says so: `{"unknown": "denied", "detail": "iam:ListMFADevices"}`.

use std::sync::Arc;

use rollcall::analyze::Privilege;
use rollcall::map::{MappingRules, ServiceAccounts};
use rollcall::model::{
    AccessKey, AccessKeyUse, Account, Arn, AttachedPolicy, ConsoleAccess, Fact, FormerName, Group,
    Membership, Mfa, MfaDevice, Provenance, Reason, Tag, Unit, User,
};
use serde::Deserialize;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::fixture_credentials::{
    Certificate, OfService, SshKey, certificate, of_service, ssh_key,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Case {
    /// What the case shows, in a few words: the snapshot's description.
    pub(super) shows: String,
    account_name: Option<String>,
    organization: Option<Organization>,
    user: AwsUser,
    /// What was known of the user a day before.
    before: Option<AwsUser>,
    #[serde(default)]
    former_names: Vec<AwsFormerName>,
    /// The verdict by policy documents, as events have it.
    pub(super) privilege: Option<Privilege>,
    /// The same, a day before.
    pub(super) privilege_before: Option<Privilege>,
    /// `[mapping]`, as far as it is not the default.
    #[serde(default)]
    mapping: Settings,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Settings {
    service_accounts: ServiceAccounts,
    risk: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AwsFormerName {
    user_name: String,
    arn: String,
    until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Organization {
    id: String,
    unit_id: String,
    unit_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AwsUser {
    user_name: String,
    user_id: String,
    arn: String,
    path: String,
    create_date: String,
    #[serde(default)]
    tags: Given<Vec<AwsTag>>,
    #[serde(default)]
    groups: Given<Vec<AwsGroup>>,
    #[serde(default)]
    attached_managed_policies: Given<Vec<Policy>>,
    #[serde(default)]
    user_policy_names: Given<Vec<String>>,
    #[serde(default)]
    permissions_boundary: Given<Option<String>>,
    #[serde(default, rename = "MFA")]
    mfa: Given<AwsMfa>,
    #[serde(default)]
    console: Given<Console>,
    #[serde(default)]
    password_last_used: Given<Option<String>>,
    #[serde(default)]
    access_keys: Given<Vec<Key>>,
    #[serde(default)]
    service_specific_credentials: Given<Vec<OfService>>,
    #[serde(default)]
    signing_certificates: Given<Vec<Certificate>>,
    #[serde(default, rename = "SSHPublicKeys")]
    ssh_public_keys: Given<Vec<SshKey>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Given<T> {
    Not { unknown: String, detail: String },
    Is(T),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AwsTag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct AwsGroup {
    group_name: String,
    arn: Option<String>,
    group_id: Option<String>,
    #[serde(default)]
    attached_managed_policies: Given<Vec<Policy>>,
    #[serde(default)]
    group_policy_names: Given<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Policy {
    policy_name: String,
    policy_arn: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
enum AwsMfa {
    Devices(Vec<Device>),
    AtLeast(Vec<Device>),
    Active(bool),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Device {
    serial_number: String,
    enable_date: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Console {
    password_enabled: bool,
    password_last_changed: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Key {
    access_key_id: Option<String>,
    status: String,
    last_rotated: Option<String>,
    last_used_date: Option<String>,
    service_name: Option<String>,
    region: Option<String>,
}

impl<T: Default> Default for Given<T> {
    fn default() -> Self {
        Self::Is(T::default())
    }
}

impl Default for AwsMfa {
    fn default() -> Self {
        Self::Devices(Vec::new())
    }
}

impl Case {
    pub(super) fn user(&self) -> User {
        self.user.user()
    }

    pub(super) fn last(&self) -> Option<User> {
        self.before.as_ref().map(AwsUser::user)
    }

    pub(super) fn rules(&self) -> MappingRules {
        MappingRules {
            service_accounts: self.mapping.service_accounts.clone(),
            has_risk: self.mapping.risk,
            ..MappingRules::default()
        }
    }

    pub(super) fn former_names(&self) -> Vec<FormerName> {
        let names = self.former_names.iter().map(|former| FormerName {
            name: former.user_name.clone(),
            arn: Arn::parse(&*former.arn).unwrap(),
            until: date(&former.until),
        });
        names.collect()
    }

    pub(super) fn account(&self) -> Account {
        let arn = Arn::parse(&*self.user.arn).unwrap();
        Account {
            id: arn.account_id().to_owned(),
            partition: arn.partition().to_owned(),
            name: self.account_name.clone(),
            organization: self.organization.as_ref().map(|organization| {
                Arc::new(Membership {
                    organization_id: organization.id.clone(),
                    unit: Some(Unit {
                        id: organization.unit_id.clone(),
                        name: organization.unit_name.clone(),
                    }),
                })
            }),
        }
    }
}

impl AwsUser {
    fn user(&self) -> User {
        User {
            name: self.user_name.clone(),
            arn: Arn::parse(&*self.arn).unwrap(),
            id: self.user_id.clone(),
            path: self.path.clone(),
            created_at: date(&self.create_date),
            password_last_used: self.password_last_used.fact(|at| at.as_deref().map(date)),
            tags: self.tags.fact(|tags| tags.iter().map(tag).collect()),
            groups: self
                .groups
                .fact(|groups| groups.iter().map(|one| Arc::new(group(one))).collect()),
            attached_policies: self.attached_managed_policies.fact(|all| policies(all)),
            inline_policies: self.user_policy_names.fact(Clone::clone),
            permissions_boundary: self.permissions_boundary.fact(Clone::clone),
            mfa: self.mfa.fact(mfa),
            console: self.console.fact(|console| ConsoleAccess {
                enabled: console.password_enabled,
                password_last_changed: console.password_last_changed.as_deref().map(date),
            }),
            access_keys: self.access_keys.fact(|keys| keys.iter().map(key).collect()),
            service_specific_credentials: self
                .service_specific_credentials
                .fact(|all| all.iter().map(of_service).collect()),
            signing_certificates: self
                .signing_certificates
                .fact(|all| all.iter().map(certificate).collect()),
            ssh_public_keys: self
                .ssh_public_keys
                .fact(|keys| keys.iter().map(ssh_key).collect()),
        }
    }
}

impl<T> Given<T> {
    fn fact<U>(&self, read: impl FnOnce(&T) -> U) -> Fact<U> {
        let source = Provenance {
            source: "fixture".into(),
            // A day before the pass of the snapshots.
            as_of: OffsetDateTime::UNIX_EPOCH + Duration::seconds(1_780_228_800),
        };
        match self {
            Self::Is(value) => Fact::known(read(value), &source),
            Self::Not { unknown, detail } => Fact::unknown(reason(unknown), detail),
        }
    }
}

fn reason(spelling: &str) -> Reason {
    let all = [
        Reason::Denied,
        Reason::Failed,
        Reason::NotCollected,
        Reason::NotInInput,
    ];
    all.into_iter()
        .find(|reason| reason.as_str() == spelling)
        .unwrap()
}

pub(super) fn date(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}

fn tag(tag: &AwsTag) -> Tag {
    Tag {
        key: tag.key.clone(),
        value: tag.value.clone(),
    }
}

fn group(group: &AwsGroup) -> Group {
    Group {
        name: group.group_name.clone(),
        arn: group.arn.clone(),
        id: group.group_id.clone(),
        attached_policies: group.attached_managed_policies.fact(|all| policies(all)),
        inline_policies: group.group_policy_names.fact(Clone::clone),
    }
}

fn policies(policies: &[Policy]) -> Vec<AttachedPolicy> {
    let policies = policies.iter().map(|policy| AttachedPolicy {
        name: policy.policy_name.clone(),
        arn: policy.policy_arn.clone(),
    });
    policies.collect()
}

fn mfa(mfa: &AwsMfa) -> Mfa {
    let devices = |devices: &[Device]| {
        let devices = devices.iter().map(|device| MfaDevice {
            serial_number: device.serial_number.clone(),
            enabled_at: device.enable_date.as_deref().map(date),
        });
        devices.collect()
    };
    match mfa {
        AwsMfa::Devices(all) => Mfa::Devices(devices(all)),
        AwsMfa::AtLeast(some) => Mfa::AtLeast(devices(some)),
        AwsMfa::Active(active) => Mfa::Active(*active),
    }
}

fn key(key: &Key) -> AccessKey {
    assert!(["Active", "Inactive"].contains(&key.status.as_str()));
    AccessKey {
        id: key.access_key_id.clone(),
        active: key.status == "Active",
        rotated_at: key.last_rotated.as_deref().map(date),
        last_used: key.last_used_date.as_deref().map(|at| AccessKeyUse {
            at: date(at),
            service: key.service_name.clone(),
            region: key.region.clone(),
        }),
    }
}
