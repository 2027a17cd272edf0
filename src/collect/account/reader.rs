//! What is asked for one user at a time: groups, MFA devices, access keys.

use std::sync::Arc;

use aws_sdk_iam::types;

use super::convert::mfa_device;
use super::facts::{Told, told};
use super::group_cache::GroupCache;
use super::keys;
use super::pages::{self, PAGE_SIZE, Page};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{AccessKey, Fact, Group, Mfa};

/// Reads facts about single users, and each group once.
#[derive(Debug)]
pub(super) struct UserReader<'a> {
    client: &'a AwsClient,
    groups: GroupCache,
}

impl<'a> UserReader<'a> {
    pub(super) fn new(client: &'a AwsClient) -> Self {
        Self {
            client,
            groups: GroupCache::default(),
        }
    }

    /// The user's groups, each with its managed policies; why their inline policies are unknown
    /// is told by `untold`.
    pub(super) async fn groups(
        &self,
        user_name: &str,
        untold: &Fact<Vec<String>>,
    ) -> Told<Vec<Arc<Group>>> {
        let groups = async {
            let mut groups = Vec::new();
            for listed in self.list_groups(user_name).await? {
                groups.extend(self.groups.group(self.client, &listed, untold).await?);
            }
            Ok(groups)
        };
        told(Action::ListGroupsForUser, groups.await)
    }

    /// The user's MFA devices, of every kind.
    pub(super) async fn mfa(&self, user_name: &str) -> Told<Mfa> {
        let action = Action::ListMfaDevices;
        let devices = pages::all(async |marker: Option<String>| {
            let request = || {
                let request = self.client.iam().list_mfa_devices().user_name(user_name);
                request
                    .max_items(PAGE_SIZE)
                    .set_marker(marker.clone())
                    .send()
            };
            let answer = self.client.call(action, request).await?;
            let devices = answer.mfa_devices().iter().map(mfa_device).collect();
            Page::new(
                action,
                devices,
                answer.is_truncated(),
                answer.marker(),
                marker.as_deref(),
            )
        });
        told(action, devices.await.map(Mfa::Devices))
    }

    /// The user's access keys, with ids.
    pub(super) async fn access_keys(&self, user_name: &str) -> Told<Vec<AccessKey>> {
        told(
            Action::ListAccessKeys,
            keys::of_user(self.client, user_name).await,
        )
    }

    async fn list_groups(&self, user_name: &str) -> Result<Vec<types::Group>, AwsError> {
        let action = Action::ListGroupsForUser;
        pages::all(async |marker: Option<String>| {
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
            let answer = self.client.call(action, request).await?;
            let groups = answer.groups().to_vec();
            Page::new(
                action,
                groups,
                answer.is_truncated(),
                answer.marker(),
                marker.as_deref(),
            )
        })
        .await
    }
}
