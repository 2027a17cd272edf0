//! A new key is asked whose it is: until AWS takes it, no older key of the user may go.

use super::recovery::PAUSES;
use super::{Executor, NewKey, UserRef};
use crate::aws::{Action, AwsError, AwsErrorClass};
use crate::foreign::Shown;
use crate::lifecycle::ActionError;

impl Executor {
    /// Asks AWS by `key` itself whose it is. A key of a moment ago is not known everywhere yet.
    pub(super) async fn confirm_key(
        &self,
        user: &UserRef,
        key: &NewKey,
    ) -> Result<(), ActionError> {
        let mut pauses = PAUSES.iter();
        let error = loop {
            match self.client.user_id_of(key.credentials()).await {
                Ok(Some(id)) if id == user.id => return Ok(()),
                Ok(_) => {
                    let why = "the new key belongs to somebody else";
                    break AwsError::malformed(Action::GetCallerIdentity, why);
                }
                Err(error) if error.class == AwsErrorClass::InvalidCredentials => {
                    match pauses.next() {
                        Some(pause) => tokio::time::sleep(*pause).await,
                        None => break error,
                    }
                }
                Err(error) => break error,
            }
        };
        Err(ActionError::Unconfirmed {
            user: Shown::of(&user.name),
            key: Shown::of(&key.id),
            error,
        })
    }
}
