//! Carrying out what a plan says, one action at a time.

use aws_sdk_iam::types::User;

use super::create::{NewUser, sdk_tags};
use super::parameter::unless_gone;
use super::{
    ActionError, Executor, OWNER_TAG, OWNER_VALUE, QUARANTINE_TAG, Refused, StoredKey, Subject,
    UserAction, UserRef,
};
use crate::aws::{Action, AwsError, AwsErrorClass};
use crate::foreign::Shown;
use crate::model::Tag;

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The user, which has an id by now.
    pub user: UserRef,
    /// Its ARN, where it was told.
    pub arn: Option<String>,
    /// What was done, in words.
    pub what: String,
}

/// Sends a write about the user `$name`.
macro_rules! write_about {
    ($client:expr, $name:expr, $action:ident, |$iam:ident| $request:expr) => {{
        let request = || {
            let $iam = $client.iam();
            $request.send()
        };
        $client.call_about($name, Action::$action, request).await
    }};
}

impl Executor {
    /// Carries out `action` on `subject`, if that is still the user that the plan saw, and ours.
    pub async fn carry_out(
        &self,
        subject: &Subject,
        action: &UserAction,
    ) -> Result<Carried, ActionError> {
        self.hold_lease().await?;
        if let UserAction::Create {
            path,
            boundary,
            tags,
        } = action
        {
            let name = &subject.name;
            let user = NewUser {
                name,
                path,
                boundary,
                tags,
            };
            let found = self.create_or_adopt(&user).await?;
            let user = UserRef {
                id: found.user_id,
                name: found.user_name,
            };
            let (arn, what) = (Some(found.arn), action.to_string());
            return Ok(Carried { user, arn, what });
        }
        let (user, arn) = self.confirm(subject).await?;
        let what = match action {
            UserAction::CreateKey | UserAction::RotateKey { .. } => {
                let key = self.create_key(&user).await?;
                let StoredKey { id, parameter } = key;
                format!("{action}: {id}, its secret in parameter {parameter}")
            }
            UserAction::Delete => {
                let deletion = Box::pin(self.delete(&user, None)).await?;
                format!("{action}, which had {}", deletion.had)
            }
            other => {
                self.change(&user, other).await?;
                other.to_string()
            }
        };
        let arn = Some(arn);
        Ok(Carried { user, arn, what })
    }

    /// The user that the plan saw, which is still there under its name, and ours by tag and path;
    /// with its ARN.
    async fn confirm(&self, subject: &Subject) -> Result<(UserRef, String), ActionError> {
        let gone = || Refused::Gone(Shown::of(&subject.name));
        let id = subject.id.clone().ok_or_else(gone)?;
        let found = self.user(&subject.name).await?.ok_or_else(gone)?;
        let user = UserRef {
            id,
            name: subject.name.clone(),
        };
        if found.user_id != user.id {
            return Err(super::delete::other_user(&user, &found).into());
        }
        match self.is_ours(&found) {
            true => Ok((user, found.arn)),
            false => Err(Refused::NotOurs(Shown::of(&user.name)).into()),
        }
    }

    fn is_ours(&self, found: &User) -> bool {
        let is_owner =
            |it: &aws_sdk_iam::types::Tag| it.key == OWNER_TAG && it.value == OWNER_VALUE;
        found.tags().iter().any(is_owner) && found.path.starts_with(&self.settings.path)
    }

    async fn change(&self, user: &UserRef, action: &UserAction) -> Result<(), ActionError> {
        let (client, name) = (&self.client, &user.name);
        match action {
            UserAction::AddToGroup { group } => {
                write_about!(client, name, AddUserToGroup, |iam| {
                    iam.add_user_to_group().user_name(name).group_name(group)
                })?;
            }
            UserAction::RemoveFromGroup { group } => {
                unless_gone(write_about!(client, name, RemoveUserFromGroup, |iam| {
                    let remove = iam.remove_user_from_group().user_name(name);
                    remove.group_name(group)
                }))?;
            }
            UserAction::AttachPolicy { arn } => {
                write_about!(client, name, AttachUserPolicy, |iam| {
                    iam.attach_user_policy().user_name(name).policy_arn(arn)
                })?;
            }
            UserAction::DetachPolicy { arn } => {
                unless_gone(write_about!(client, name, DetachUserPolicy, |iam| {
                    iam.detach_user_policy().user_name(name).policy_arn(arn)
                }))?;
            }
            UserAction::Tag { tags } => self.tag(user, tags).await?,
            UserAction::DeactivateKey { key } => self.set_key_active(user, key, false).await?,
            UserAction::DeleteKey { key } => self.delete_key(user, key).await?,
            UserAction::Quarantine { mark } => {
                // The mark comes first: without it, nobody would know which keys to give back.
                let tag = Tag {
                    key: QUARANTINE_TAG.to_owned(),
                    value: mark.to_string(),
                };
                self.tag(user, &[tag]).await?;
                self.close(user, &mark.keys).await?;
            }
            UserAction::Restore { keys } => {
                for key in keys {
                    self.set_key_active(user, key, true).await?;
                }
                write_about!(client, name, UntagUser, |iam| {
                    iam.untag_user().user_name(name).tag_keys(QUARANTINE_TAG)
                })?;
            }
            UserAction::Create { .. }
            | UserAction::CreateKey
            | UserAction::RotateKey { .. }
            | UserAction::Delete => {}
        }
        Ok(())
    }

    async fn tag(&self, user: &UserRef, new: &[Tag]) -> Result<(), AwsError> {
        let (client, name) = (&self.client, &user.name);
        let new = sdk_tags(Action::TagUser, new)?;
        write_about!(client, name, TagUser, |iam| {
            let tag = iam.tag_user().user_name(name);
            tag.set_tags(Some(new.clone()))
        })?;
        Ok(())
    }

    /// Ends the access of `user`: its `keys` become inactive, those that are gone aside, and its
    /// password is deleted. Keys that the plan did not see may be somebody else's by now.
    async fn close(&self, user: &UserRef, keys: &[String]) -> Result<(), ActionError> {
        for key in keys {
            match self.set_key_active(user, key, false).await {
                Err(ActionError::Aws(error)) if error.class == AwsErrorClass::Gone => {}
                other => other?,
            }
        }
        let (client, name) = (&self.client, &user.name);
        unless_gone(write_about!(client, name, DeleteLoginProfile, |iam| {
            iam.delete_login_profile().user_name(name)
        }))?;
        Ok(())
    }
}
