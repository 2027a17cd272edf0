//! GetUser: whether a user that was not listed is really gone.

use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::User;

/// Whether AWS says that `user` is no more: there is no such name, or it is another user's by now.
pub async fn is_gone(client: &AwsClient, user: &User) -> Result<bool, AwsError> {
    let request = || client.iam().get_user().user_name(&user.name).send();
    match client.call(Action::GetUser, request).await {
        Ok(answer) => Ok(answer
            .user()
            .is_some_and(|found| found.user_id() != user.id)),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(true),
        Err(error) => Err(error),
    }
}
