//! GetAccountAuthorizationDetails: users and groups with their policies, a thousand a page, and where
//! they are wanted, the documents of all policies and roles.

mod groups;
mod policies;
mod user;

use std::sync::{Mutex, PoisonError};

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::EntityType;
use futures_util::future::join4;
use time::OffsetDateTime;

use super::listing::{self, AccountScope, PAGE_SIZE, Page, PageReceiver, PageSender, RefusedUser};
use crate::aws::{Action, AwsClient, AwsError, ServiceControl};
use crate::collect::PolicySender;
use crate::model::{EntityKind, Fact, Provenance};
use groups::Groups;
use policies::PolicyShelf;
use user::UserDetail;

pub(in crate::collect) use groups::group;
pub(in crate::collect) use user::{DetailFacts, UserDetails, identity};

const ACTION: Action = Action::GetAccountAuthorizationDetails;

/// Sends every user with its details to `to`, page by page, and what there is of policies to
/// `policies` once all of it is there.
///
/// Users, groups and the rest are listed at the same time: pages of users wait until the groups that
/// they name are known.
pub(in crate::collect) async fn send(
    client: &AwsClient,
    scope: &AccountScope,
    to: PageSender<Result<UserDetails, RefusedUser>>,
    policies: Option<PolicySender>,
    service_control: Option<&ServiceControl>,
) {
    let shelf = policies.is_some().then(Mutex::<PolicyShelf>::default);
    let shelf = shelf.as_ref();
    let (to_waiting, waiting) = listing::channel();
    // The action's first call goes alone: it is one of users, whose pages are the longer chain.
    let users = listing::send_each(to_waiting, |marker| users(client, scope, shelf, marker));
    let named = async {
        match groups(client, shelf).await {
            Ok(groups) => {
                name_groups(waiting, &groups, to).await;
                Ok(groups)
            }
            // Users whose details had come are not lost to groups that had not.
            Err(error) if error.class.ends_the_pass() => {
                name_groups(waiting, &Groups::failed(error.clone()), to.clone()).await;
                drop(to.send(Err(error.clone())).await);
                Err(error)
            }
            // Who does not read it has no use for it.
            Err(error) => {
                drop(to.send(Err(error.clone())).await);
                Err(error)
            }
        }
    };
    let rest = async {
        match shelf {
            Some(shelf) => roles_and_policies(client, shelf).await,
            None => Ok(()),
        }
    };
    let levels = async {
        match service_control.filter(|_| shelf.is_some()) {
            Some(reader) => reader.levels(scope.account_id()).await.map(Some),
            None => Ok(None),
        }
    };
    let (users, groups, rest, levels) = join4(
        Box::pin(users),
        Box::pin(named),
        Box::pin(rest),
        Box::pin(levels),
    )
    .await;
    if let (Some(policies), Some(shelf)) = (policies, shelf) {
        let shelf = std::mem::take(&mut *lock(shelf));
        let read = users.and(rest).and(groups);
        let read = read.and_then(|groups| shelf.finish(groups.listed(), levels?, &now()));
        let read = match read {
            Ok(read) => Fact::known(read, &now()),
            Err(error) => {
                tracing::warn!(%error, "policies could not be read: verdicts are as last known");
                error.as_unknown()
            }
        };
        // Who does not wait for it has no use for it.
        drop(policies.send(read));
    }
}

fn lock(shelf: &Mutex<PolicyShelf>) -> std::sync::MutexGuard<'_, PolicyShelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
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
async fn groups(
    client: &AwsClient,
    shelf: Option<&Mutex<PolicyShelf>>,
) -> Result<Groups, AwsError> {
    let groups = listing::all(async |marker: Option<String>| {
        let answer = get(client, &[EntityType::Group], PAGE_SIZE, marker).await?;
        let provenance = now();
        let groups = answer.group_detail_list().iter();
        let groups: Result<Vec<_>, _> = groups
            .map(|detail| groups::group(detail, &provenance))
            .collect();
        if let Some(shelf) = shelf {
            let mut shelf = lock(shelf);
            for detail in answer.group_detail_list() {
                let name = detail.group_name().unwrap_or_default();
                shelf.add_inline(EntityKind::Group, name, detail.group_policy_list());
            }
        }
        let ids = answer.group_detail_list().iter();
        page(groups?, ids.filter_map(|group| group.group_id()), &answer)
    });
    Ok(Groups::of(groups.await?))
}

/// A page of users.
async fn users(
    client: &AwsClient,
    scope: &AccountScope,
    shelf: Option<&Mutex<PolicyShelf>>,
    marker: Option<String>,
) -> Result<Page<Result<UserDetail, RefusedUser>>, AwsError> {
    let answer = get(client, &[EntityType::User], PAGE_SIZE, marker).await?;
    let provenance = now();
    let users = answer.user_detail_list().iter();
    let users = users.map(|detail| UserDetail::read(detail, scope, &provenance));
    if let Some(shelf) = shelf {
        let mut shelf = lock(shelf);
        for detail in answer.user_detail_list() {
            let id = detail.user_id().unwrap_or_default();
            shelf.add_inline(EntityKind::User, id, detail.user_policy_list());
        }
    }
    let ids = answer.user_detail_list().iter();
    let ids = ids.filter_map(|detail| detail.user_id());
    page(users.collect(), ids, &answer)
}

/// How many roles and policies are asked for at once: with all versions of their documents, so many of
/// AWS's own policies are an answer of some ten megabytes.
pub(in crate::collect) const POLICIES_A_PAGE: i32 = 500;

/// Every role and managed policy, in one listing: the fewest pages.
async fn roles_and_policies(
    client: &AwsClient,
    shelf: &Mutex<PolicyShelf>,
) -> Result<(), AwsError> {
    let filters = [
        EntityType::Role,
        EntityType::LocalManagedPolicy,
        EntityType::AwsManagedPolicy,
    ];
    let read = listing::all(async |marker: Option<String>| {
        let answer = get(client, &filters, POLICIES_A_PAGE, marker).await?;
        let provenance = now();
        let mut shelf = lock(shelf);
        for detail in answer.role_detail_list() {
            shelf.add_role(detail, &provenance)?;
        }
        for detail in answer.policies() {
            shelf.add_managed(detail)?;
        }
        let roles = answer.role_detail_list().iter();
        let policies = answer.policies().iter();
        let ids = roles.filter_map(|role| role.arn());
        let ids = ids.chain(policies.filter_map(|policy| policy.arn()));
        page(Vec::<()>::new(), ids, &answer)
    });
    read.await.map(drop)
}

pub(in crate::collect) async fn get(
    client: &AwsClient,
    filters: &[EntityType],
    items_max: i32,
    marker: Option<String>,
) -> Result<GetAccountAuthorizationDetailsOutput, AwsError> {
    let request = || {
        let request = client
            .iam()
            .get_account_authorization_details()
            .set_filter(Some(filters.to_vec()));
        request
            .max_items(client.page_size(ACTION).min(items_max))
            .set_marker(marker.clone())
            .send()
    };
    client.call(ACTION, request).await
}

pub(in crate::collect) fn page<'a, T>(
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
