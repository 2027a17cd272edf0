//! ListUsers: who there is.

use futures_util::{Stream, TryStreamExt, stream};

use super::convert::{ListedUser, listed_user};
use super::pages::{self, PAGE_SIZE, Page, PageSender};
use crate::aws::{Action, AwsClient, AwsError};

/// Every user that ListUsers tells, page after page, as the reader asks for them.
pub(super) fn users(client: &AwsClient) -> impl Stream<Item = Result<ListedUser, AwsError>> {
    let pages = stream::try_unfold(Some(None), async |state: Option<Option<String>>| {
        let Some(marker) = state else {
            return Ok::<_, AwsError>(None);
        };
        let page = page(client, marker).await?;
        let next = page.next.map(Some);
        Ok(Some((stream::iter(page.items.into_iter().map(Ok)), next)))
    });
    pages.try_flatten()
}

/// Sends the same people to `to`, whether or not the reader asks for them.
pub(super) async fn send(client: &AwsClient, to: PageSender<ListedUser>) {
    pages::send_each(to, |marker| page(client, marker)).await;
}

async fn page(client: &AwsClient, marker: Option<String>) -> Result<Page<ListedUser>, AwsError> {
    let action = Action::ListUsers;
    let request = || {
        let request = client.iam().list_users().max_items(PAGE_SIZE);
        request.set_marker(marker.clone()).send()
    };
    let answer = client.call(action, request).await?;
    let users: Result<Vec<_>, _> = answer.users().iter().map(listed_user).collect();
    Page::new(
        action,
        users?,
        answer.is_truncated(),
        answer.marker(),
        marker.as_deref(),
    )
}
