//! Finishing what an earlier run began and did not end.

use super::{Intended, Intent};
use crate::lifecycle::keys::Recovered;
use crate::lifecycle::{
    ActionError, Carried, DesiredState, Executor, Refused, UserAction, UserRef,
};

/// What became of what an earlier run began.
#[derive(Debug)]
pub struct Finished {
    /// The user.
    pub user: UserRef,
    /// What was to be done, or what was done instead.
    pub action: UserAction,
    /// What was done; `None` where nothing was left to do.
    pub result: Result<Option<Carried>, ActionError>,
}

impl Executor {
    /// Finishes what earlier runs began and did not end, except for the deletion of whom `desired`
    /// has again. An error is one that leaves the rest as it is.
    pub async fn finish_begun(&self, desired: &DesiredState) -> Result<Vec<Finished>, ActionError> {
        let mut ended = Vec::new();
        for Intent { user, what, .. } in self.intents.all()? {
            self.hold_lease().await?;
            let (action, result) = match what {
                Intended::Delete { .. } => {
                    let result = Box::pin(self.finish_deletion(&user, desired)).await;
                    (UserAction::Delete, result)
                }
                Intended::CreateKey { .. } => self.finish_key(&user).await,
            };
            ended.push(Finished {
                user,
                action,
                result,
            });
        }
        Ok(ended)
    }

    async fn finish_deletion(
        &self,
        user: &UserRef,
        desired: &DesiredState,
    ) -> Result<Option<Carried>, ActionError> {
        if desired.get(&user.name).is_some() {
            let found = self.user(&user.name).await?;
            if found.is_some_and(|found| found.user_id == user.id) {
                tracing::warn!(
                    user = user.name,
                    "its deletion was broken off and it is desired again: it stays, without what \
                     it has lost already"
                );
                self.intents.clear(&user.id)?;
                return Ok(None);
            }
        }
        match Box::pin(self.delete(user, Some(desired))).await {
            Ok(deletion) => Ok(Some(Carried {
                what: format!("finished its deletion: {}", deletion.what()),
                user: deletion.user,
                arn: deletion.arn,
            })),
            // By now it is not to be deleted: the plan says what becomes of it.
            Err(ActionError::Refused(
                why @ (Refused::Renamed { .. } | Refused::Exempt(_) | Refused::Caller(_)),
            )) => {
                tracing::warn!(user = user.name, %why, "a deletion that was broken off is given up");
                self.intents.clear(&user.id)?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn finish_key(
        &self,
        user: &UserRef,
    ) -> (UserAction, Result<Option<Carried>, ActionError>) {
        let carried = |what: String| {
            Some(Carried {
                user: user.clone(),
                arn: None,
                what,
            })
        };
        let create = UserAction::CreateKey;
        match self.recover_key(user).await {
            Ok(Recovered::Stored(key)) => {
                let parameter = self.parameters().name(user);
                let what = format!("{create}: {key}, its secret in parameter {parameter}");
                (create, Ok(carried(what)))
            }
            Ok(Recovered::Undone(keys)) => match keys.first() {
                Some(key) => {
                    let action = UserAction::DeleteKey { key: key.clone() };
                    let what = format!("{action}, whose secret was not stored");
                    (action, Ok(carried(what)))
                }
                None => (create, Ok(None)),
            },
            Ok(Recovered::Nothing) => (create, Ok(None)),
            Err(error) => (create, Err(error)),
        }
    }
}
