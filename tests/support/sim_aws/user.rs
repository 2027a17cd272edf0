//! A user of a simulated account.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::model::{AccessKey, ServiceCredential, SigningCertificate, SshPublicKey};
use time::OffsetDateTime;
use time::macros::datetime;

use super::policy::{Document, unique_id};

/// A user with everything that IAM knows about it.
#[derive(Clone, Debug)]
pub(crate) struct SimUser {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    /// What answers say in place of its own ARN, if anything.
    pub(crate) told_arn: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) password: Option<SimPassword>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Names of groups.
    pub(crate) groups: BTreeSet<String>,
    /// ARNs of managed policies.
    pub(crate) attached: BTreeSet<String>,
    pub(crate) inline: BTreeMap<String, Document>,
    /// ARN of a managed policy.
    pub(crate) boundary: Option<String>,
    /// Devices: the serial number, and since when.
    pub(crate) mfa: BTreeMap<String, OffsetDateTime>,
    /// What the credential report says of keys that it has no room for.
    pub(crate) more_keys: Option<String>,
    /// By id.
    pub(crate) keys: BTreeMap<String, AccessKey>,
    /// By id.
    pub(crate) service_credentials: BTreeMap<String, ServiceCredential>,
    /// Two at most.
    pub(crate) certificates: Vec<SigningCertificate>,
    /// By id.
    pub(crate) ssh_keys: BTreeMap<String, SshPublicKey>,
}

/// A console password.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SimPassword {
    pub(crate) changed_at: OffsetDateTime,
    pub(crate) last_used: Option<OffsetDateTime>,
}

impl SimUser {
    /// A user that holds nothing.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: "/".to_owned(),
            id: unique_id("AIDA", name),
            told_arn: None,
            created_at: datetime!(2021-03-04 05:06:07 UTC),
            password: None,
            tags: BTreeMap::new(),
            groups: BTreeSet::new(),
            attached: BTreeSet::new(),
            inline: BTreeMap::new(),
            boundary: None,
            mfa: BTreeMap::new(),
            more_keys: None,
            keys: BTreeMap::new(),
            service_credentials: BTreeMap::new(),
            certificates: Vec::new(),
            ssh_keys: BTreeMap::new(),
        }
    }

    pub(crate) fn in_group(mut self, name: &str) -> Self {
        self.groups.insert(name.to_owned());
        self
    }

    /// Adds an API key of Bedrock, created the day after the user was.
    pub(crate) fn with_service_credential(mut self) -> Self {
        let id = unique_id("ACCA", &self.name);
        let created_at = self.created_at + time::Duration::DAY;
        let credential = ServiceCredential {
            id: id.clone(),
            service_name: "bedrock.amazonaws.com".to_owned(),
            service_user_name: Some(format!("{}-at-1", self.name)),
            status: "Active".to_owned(),
            created_at,
            expires_at: Some(datetime!(2121-01-01 0:00 UTC)),
        };
        self.service_credentials.insert(id, credential);
        self
    }

    /// Adds a signing certificate, uploaded the day after the user was created.
    pub(crate) fn with_certificate(mut self) -> Self {
        self.certificates.push(SigningCertificate {
            active: true,
            rotated_at: Some(self.created_at + time::Duration::DAY),
        });
        self
    }

    /// Adds an inactive SSH public key, uploaded the day after the user was created.
    pub(crate) fn with_ssh_key(mut self) -> Self {
        let id = unique_id("APKA", &self.name);
        let key = SshPublicKey {
            id: id.clone(),
            status: "Inactive".to_owned(),
            uploaded_at: self.created_at + time::Duration::DAY,
        };
        self.ssh_keys.insert(id, key);
        self
    }

    /// Adds an MFA device, used since the day after the user was created.
    pub(crate) fn mfa(mut self, serial_number: &str) -> Self {
        let enabled_at = self.created_at + time::Duration::DAY;
        self.mfa.insert(serial_number.to_owned(), enabled_at);
        self
    }
}
