//! The credentials of a fixture beside passwords and access keys.

use rollcall::model::{ServiceCredential, SigningCertificate, SshPublicKey};
use serde::Deserialize;

use super::fixture::date;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct OfService {
    service_specific_credential_id: String,
    service_name: String,
    service_user_name: Option<String>,
    status: String,
    create_date: String,
    expiration_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct Certificate {
    active: bool,
    last_rotated: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub(super) struct SshKey {
    #[serde(rename = "SSHPublicKeyId")]
    id: String,
    status: String,
    upload_date: String,
}

pub(super) fn of_service(credential: &OfService) -> ServiceCredential {
    ServiceCredential {
        id: credential.service_specific_credential_id.clone(),
        service_name: credential.service_name.clone(),
        service_user_name: credential.service_user_name.clone(),
        status: credential.status.clone(),
        created_at: date(&credential.create_date),
        expires_at: credential.expiration_date.as_deref().map(date),
    }
}

pub(super) fn certificate(certificate: &Certificate) -> SigningCertificate {
    SigningCertificate {
        active: certificate.active,
        rotated_at: certificate.last_rotated.as_deref().map(date),
    }
}

pub(super) fn ssh_key(key: &SshKey) -> SshPublicKey {
    SshPublicKey {
        id: key.id.clone(),
        status: key.status.clone(),
        uploaded_at: date(&key.upload_date),
    }
}
