//! IAM users with everything that is known about them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::unix_ms;
use crate::model::{
    AccessKey, Arn, AttachedPolicy, Fact, Group, Mfa, Provenance, ServiceCredential,
    SigningCertificate, SshPublicKey, Unknown,
};

/// One IAM user. What ListUsers has is certain; everything else is a [`Fact`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// UserName.
    pub name: String,
    /// The user's ARN.
    pub arn: Arn,
    /// UserId (`AIDA...`): survives a rename, differs after a deletion and re-creation.
    pub id: String,
    /// Path, `/` by default.
    pub path: String,
    /// CreateDate.
    #[serde(rename = "created_at_ms", with = "unix_ms")]
    pub created_at: OffsetDateTime,
    /// PasswordLastUsed; known `None` means never, or before 2014-10-20.
    #[serde(
        rename = "password_last_used_ms",
        with = "unix_ms::fact",
        default = "Fact::not_kept"
    )]
    pub password_last_used: Fact<Option<OffsetDateTime>>,
    /// Tags.
    #[serde(default = "Fact::not_kept")]
    pub tags: Fact<Vec<Tag>>,
    /// Groups the user is in.
    #[serde(default = "Fact::not_kept")]
    pub groups: Fact<Vec<Arc<Group>>>,
    /// Managed policies attached to the user itself.
    #[serde(default = "Fact::not_kept")]
    pub attached_policies: Fact<Vec<AttachedPolicy>>,
    /// Names of the user's own inline policies.
    #[serde(default = "Fact::not_kept")]
    pub inline_policies: Fact<Vec<String>>,
    /// ARN of the permissions boundary, if there is one.
    #[serde(default = "Fact::not_kept")]
    pub permissions_boundary: Fact<Option<String>>,
    /// MFA.
    #[serde(default = "Fact::not_kept")]
    pub mfa: Fact<Mfa>,
    /// Console password.
    #[serde(default = "Fact::not_kept")]
    pub console: Fact<ConsoleAccess>,
    /// Access keys.
    #[serde(default = "Fact::not_kept")]
    pub access_keys: Fact<Vec<AccessKey>>,
    /// Credentials for single services.
    #[serde(default = "Fact::not_kept")]
    pub service_specific_credentials: Fact<Vec<ServiceCredential>>,
    /// Signing certificates.
    #[serde(default = "Fact::not_kept")]
    pub signing_certificates: Fact<Vec<SigningCertificate>>,
    /// Public keys for SSH.
    #[serde(default = "Fact::not_kept")]
    pub ssh_public_keys: Fact<Vec<SshPublicKey>>,
}

/// Whether the user can sign in to the console with a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsoleAccess {
    /// `password_enabled` of the credential report.
    pub enabled: bool,
    /// When the password was last changed, where known.
    #[serde(rename = "password_last_changed_ms", with = "unix_ms::option", default)]
    pub password_last_changed: Option<OffsetDateTime>,
}

/// A tag on a user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    /// Key; unique per user without regard to case.
    pub key: String,
    /// Value; may be empty.
    pub value: String,
}

/// A name that the user had before it was renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    /// UserName.
    pub name: String,
    /// The ARN of that time.
    pub arn: Arn,
    /// When the user was first seen under another name.
    #[serde(rename = "until_ms", with = "unix_ms")]
    pub until: OffsetDateTime,
}

impl User {
    /// Whether this is the account's root user, which is no IAM user.
    pub fn is_root(&self) -> bool {
        self.arn.resource() == "root"
    }

    /// Where each fact comes from, or why it is unknown, by the name that events and counts use.
    /// What groups have is there once for each group.
    pub fn origins(&self) -> impl Iterator<Item = (&'static str, Result<&Provenance, &Unknown>)> {
        let own = [
            ("access_keys", self.access_keys.origin()),
            ("attached_policies", self.attached_policies.origin()),
            ("console_access", self.console.origin()),
            ("groups", self.groups.origin()),
            ("inline_policies", self.inline_policies.origin()),
            ("mfa", self.mfa.origin()),
            ("password_last_used", self.password_last_used.origin()),
            ("permissions_boundary", self.permissions_boundary.origin()),
            (
                "service_specific_credentials",
                self.service_specific_credentials.origin(),
            ),
            ("signing_certificates", self.signing_certificates.origin()),
            ("ssh_public_keys", self.ssh_public_keys.origin()),
            ("tags", self.tags.origin()),
        ];
        let of_groups = self.groups.value().into_iter().flatten().flat_map(|group| {
            let (attached, inline) = (&group.attached_policies, &group.inline_policies);
            [
                ("groups.attached_policies", attached.origin()),
                ("groups.inline_policies", inline.origin()),
            ]
        });
        own.into_iter().chain(of_groups)
    }

    /// The facts that are unknown, by the name that events and counts use, in a fixed order.
    ///
    /// What is unknown of several groups for one reason is named once.
    pub fn unknown_facts(&self) -> Vec<(&'static str, &Unknown)> {
        let unknown = self
            .origins()
            .filter_map(|(name, origin)| Some((name, origin.err()?)));
        let mut facts: Vec<(&'static str, &Unknown)> = unknown.collect();
        facts.sort();
        facts.dedup();
        facts
    }
}
