//! ListUsers: who there is, and when passwords were last used.

use aws_sdk_iam::types;
use futures_util::{Stream, stream};
use time::OffsetDateTime;

use super::convert::moment;
use super::identity::{AccountScope, IdentityParts, RefusedUser, UserIdentity};
use super::pages::{self, Page, PageSender};
use crate::aws::{Action, AwsClient, AwsError, Paging};
use crate::model::{Fact, Provenance};

const ACTION: Action = Action::ListUsers;

/// What ListUsers says about a user.
#[derive(Debug)]
pub(in crate::collect) struct ListedUser {
    pub(in crate::collect) identity: UserIdentity,
    pub(in crate::collect) password_last_used: Fact<Option<OffsetDateTime>>,
    /// When it was answered.
    pub(in crate::collect) as_of: OffsetDateTime,
}

type Users = Vec<Result<ListedUser, RefusedUser>>;

/// Where the next page starts.
type Next = Result<Option<String>, AwsError>;

/// The pages of ListUsers, as the reader asks for them.
pub(in crate::collect) fn user_pages(
    client: &AwsClient,
    scope: &AccountScope,
) -> impl Stream<Item = Result<Users, AwsError>> {
    let first = Some((Paging::default(), Ok(None)));
    stream::try_unfold(first, async |state: Option<(Paging, Next)>| {
        let Some((mut paging, marker)) = state else {
            return Ok::<_, AwsError>(None);
        };
        // Users of the pages before a marker that leads astray are not lost to it.
        let (users, next) = page(client, scope, marker?).await?.follow(&mut paging);
        let next = next.transpose().map(|next| (paging, next.map(Some)));
        Ok(Some((users, next)))
    })
}

/// Sends the same pages to `to`, whether or not the reader asks for them.
pub(in crate::collect) async fn send_users(
    client: &AwsClient,
    scope: &AccountScope,
    to: PageSender<Result<ListedUser, RefusedUser>>,
) {
    // The error is the last page.
    drop(pages::send_each(to, |marker| page(client, scope, marker)).await);
}

/// Every user of the account; those who are refused are not among them.
pub(in crate::collect) async fn every_user(
    client: &AwsClient,
    scope: &AccountScope,
) -> Result<Vec<ListedUser>, AwsError> {
    let listed = pages::all(|marker| page(client, scope, marker)).await?;
    Ok(listed.into_iter().flatten().collect())
}

async fn page(
    client: &AwsClient,
    scope: &AccountScope,
    marker: Option<String>,
) -> Result<Page<Result<ListedUser, RefusedUser>>, AwsError> {
    let request = || {
        let request = client.iam().list_users();
        let request = request.max_items(client.page_size(ACTION));
        request.set_marker(marker.clone()).send()
    };
    let answer = client.call(ACTION, request).await?;
    let provenance = Provenance {
        source: ACTION.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    };
    let users = answer.users().iter();
    let users = users.map(|user| listed_user(user, scope, &provenance));
    Page::new(
        ACTION,
        users.collect(),
        answer.users().iter().map(|user| user.user_id()),
        answer.is_truncated(),
        answer.marker(),
    )
}

fn listed_user(
    user: &types::User,
    scope: &AccountScope,
    provenance: &Provenance,
) -> Result<ListedUser, RefusedUser> {
    let parts = IdentityParts {
        name: user.user_name(),
        arn: user.arn(),
        id: user.user_id(),
        path: user.path(),
        created_at: Some(user.create_date()),
    };
    let password_last_used = match user.password_last_used().map(moment) {
        None => Fact::known(None, provenance),
        Some(Some(at)) => Fact::known(Some(at), provenance),
        Some(None) => AwsError::malformed(ACTION, "no plausible PasswordLastUsed").as_unknown(),
    };
    Ok(ListedUser {
        identity: scope.user(ACTION, parts)?,
        password_last_used,
        as_of: provenance.as_of,
    })
}
