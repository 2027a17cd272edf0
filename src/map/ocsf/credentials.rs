//! The user's credentials: those with an id as OCSF's `programmatic_credentials`, and all but
//! passwords and access keys as `unmapped.aws_iam.credentials`.

use serde::Serialize;

use super::marks::rfc3339;
use crate::map::canonical;
use crate::model::{Fact, ServiceCredential, SigningCertificate, SshPublicKey, User, unix_ms};

/// One of `user.programmatic_credentials`.
#[derive(Serialize)]
pub(super) struct Programmatic<'a> {
    uid: &'a str,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_time: Option<i64>,
}

/// One of `unmapped.aws_iam.credentials`.
#[derive(Serialize)]
pub(super) struct Credential<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_user_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration_date: Option<String>,
}

/// Access keys whose id is known, service-specific credentials and SSH public keys.
pub(super) fn programmatic(user: &User, with_last_use: bool) -> Vec<Programmatic<'_>> {
    let keys = canonical::access_keys(listed(&user.access_keys)).into_iter();
    let keys = keys.filter_map(|key| {
        let last_used = key.last_used.as_ref().filter(|_| with_last_use);
        Some(Programmatic {
            uid: key.id.as_deref()?,
            r#type: "AWS Access Key",
            last_used_time: last_used.map(|used| unix_ms::of(used.at)),
        })
    });
    let never_told = |uid, r#type| Programmatic {
        uid,
        r#type,
        last_used_time: None,
    };
    let of_services = canonical::service_credentials(listed(&user.service_specific_credentials));
    let of_services = of_services.into_iter();
    let of_services = of_services.map(|it| never_told(&it.id, "AWS Service-Specific Credential"));
    let of_ssh = canonical::ssh_public_keys(listed(&user.ssh_public_keys)).into_iter();
    let of_ssh = of_ssh.map(|it| never_told(&it.id, "AWS SSH Public Key"));
    keys.chain(of_services).chain(of_ssh).collect()
}

/// Every credential that is known. An empty list says that there is none: it is left out where
/// one of the kinds is unknown.
pub(super) fn others(user: &User) -> Option<Vec<Credential<'_>>> {
    let of_services = canonical::service_credentials(listed(&user.service_specific_credentials));
    let certificates = canonical::certificates(listed(&user.signing_certificates));
    let ssh_keys = canonical::ssh_public_keys(listed(&user.ssh_public_keys));
    let of_services = of_services.into_iter().map(of_service);
    let certificates = certificates.into_iter().map(certificate);
    let all = of_services.chain(certificates);
    let all: Vec<_> = all.chain(ssh_keys.into_iter().map(ssh_key)).collect();
    let are_all_known = user.service_specific_credentials.value().is_some()
        && user.signing_certificates.value().is_some()
        && user.ssh_public_keys.value().is_some();
    (are_all_known || !all.is_empty()).then_some(all)
}

fn listed<T>(fact: &Fact<Vec<T>>) -> &[T] {
    fact.value().map_or(&[], Vec::as_slice)
}

fn of_service(credential: &ServiceCredential) -> Credential<'_> {
    Credential {
        kind: "service-specific credential",
        id: Some(&credential.id),
        status: &credential.status,
        service_name: Some(&credential.service_name),
        service_user_name: credential.service_user_name.as_deref(),
        create_date: rfc3339(credential.created_at),
        expiration_date: credential.expires_at.and_then(rfc3339),
    }
}

fn certificate(certificate: &SigningCertificate) -> Credential<'_> {
    Credential {
        kind: "signing certificate",
        id: None,
        status: match certificate.active {
            true => "Active",
            false => "Inactive",
        },
        service_name: None,
        service_user_name: None,
        create_date: certificate.rotated_at.and_then(rfc3339),
        expiration_date: None,
    }
}

fn ssh_key(key: &SshPublicKey) -> Credential<'_> {
    Credential {
        kind: "SSH public key",
        id: Some(&key.id),
        status: &key.status,
        service_name: None,
        service_user_name: None,
        create_date: rfc3339(key.uploaded_at),
        expiration_date: None,
    }
}
