//! Taking from a user all that it has, in the order that leaves a harmless user half-way.

use std::collections::BTreeSet;

use aws_sdk_iam::types::StatusType;

use super::belongings::{Belongings, is_virtual};
use crate::aws::{Action, AwsClient, AwsError};
use crate::foreign::Shown;
use crate::lifecycle::parameter::unless_gone;

/// Sends a write about the user `$name`; what is gone already is done.
macro_rules! done {
    ($client:ident, $name:ident, $action:ident, |$iam:ident| $request:expr) => {{
        let request = || {
            let $iam = $client.iam();
            $request.send()
        };
        let answer = $client.call_about($name, Action::$action, request).await;
        unless_gone(answer)?;
    }};
}

/// Takes all that `has` names from the user `name`, except for the user and its boundary: access
/// ends first, and can be given back until its keys are deleted, which is last. Of `outliving`, the
/// serial numbers of virtual devices, those stay that are still there.
pub(super) async fn remove(
    client: &AwsClient,
    name: &str,
    has: &Belongings,
    outliving: &mut BTreeSet<String>,
) -> Result<(), AwsError> {
    for (key, _) in has.keys.iter().filter(|(_, is_active)| *is_active) {
        done!(client, name, UpdateAccessKey, |iam| {
            let update = iam.update_access_key().user_name(name);
            update.access_key_id(key).status(StatusType::Inactive)
        });
    }
    if has.has_password {
        done!(client, name, DeleteLoginProfile, |iam| {
            iam.delete_login_profile().user_name(name)
        });
    }
    for serial in &has.devices {
        done!(client, name, DeactivateMfaDevice, |iam| {
            let deactivate = iam.deactivate_mfa_device().user_name(name);
            deactivate.serial_number(serial)
        });
        if is_virtual(serial) {
            delete_device(client, serial).await?;
            outliving.remove(serial);
        }
    }
    remove_credentials(client, name, has).await?;
    remove_rights(client, name, has).await?;
    for (key, _) in &has.keys {
        done!(client, name, DeleteAccessKey, |iam| {
            iam.delete_access_key().user_name(name).access_key_id(key)
        });
    }
    Ok(())
}

/// Deletes a virtual device. One that somebody else uses by now is theirs.
pub(super) async fn delete_device(client: &AwsClient, serial: &str) -> Result<(), AwsError> {
    let request = || {
        let delete = client.iam().delete_virtual_mfa_device();
        delete.serial_number(serial).send()
    };
    let action = Action::DeleteVirtualMfaDevice;
    match unless_gone(client.call_about(serial, action, request).await) {
        Err(error) if error.code.as_deref() == Some("DeleteConflict") => {
            let serial = Shown::of(serial);
            tracing::warn!("device {serial} belongs to somebody else by now; it stays");
            Ok(())
        }
        other => other.map(|_| ()),
    }
}

async fn remove_credentials(
    client: &AwsClient,
    name: &str,
    has: &Belongings,
) -> Result<(), AwsError> {
    for id in &has.ssh_keys {
        done!(client, name, DeleteSshPublicKey, |iam| {
            let delete = iam.delete_ssh_public_key().user_name(name);
            delete.ssh_public_key_id(id)
        });
    }
    for id in &has.certificates {
        done!(client, name, DeleteSigningCertificate, |iam| {
            let delete = iam.delete_signing_certificate().user_name(name);
            delete.certificate_id(id)
        });
    }
    for id in &has.credentials {
        done!(client, name, DeleteServiceSpecificCredential, |iam| {
            let delete = iam.delete_service_specific_credential();
            delete.user_name(name).service_specific_credential_id(id)
        });
    }
    Ok(())
}

async fn remove_rights(client: &AwsClient, name: &str, has: &Belongings) -> Result<(), AwsError> {
    for group in &has.groups {
        done!(client, name, RemoveUserFromGroup, |iam| {
            let remove = iam.remove_user_from_group().user_name(name);
            remove.group_name(group)
        });
    }
    for arn in &has.policies {
        done!(client, name, DetachUserPolicy, |iam| {
            iam.detach_user_policy().user_name(name).policy_arn(arn)
        });
    }
    for policy in &has.inline {
        done!(client, name, DeleteUserPolicy, |iam| {
            iam.delete_user_policy().user_name(name).policy_name(policy)
        });
    }
    Ok(())
}
