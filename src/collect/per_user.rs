//! The per-user plan: ListUsers, then each user's groups and MFA devices, and each group's
//! policies once. It needs no more than the permissions that Sekoia's guide hands out.

use std::sync::Arc;

use aws_sdk_iam::types;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::convert::{ListedUser, listed_user, mfa_device};
use super::group_cache::GroupCache;
use super::pages::{self, Page};
use super::{Enumeration, InventorySource};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{Fact, Group, Mfa, Source, User};

const PAGE_SIZE: i32 = 1000;
const PLAN: &str = "per-user plan";

/// One AWS account, read user by user.
#[derive(Debug)]
pub struct PerUser {
    client: AwsClient,
    max_in_flight: usize,
}

impl PerUser {
    /// Reads the account of `client`, `max_in_flight` users at the same time.
    pub fn new(client: AwsClient, max_in_flight: usize) -> Self {
        Self {
            client,
            max_in_flight,
        }
    }

    /// Every user that ListUsers tells, page after page, as the reader asks for them.
    fn listed_users(&self) -> impl Stream<Item = Result<ListedUser, AwsError>> {
        let pages = stream::try_unfold(Some(None), async |state: Option<Option<String>>| {
            let Some(marker) = state else {
                return Ok::<_, AwsError>(None);
            };
            let page = self.list_users(marker).await?;
            let next = page.next.map(Some);
            Ok(Some((stream::iter(page.items.into_iter().map(Ok)), next)))
        });
        pages.try_flatten()
    }

    async fn list_users(&self, marker: Option<String>) -> Result<Page<ListedUser>, AwsError> {
        let action = Action::ListUsers;
        let request = || {
            let request = self.client.iam().list_users().max_items(PAGE_SIZE);
            request.set_marker(marker.clone()).send()
        };
        let answer = self.client.call(action, request).await?;
        let users: Result<Vec<_>, _> = answer.users().iter().map(listed_user).collect();
        Page::new(
            action,
            users?,
            answer.is_truncated(),
            answer.marker(),
            marker.as_deref(),
        )
    }

    /// The user with its facts; `None` if it was deleted since it was listed.
    async fn enrich(
        &self,
        listed: ListedUser,
        groups: &GroupCache,
    ) -> Result<Option<User>, AwsError> {
        let listed_at = OffsetDateTime::now_utc();
        let (groups, mfa) = tokio::join!(self.groups(&listed.name, groups), self.mfa(&listed.name));
        let (Some(groups), Some(mfa)) = (fact(&listed, groups)?, fact(&listed, mfa)?) else {
            return Ok(None);
        };
        let source = Source {
            name: Action::ListUsers.as_str(),
            as_of: listed_at,
        };
        Ok(Some(User {
            name: listed.name,
            arn: listed.arn,
            id: listed.id,
            path: listed.path,
            created_at: listed.created_at,
            password_last_used: Fact::known(listed.password_last_used, &source),
            tags: Fact::not_collected(PLAN),
            groups,
            attached_policies: Fact::not_collected(PLAN),
            inline_policies: Fact::not_collected(PLAN),
            permissions_boundary: Fact::not_collected(PLAN),
            mfa,
            console: Fact::not_collected(PLAN),
            access_keys: Fact::not_collected(PLAN),
        }))
    }

    async fn groups(
        &self,
        user_name: &str,
        cache: &GroupCache,
    ) -> Result<Fact<Vec<Arc<Group>>>, AwsError> {
        let mut groups = Vec::new();
        for listed in self.list_groups_for_user(user_name).await? {
            groups.extend(cache.group(&self.client, &listed).await?);
        }
        Ok(Fact::known(groups, &source(Action::ListGroupsForUser)))
    }

    async fn list_groups_for_user(&self, user_name: &str) -> Result<Vec<types::Group>, AwsError> {
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

    async fn mfa(&self, user_name: &str) -> Result<Fact<Mfa>, AwsError> {
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
        Ok(Fact::known(Mfa::Devices(devices.await?), &source(action)))
    }
}

impl InventorySource for PerUser {
    type Error = AwsError;

    async fn collect(&self, users: mpsc::Sender<User>) -> Enumeration<AwsError> {
        let groups = GroupCache::default();
        // A failed page comes after the users before it: what was read is not lost to it.
        let enriched = self
            .listed_users()
            .map(async |listed| self.enrich(listed?, &groups).await)
            .buffered(self.max_in_flight);
        let mut enriched = std::pin::pin!(enriched);
        let mut ended = Enumeration {
            users: 0,
            vanished: 0,
            failure: None,
        };
        while let Some(user) = enriched.next().await {
            match user {
                Ok(Some(user)) => match users.send(user).await {
                    Ok(()) => ended.users += 1,
                    Err(_reader_is_gone) => break,
                },
                Ok(None) => ended.vanished += 1,
                Err(error) => {
                    ended.failure = Some(error);
                    break;
                }
            }
        }
        ended
    }
}

/// The fact that a call told; unknown if the call failed; `None` if the user is gone; an error
/// if every further call would fail as well.
fn fact<T>(
    listed: &ListedUser,
    told: Result<Fact<T>, AwsError>,
) -> Result<Option<Fact<T>>, AwsError> {
    match told {
        Ok(fact) => Ok(Some(fact)),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) if error.class.ends_the_pass() => Err(error),
        Err(error) => {
            tracing::debug!(user = listed.name, %error, "a fact about a user is unknown");
            Ok(Some(error.as_unknown()))
        }
    }
}

fn source(action: Action) -> Source {
    Source {
        name: action.as_str(),
        as_of: OffsetDateTime::now_utc(),
    }
}
