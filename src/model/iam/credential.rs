//! Ways in beside passwords and access keys. None of them signs calls of IAM's API.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::unix_ms;

/// A credential for one service, such as an API key of Bedrock or a password for CodeCommit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceCredential {
    /// ServiceSpecificCredentialId (`ACCA...`).
    pub id: String,
    /// ServiceName: `bedrock.amazonaws.com`.
    pub service_name: String,
    /// ServiceUserName, or ServiceCredentialAlias where the service has no user names.
    pub service_user_name: Option<String>,
    /// Status: `Active`, `Inactive` or `Expired`.
    pub status: String,
    /// CreateDate.
    #[serde(rename = "created_at_ms", with = "unix_ms")]
    pub created_at: OffsetDateTime,
    /// ExpirationDate, where it has one.
    #[serde(rename = "expires_at_ms", with = "unix_ms::option", default)]
    pub expires_at: Option<OffsetDateTime>,
}

/// An X.509 signing certificate, as the credential report has it: without an id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningCertificate {
    /// Whether it can sign requests.
    pub active: bool,
    /// When it was uploaded or last rotated.
    #[serde(rename = "rotated_at_ms", with = "unix_ms::option", default)]
    pub rotated_at: Option<OffsetDateTime>,
}

/// A public key for SSH to CodeCommit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshPublicKey {
    /// SSHPublicKeyId (`APKA...`).
    pub id: String,
    /// Status: `Active` or `Inactive`.
    pub status: String,
    /// UploadDate.
    #[serde(rename = "uploaded_at_ms", with = "unix_ms")]
    pub uploaded_at: OffsetDateTime,
}
