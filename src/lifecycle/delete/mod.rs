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
use super::{ActionError, DesiredState, EXEMPT_TAG, Executor, Intended, Intent, Refused, UserRef};
use crate::aws::{Action, AwsError};
use crate::foreign::Shown;
use crate::steps::{self, Step};
use belongings::Belongings;
pub(super) use renamed::name_of;

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
    /// Whether an earlier run had begun it.
    pub was_begun: bool,
}

impl Deletion {
    /// What was done, in words.
    pub fn what(&self) -> String {
        match self.arn.is_some() {
            true => format!("deleted, which had {}", self.had),
            false => "it was gone, and what outlived it is deleted".to_owned(),
        }
    }
}

impl Executor {
    /// Deletes `user` at once, unless it is exempt, by `desired` too. Whoever is gone already is no
    /// error.
    pub async fn delete(
        &self,
        user: &UserRef,
        desired: Option<&DesiredState>,
    ) -> Result<Deletion, ActionError> {
        self.hold_lease().await?;
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
                self.check(user, &found, desired)?;
                self.check_groups(user).await?;
                Some(self.delete_all(user, &mut devices).await?)
            }
            found => {
                // Whoever has another name by now is not gone, and needs what outlives others.
                if let Some(name) = name_of(&self.client, &user.id).await? {
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
            was_begun: is_begun,
        })
    }

    /// Whether `found` may be deleted at all. AWS tells no case of a tag's key apart.
    fn check(
        &self,
        user: &UserRef,
        found: &User,
        desired: Option<&DesiredState>,
    ) -> Result<(), Refused> {
        let mut tags = found.tags().iter();
        let is_tagged = tags.any(|tag| tag.key.eq_ignore_ascii_case(EXEMPT_TAG));
        let is_desired_so = desired
            .and_then(|it| it.get(&user.name))
            .is_some_and(|it| it.exempt);
        if is_tagged || is_desired_so || self.settings.is_exempt(&user.name) {
            return Err(Refused::Exempt(Shown::of(&user.name)));
        }
        if found.arn == self.caller.arn.as_str() {
            return Err(Refused::Caller(Shown::of(&user.name)));
        }
        Ok(())
    }

    /// Whether a group of `user` exempts it.
    async fn check_groups(&self, user: &UserRef) -> Result<(), ActionError> {
        if self.settings.exempt_groups.is_empty() {
            return Ok(());
        }
        let groups = belongings::groups(&self.client, &user.name).await?;
        match self.settings.exempt_group(&groups) {
            Some(_) => Err(Refused::Exempt(Shown::of(&user.name)).into()),
            None => Ok(()),
        }
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
            self.hold_lease().await?;
            // The first listing follows the look at who it is.
            if round > 1 && !self.is_still(user).await? {
                break;
            }
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
                    devices: outliving.iter().cloned().collect(),
                },
            })?;
            steps::reach(Step::DeletionKept);
            let removed = removal::remove(&self.client, &user.name, &has, &mut outliving).await;
            if let Err(error) = removed {
                return Err(self.left(user, &outliving, error).await);
            }
            steps::reach(Step::UserEmptied);
            devices.retain(|serial| !has.devices.contains(serial));
            match self.delete_emptied(user).await {
                Ok(()) => break,
                // Somebody adds things: what there is now is listed again.
                Err(ActionError::Aws(error)) if is_conflict(&error) && round < ROUNDS_MAX => {}
                Err(ActionError::Aws(error)) => {
                    return Err(self.left(user, &outliving, error).await);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(had)
    }

    /// Whether `user`, of which a part is gone, is still there under its name; an error if it has
    /// another by now.
    async fn is_still(&self, user: &UserRef) -> Result<bool, ActionError> {
        let found = self.user(&user.name).await?;
        if found.is_some_and(|found| found.user_id == user.id) {
            return Ok(true);
        }
        match name_of(&self.client, &user.id).await? {
            Some(name) => Err(Refused::RenamedMeanwhile {
                id: Shown::of(&user.id),
                asked: Shown::of(&user.name),
                found: Shown::of(name),
            }
            .into()),
            None => Ok(false),
        }
    }

    /// Deletes a user that has nothing left, if the name is still its own.
    async fn delete_emptied(&self, user: &UserRef) -> Result<(), ActionError> {
        if !self.is_still(user).await? {
            return Ok(());
        }
        let request = || self.client.iam().delete_user().user_name(&user.name).send();
        let action = Action::DeleteUser;
        unless_gone(self.client.call_about(&user.name, action, request).await)?;
        steps::reach(Step::UserDeleted);
        Ok(())
    }

    /// Deletes what AWS keeps of a user that is gone; whether it had a parameter.
    async fn delete_what_outlives(
        &self,
        user: &UserRef,
        devices: &BTreeSet<String>,
    ) -> Result<bool, ActionError> {
        let mut left: BTreeSet<&String> = devices.iter().collect();
        for serial in devices {
            if let Err(error) = removal::delete_device(&self.client, serial).await {
                return Err(ActionError::Outlived {
                    user: Shown::of(&user.name),
                    left: Shown::of(belongings::in_words(left)),
                    error,
                });
            }
            left.remove(serial);
        }
        let had_parameter = self.parameters().delete(user).await?;
        self.intents.clear(&user.id)?;
        Ok(had_parameter)
    }

    /// `error`, which ended the deletion, with what is left: of the user, and the devices of
    /// `outliving` that are nobody's by now.
    async fn left(
        &self,
        user: &UserRef,
        outliving: &BTreeSet<String>,
        error: AwsError,
    ) -> ActionError {
        let has = Belongings::of(&self.client, &user.name).await;
        let has = has.map_err(|_| "what could not be listed".to_owned());
        let is_listed = |it: &&String| has.as_ref().is_ok_and(|has| has.devices.contains(it));
        let loose = belongings::in_words(outliving.iter().filter(|it| !is_listed(it)));
        let left = match has {
            Ok(has) if has == Belongings::default() && !loose.is_empty() => loose,
            has => {
                let has = has.map_or_else(|why| why, |has| has.to_string());
                [has, loose].join(", ").trim_end_matches(", ").to_owned()
            }
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
