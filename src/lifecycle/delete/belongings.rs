//! What a user has, without which AWS would delete it at once.

use std::fmt;

use aws_sdk_iam::types::StatusType;

use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass, Paging};
use crate::lifecycle::parameter::unless_gone;

/// The nine things that keep a user from being deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Belongings {
    /// AccessKeyIds, and whether they are active.
    pub(super) keys: Vec<(String, bool)>,
    pub(super) has_password: bool,
    /// Serial numbers.
    pub(super) devices: Vec<String>,
    /// SSHPublicKeyIds.
    pub(super) ssh_keys: Vec<String>,
    /// CertificateIds.
    pub(super) certificates: Vec<String>,
    /// ServiceSpecificCredentialIds.
    pub(super) credentials: Vec<String>,
    /// GroupNames.
    pub(super) groups: Vec<String>,
    /// PolicyArns of attached policies.
    pub(super) policies: Vec<String>,
    /// PolicyNames of inline policies.
    pub(super) inline: Vec<String>,
}

/// Every page of a listing about the user `$name`: of each `$answer`, `$items`.
macro_rules! every {
    ($client:ident, $name:ident, $action:ident, $list:ident, |$answer:ident| $items:expr) => {{
        let (mut all, mut marker, mut paging) = (Vec::new(), None, Paging::default());
        loop {
            let request = || {
                let list = $client.iam().$list().user_name($name);
                list.set_marker(marker.clone()).send()
            };
            let $answer = match $client.call_about($name, Action::$action, request).await {
                Ok(answer) => answer,
                Err(error) if is_none(&error) => break all,
                Err(error) => return Err(error),
            };
            let next = $answer.marker.clone().filter(|_| $answer.is_truncated);
            let items: Vec<_> = $items.into_iter().collect();
            marker = paging.follow(Action::$action, &items, next)?;
            all.extend(items);
            if marker.is_none() {
                break all;
            }
        }
    }};
}

impl Belongings {
    /// All that the user `name` has. An endpoint without a kind of thing has none of it; whoever is
    /// gone meanwhile has nothing.
    pub(super) async fn of(client: &AwsClient, name: &str) -> Result<Self, AwsError> {
        Ok(Self {
            keys: every!(client, name, ListAccessKeys, list_access_keys, |it| {
                let keys = it.access_key_metadata.into_iter();
                keys.filter_map(|key| {
                    let is_active = key.status != Some(StatusType::Inactive);
                    Some((key.access_key_id?, is_active))
                })
            }),
            has_password: has_password(client, name).await?,
            devices: every!(client, name, ListMfaDevices, list_mfa_devices, |it| {
                it.mfa_devices.into_iter().map(|it| it.serial_number)
            }),
            ssh_keys: every!(
                client,
                name,
                ListSshPublicKeys,
                list_ssh_public_keys,
                |it| {
                    let keys = it.ssh_public_keys.unwrap_or_default().into_iter();
                    keys.map(|it| it.ssh_public_key_id)
                }
            ),
            certificates: every!(
                client,
                name,
                ListSigningCertificates,
                list_signing_certificates,
                |it| it.certificates.into_iter().map(|it| it.certificate_id)
            ),
            credentials: every!(
                client,
                name,
                ListServiceSpecificCredentials,
                list_service_specific_credentials,
                |it| {
                    let all = it.service_specific_credentials.unwrap_or_default();
                    all.into_iter().map(|it| it.service_specific_credential_id)
                }
            ),
            groups: groups(client, name).await?,
            policies: every!(
                client,
                name,
                ListAttachedUserPolicies,
                list_attached_user_policies,
                |it| {
                    let all = it.attached_policies.unwrap_or_default();
                    all.into_iter().filter_map(|it| it.policy_arn)
                }
            ),
            inline: every!(client, name, ListUserPolicies, list_user_policies, |it| {
                it.policy_names
            }),
        })
    }

    /// The virtual devices, which outlive their user.
    pub(super) fn virtual_devices(&self) -> impl Iterator<Item = &String> {
        self.devices.iter().filter(|serial| is_virtual(serial))
    }
}

/// Whether `serial` is a virtual device's, which is an ARN.
pub(super) fn is_virtual(serial: &str) -> bool {
    serial.contains(":mfa/")
}

/// In words: `deactivated MFA device arn:...`, and others like it.
pub(super) fn in_words<'a>(serials: impl IntoIterator<Item = &'a String>) -> String {
    let serials = serials.into_iter();
    let devices = serials.map(|serial| format!("deactivated MFA device {serial}"));
    devices.collect::<Vec<_>>().join(", ")
}

fn is_none(error: &AwsError) -> bool {
    matches!(error.class, AwsErrorClass::Gone | AwsErrorClass::NotOffered)
}

/// GroupNames of the groups of the user `name`.
pub(super) async fn groups(client: &AwsClient, name: &str) -> Result<Vec<String>, AwsError> {
    Ok(every!(
        client,
        name,
        ListGroupsForUser,
        list_groups_for_user,
        |it| { it.groups.into_iter().map(|it| it.group_name) }
    ))
}

async fn has_password(client: &AwsClient, name: &str) -> Result<bool, AwsError> {
    let request = || client.iam().get_login_profile().user_name(name).send();
    let answer = client.call_about(name, Action::GetLoginProfile, request);
    Ok(unless_gone(answer.await)?.is_some())
}

/// In words: `access key AKIA..., password, group admins`.
impl fmt::Display for Belongings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(|(id, _)| id.clone()).collect();
        let password = vec!["its own".to_owned(); usize::from(self.has_password)];
        let kinds = [
            ("access key", &keys),
            ("password", &password),
            ("MFA device", &self.devices),
            ("SSH public key", &self.ssh_keys),
            ("signing certificate", &self.certificates),
            ("service-specific credential", &self.credentials),
            ("group", &self.groups),
            ("attached policy", &self.policies),
            ("inline policy", &self.inline),
        ];
        let mut separator = "";
        for (kind, ids) in kinds {
            for id in ids {
                write!(f, "{separator}{kind}")?;
                if kind != "password" {
                    write!(f, " {id}")?;
                }
                separator = ", ";
            }
        }
        match separator {
            "" => f.write_str("nothing else"),
            _ => Ok(()),
        }
    }
}
