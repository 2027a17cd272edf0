//! GetAccountAuthorizationDetails: users and groups with their policies, a thousand a page.

mod groups;
mod user;

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::EntityType;
use futures_util::future::join;
use time::OffsetDateTime;

use super::listing::{self, AccountScope, Page, PageReceiver, PageSender, RefusedUser};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::Provenance;
use groups::Groups;
use user::UserDetail;

pub(in crate::collect) use user::{DetailFacts, UserDetails};

const ACTION: Action = Action::GetAccountAuthorizationDetails;

/// Sends every user with its details to `to`, page by page.
///
/// Users and groups are listed at the same time: pages of users wait until the groups that they
/// name are known.
pub(in crate::collect) async fn send(
    client: &AwsClient,
    scope: &AccountScope,
    to: PageSender<Result<UserDetails, RefusedUser>>,
) {
    let (to_waiting, waiting) = listing::channel();
    // The action's first call goes alone: it is one of users, whose pages are the longer chain.
    let users = listing::send_each(to_waiting, |marker| users(client, scope, marker));
    let named = async {
        match groups(client).await {
            Ok(groups) => name_groups(waiting, &groups, to).await,
            // Users whose details had come are not lost to groups that had not.
            Err(error) if error.class.ends_the_pass() => {
                name_groups(waiting, &Groups::failed(error.clone()), to.clone()).await;
                drop(to.send(Err(error)).await);
            }
            // Who does not read it has no use for it.
            Err(error) => drop(to.send(Err(error)).await),
        }
    };
    join(Box::pin(users), Box::pin(named)).await;
}

/// Sends the pages of `waiting` on, each user with the groups that it names.
async fn name_groups(
    mut waiting: PageReceiver<Result<UserDetail, RefusedUser>>,
    groups: &Groups,
    to: PageSender<Result<UserDetails, RefusedUser>>,
) {
    while let Some(page) = waiting.recv().await {
        let users = page.map(|users| {
            let users = users.into_iter();
            users.map(|user| Ok(user?.with_groups(groups))).collect()
        });
        if to.send(users).await.is_err() {
            return;
        }
    }
}

/// Every group with its policies.
async fn groups(client: &AwsClient) -> Result<Groups, AwsError> {
    let groups = listing::all(async |marker: Option<String>| {
        let answer = get(client, EntityType::Group, marker).await?;
        let provenance = now();
        let groups = answer.group_detail_list().iter();
        let groups: Result<Vec<_>, _> = groups
            .map(|detail| groups::group(detail, &provenance))
            .collect();
        let ids = answer.group_detail_list().iter();
        page(groups?, ids.filter_map(|group| group.group_id()), &answer)
    });
    Ok(Groups::of(groups.await?))
}

/// A page of users.
async fn users(
    client: &AwsClient,
    scope: &AccountScope,
    marker: Option<String>,
) -> Result<Page<Result<UserDetail, RefusedUser>>, AwsError> {
    let answer = get(client, EntityType::User, marker).await?;
    let provenance = now();
    let users = answer.user_detail_list().iter();
    let users = users.map(|detail| UserDetail::read(detail, scope, &provenance));
    let ids = answer.user_detail_list().iter();
    let ids = ids.filter_map(|detail| detail.user_id());
    page(users.collect(), ids, &answer)
}

async fn get(
    client: &AwsClient,
    filter: EntityType,
    marker: Option<String>,
) -> Result<GetAccountAuthorizationDetailsOutput, AwsError> {
    let request = || {
        let request = client
            .iam()
            .get_account_authorization_details()
            .filter(filter.clone());
        request
            .max_items(client.page_size(ACTION))
            .set_marker(marker.clone())
            .send()
    };
    client.call(ACTION, request).await
}

fn page<'a, T>(
    items: Vec<T>,
    ids: impl Iterator<Item = &'a str>,
    answer: &GetAccountAuthorizationDetailsOutput,
) -> Result<Page<T>, AwsError> {
    Page::new(ACTION, items, ids, answer.is_truncated(), answer.marker())
}

/// The provenance of what was answered just now.
fn now() -> Provenance {
    Provenance {
        source: ACTION.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    }
}

fn required(value: Option<&str>, what: &str) -> Result<String, AwsError> {
    let value = value.filter(|value| !value.is_empty());
    let missing = || AwsError::malformed(ACTION, format!("{what} is missing"));
    value.map(str::to_owned).ok_or_else(missing)
}
