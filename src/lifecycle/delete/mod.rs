//! Deleting a user, with all that it has and what outlives it.
//!
//! AWS refuses to delete a user that has anything. What it has is listed, kept as an intent where
//! it outlives the user, taken away, and the user deleted; a second run finishes what a first one
//! began.

mod belongings;
mod removal;
mod renamed;

use std::collections::BTreeSet;

use aws_sdk_iam::types::User;
use time::OffsetDateTime;

use super::parameter::unless_gone;
use super::{ActionError, EXEMPT_TAG, Executor, Intended, Intent, Refused, UserRef};
use crate::aws::{Action, AwsError};
use crate::foreign::Shown;
use belongings::Belongings;

/// Somebody who adds things while a user is deleted is given up after so many listings.
const ROUNDS_MAX: u32 = 3;

/// What a deletion came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The user.
    pub user: UserRef,
    /// Its ARN, if it was there; otherwise it was deleted before.
    pub arn: Option<String>,
    /// What it had, in words.
    pub had: String,
    /// Whether a parameter with its secret was deleted.
    pub had_parameter: bool,
}

impl Executor {
    /// Deletes `user` at once. Whoever is gone already is no error.
    pub async fn delete(&self, user: &UserRef) -> Result<Deletion, ActionError> {
        let intent = self.intents.of(&user.id)?;
        let mut devices = match intent.map(|it| it.what) {
            Some(Intended::Delete { devices }) => devices.into_iter().collect(),
            // A key that was about to be created goes with the user.
            Some(Intended::CreateKey { .. }) | None => BTreeSet::new(),
        };
        let found = self.user(&user.name).await?;
        let is_begun = !devices.is_empty() || self.intents.of(&user.id)?.is_some();
        let arn = found.as_ref().map(|found| found.arn.clone());
        let had = match found {
            Some(found) if found.user_id == user.id => {
                self.check(user, &found)?;
                Some(self.delete_all(user, &mut devices).await?)
            }
            found => {
                // Whoever has another name by now is not gone, and needs what outlives others.
                if let Some(name) = renamed::name_of(&self.client, &user.id).await? {
                    return Err(renamed(user, &name).into());
                }
                match found {
                    Some(found) if !is_begun => return Err(other_user(user, &found).into()),
                    // What outlives a user that was deleted half-way goes, whoever has its name.
                    _ => None,
                }
            }
        };
        let had_parameter = match had.is_some() || is_begun {
            true => self.delete_what_outlives(user, &devices).await?,
            false => false,
        };
        Ok(Deletion {
            user: user.clone(),
            arn: arn.filter(|_| had.is_some()),
            had: had.unwrap_or_default(),
            had_parameter,
        })
    }

    /// Whether `found` may be deleted at all.
    fn check(&self, user: &UserRef, found: &User) -> Result<(), Refused> {
        let is_tagged = found.tags().iter().any(|tag| tag.key == EXEMPT_TAG);
        if is_tagged || self.settings.is_exempt(&user.name) {
            return Err(Refused::Exempt(Shown::of(&user.name)));
        }
        if found.arn == self.caller.arn.as_str() {
            return Err(Refused::Caller(Shown::of(&user.name)));
        }
        Ok(())
    }

    /// Deletes a user that is there; what it had, in words. Of `devices`, which it had in an
    /// earlier run, those stay that are still to be deleted.
    async fn delete_all(
        &self,
        user: &UserRef,
        devices: &mut BTreeSet<String>,
    ) -> Result<String, ActionError> {
        let mut had = String::new();
        for round in 1.. {
            let has = Belongings::of(&self.client, &user.name).await?;
            if round == 1 {
                had = has.to_string();
            }
            let mut outliving = devices.clone();
            outliving.extend(has.virtual_devices().cloned());
            self.intents.keep(&Intent {
                user: user.clone(),
                since: OffsetDateTime::now_utc(),
                what: Intended::Delete {
                    devices: outliving.into_iter().collect(),
                },
            })?;
            if let Err(error) = removal::remove(&self.client, &user.name, &has).await {
                return Err(self.left(user, error).await);
            }
            devices.retain(|serial| !has.devices.contains(serial));
            match self.delete_emptied(user).await {
                Ok(()) => break,
                // Somebody adds things: what there is now is listed anew.
                Err(ActionError::Aws(error)) if is_conflict(&error) && round < ROUNDS_MAX => {}
                Err(ActionError::Aws(error)) => return Err(self.left(user, error).await),
                Err(error) => return Err(error),
            }
        }
        Ok(had)
    }

    /// Deletes a user that has nothing left, if the name is still its own.
    async fn delete_emptied(&self, user: &UserRef) -> Result<(), ActionError> {
        match self.user(&user.name).await? {
            None => return Ok(()),
            Some(found) if found.user_id != user.id => return Err(other_user(user, &found).into()),
            Some(_) => {}
        }
        let request = || self.client.iam().delete_user().user_name(&user.name).send();
        let action = Action::DeleteUser;
        unless_gone(self.client.call_about(&user.name, action, request).await)?;
        Ok(())
    }

    /// Deletes what AWS keeps of a user that is gone; whether it had a parameter.
    async fn delete_what_outlives(
        &self,
        user: &UserRef,
        devices: &BTreeSet<String>,
    ) -> Result<bool, ActionError> {
        for serial in devices {
            removal::delete_device(&self.client, &user.name, serial).await?;
        }
        let had_parameter = self.parameters().delete(user).await?;
        self.intents.clear(&user.id)?;
        Ok(had_parameter)
    }

    /// `error`, which ended the deletion, with what is left.
    async fn left(&self, user: &UserRef, error: AwsError) -> ActionError {
        let left = match Belongings::of(&self.client, &user.name).await {
            Ok(left) => left.to_string(),
            Err(_) => "what could not be listed".to_owned(),
        };
        ActionError::Left {
            user: Shown::of(&user.name),
            left: Shown::of(left),
            error,
        }
    }
}

fn is_conflict(error: &AwsError) -> bool {
    error.code.as_deref() == Some("DeleteConflict")
}

fn renamed(user: &UserRef, name: &str) -> Refused {
    Refused::Renamed {
        id: Shown::of(&user.id),
        asked: Shown::of(&user.name),
        found: Shown::of(name),
    }
}

pub(super) fn other_user(user: &UserRef, found: &User) -> Refused {
    Refused::OtherUser {
        name: Shown::of(&user.name),
        asked: Shown::of(&user.id),
        found: Shown::of(&found.user_id),
    }
}
