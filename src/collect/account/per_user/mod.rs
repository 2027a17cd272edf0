//! What is asked for one user at a time: groups, MFA devices, access keys, SSH public keys.

mod confirm;
mod facts;
mod group_cache;
mod keys;
mod ssh_keys;

use std::sync::Arc;

use aws_sdk_iam::types;

use super::listing::{self, PAGE_SIZE, Page, mfa_device};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{AccessKey, Fact, Group, Mfa, SshPublicKey};
use facts::fact;
use group_cache::GroupCache;

pub use confirm::{Confirmation, confirm_gone};
pub(in crate::collect) use facts::UserFact;

/// Reads facts about single users, and each group once.
#[derive(Debug)]
pub(in crate::collect) struct UserReader<'a> {
    client: &'a AwsClient,
    groups: GroupCache,
}

impl<'a> UserReader<'a> {
    pub(in crate::collect) fn new(client: &'a AwsClient) -> Self {
        Self {
            client,
            groups: GroupCache::default(),
        }
    }

    /// The user's groups, each with its managed policies; `unlisted` is
    /// what is known of their inline policies.
    pub(in crate::collect) async fn groups(
        &self,
        user_name: &str,
        unlisted: &Fact<Vec<String>>,
    ) -> UserFact<Vec<Arc<Group>>> {
        let asked = facts::now(Action::ListGroupsForUser);
        let groups = async {
            let mut groups = Vec::new();
            for listed in self.list_groups(user_name).await? {
                groups.extend(self.groups.group(self.client, &listed, unlisted).await?);
            }
            Ok(groups)
        };
        fact(&asked, groups.await)
    }

    /// The user's MFA devices, of every kind.
    pub(in crate::collect) async fn mfa(&self, user_name: &str) -> UserFact<Mfa> {
        let action = Action::ListMfaDevices;
        let asked = facts::now(action);
        let devices = listing::all(async |marker: Option<String>| {
            let request = || {
                let request = self.client.iam().list_mfa_devices().user_name(user_name);
                request
                    .max_items(PAGE_SIZE)
                    .set_marker(marker.clone())
                    .send()
            };
            let answer = self.client.call_about(user_name, action, request).await?;
            let listed = answer.mfa_devices();
            let devices = listed.iter().map(mfa_device).collect();
            let ids = listed.iter().map(|device| device.serial_number());
            Page::new(action, devices, ids, answer.is_truncated(), answer.marker())
        });
        fact(&asked, devices.await.map(Mfa::Devices))
    }

    /// The user's access keys, with ids.
    pub(in crate::collect) async fn access_keys(
        &self,
        user_name: &str,
    ) -> UserFact<Vec<AccessKey>> {
        let asked = facts::now(Action::ListAccessKeys);
        fact(&asked, keys::of_user(self.client, user_name).await)
    }

    /// The user's SSH public keys.
    pub(in crate::collect) async fn ssh_public_keys(
        &self,
        user_name: &str,
    ) -> UserFact<Vec<SshPublicKey>> {
        let asked = facts::now(Action::ListSshPublicKeys);
        fact(&asked, ssh_keys::of_user(self.client, user_name).await)
    }

    async fn list_groups(&self, user_name: &str) -> Result<Vec<types::Group>, AwsError> {
        let action = Action::ListGroupsForUser;
        listing::all(async |marker: Option<String>| {
            let request = || {
                let request = self
                    .client
                    .iam()
                    .list_groups_for_user()
                    .user_name(user_name);
                request
                    .max_items(PAGE_SIZE)
                    .set_marker(marker.clone())
                    .send()
            };
            let answer = self.client.call_about(user_name, action, request).await?;
            let groups = answer.groups();
            let ids = groups.iter().map(|group| group.group_id());
            Page::new(
                action,
                groups.to_vec(),
                ids,
                answer.is_truncated(),
                answer.marker(),
            )
        })
        .await
    }
}
