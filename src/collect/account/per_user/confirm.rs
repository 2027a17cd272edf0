//! GetUser: whether a user that was not listed is gone.

use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::User;

/// What AWS says about a user that was not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// No user has the name, or another user has it by now.
    Gone,
    /// The user still exists.
    StillThere,
    /// The call was denied or failed: nothing is confirmed.
    NotConfirmed(AwsError),
}

/// Asks AWS whether `user` is gone.
pub async fn confirm_gone(client: &AwsClient, user: &User) -> Confirmation {
    let action = Action::GetUser;
    let request = || client.iam().get_user().user_name(&user.name).send();
    match client.call_about(&user.name, action, request).await {
        Ok(answer) => match answer.user().map(|found| found.user_id()) {
            Some(id) if id == user.id => Confirmation::StillThere,
            Some(id) if !id.is_empty() => Confirmation::Gone,
            _ => Confirmation::NotConfirmed(AwsError::malformed(
                action,
                format!("the answer about user {:?} holds no UserId", user.name),
            )),
        },
        Err(error) if error.class == AwsErrorClass::Gone => Confirmation::Gone,
        Err(error) => Confirmation::NotConfirmed(error),
    }
}
