//! ListSSHPublicKeys: the public keys of one user, each with its id.

use aws_sdk_iam::types;

use super::super::listing::{self, PAGE_SIZE, Page, moment};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::SshPublicKey;

const ACTION: Action = Action::ListSshPublicKeys;

/// The SSH public keys of `user_name`.
pub(super) async fn of_user(
    client: &AwsClient,
    user_name: &str,
) -> Result<Vec<SshPublicKey>, AwsError> {
    listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_ssh_public_keys().user_name(user_name);
            request
                .max_items(PAGE_SIZE)
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call_about(user_name, ACTION, request).await?;
        let listed = answer.ssh_public_keys();
        let keys = listed.iter().map(key).collect::<Result<_, _>>()?;
        let ids = listed.iter().map(|key| key.ssh_public_key_id());
        Page::new(ACTION, keys, ids, answer.is_truncated(), answer.marker())
    })
    .await
}

fn key(listed: &types::SshPublicKeyMetadata) -> Result<SshPublicKey, AwsError> {
    let (id, status) = (listed.ssh_public_key_id(), listed.status().as_str());
    match moment(listed.upload_date()) {
        Some(uploaded_at) if !id.is_empty() && !status.is_empty() => Ok(SshPublicKey {
            id: id.to_owned(),
            status: status.to_owned(),
            uploaded_at,
        }),
        _ => {
            let what = "an SSH public key lacks its id, its status or a plausible date";
            Err(AwsError::malformed(ACTION, what))
        }
    }
}
