//! One order for what AWS lists in any order, so that order alone never looks like a change.

use crate::model::{
    AccessKey, AttachedPolicy, Group, MfaDevice, ServiceCredential, SigningCertificate,
    SshPublicKey, Tag, User,
};

/// The user's groups by name, then ARN, where known.
pub(super) fn groups(user: &User) -> Option<Vec<&Group>> {
    let mut groups: Vec<&Group> = user.groups.value()?.iter().map(AsRef::as_ref).collect();
    groups.sort_by_key(|group| (&group.name, &group.arn));
    Some(groups)
}

/// Policies by name, then ARN.
pub(super) fn policies(policies: &[AttachedPolicy]) -> Vec<&AttachedPolicy> {
    sorted(policies)
}

/// Names in order.
pub(super) fn names(names: &[String]) -> Vec<&str> {
    sorted(names).into_iter().map(String::as_str).collect()
}

/// Tags by key.
pub(super) fn tags(tags: &[Tag]) -> Vec<&Tag> {
    sorted(tags)
}

/// Devices by serial number.
pub(super) fn mfa_devices(devices: &[MfaDevice]) -> Vec<&MfaDevice> {
    let mut devices: Vec<&MfaDevice> = devices.iter().collect();
    devices.sort_by_key(|device| (&device.serial_number, device.enabled_at));
    devices
}

/// Keys by id. Slots without an id follow what else is known of them; the last use only decides
/// between slots that are otherwise the same, where it cannot move content.
pub(super) fn access_keys(keys: &[AccessKey]) -> Vec<&AccessKey> {
    let mut keys: Vec<&AccessKey> = keys.iter().collect();
    keys.sort_by_key(|key| {
        let used = key.last_used.as_ref();
        let last_use = used.map(|used| (used.at, &used.service, &used.region));
        (&key.id, key.rotated_at, key.active, last_use)
    });
    keys
}

/// Service-specific credentials by service, then id.
pub(super) fn service_credentials(all: &[ServiceCredential]) -> Vec<&ServiceCredential> {
    let mut all: Vec<&ServiceCredential> = all.iter().collect();
    all.sort_by_key(|it| (&it.service_name, &it.id, it.created_at));
    all
}

/// Certificates by age. They have no ids.
pub(super) fn certificates(all: &[SigningCertificate]) -> Vec<&SigningCertificate> {
    let mut all: Vec<&SigningCertificate> = all.iter().collect();
    all.sort_by_key(|it| (it.rotated_at, it.active));
    all
}

/// SSH public keys by id.
pub(super) fn ssh_public_keys(all: &[SshPublicKey]) -> Vec<&SshPublicKey> {
    let mut all: Vec<&SshPublicKey> = all.iter().collect();
    all.sort_by_key(|it| (&it.id, it.uploaded_at));
    all
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort();
    items
}
