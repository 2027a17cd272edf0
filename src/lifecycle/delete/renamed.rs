//! Whether somebody who is not there by name has another one.

use crate::aws::{Action, AwsClient, AwsError, Paging};

const ACTION: Action = Action::ListUsers;

/// The name of the user with this UserId, by ListUsers; `None` if there is no such user.
pub(in crate::lifecycle) async fn name_of(
    client: &AwsClient,
    id: &str,
) -> Result<Option<String>, AwsError> {
    let (mut marker, mut paging) = (None, Paging::default());
    loop {
        let request = || {
            let list = client.iam().list_users();
            let list = list.max_items(client.page_size(ACTION));
            list.set_marker(marker.clone()).send()
        };
        let answer = client.call(ACTION, request).await?;
        let mut users = answer.users.iter();
        if let Some(user) = users.find(|user| user.user_id == id) {
            return Ok(Some(user.user_name.clone()));
        }
        let ids: Vec<String> = answer.users.into_iter().map(|it| it.user_id).collect();
        let next = answer.marker.filter(|_| answer.is_truncated);
        marker = paging.follow(ACTION, &ids, next)?;
        if marker.is_none() {
            return Ok(None);
        }
    }
}
