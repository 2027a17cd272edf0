//! What became of a key that was about to be created.

use std::time::Duration;

use aws_sdk_iam::types::StatusType;
use time::OffsetDateTime;

use super::{Executor, NewKey, UserRef};
use crate::aws::{Action, AwsError};
use crate::foreign::Shown;
use crate::lifecycle::delete::name_of;
use crate::lifecycle::parameter::unless_gone;
use crate::lifecycle::{ActionError, Intended, Intent, Refused};

/// IAM answers by what it knew a moment ago.
pub(super) const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// A key that was created so long before or after another was about to be may be that one.
const NEAR: time::Duration = time::Duration::minutes(15);
/// A key that AWS does not list so long after it was about to be created was not.
const SETTLED_AFTER: time::Duration = time::Duration::minutes(5);

/// What became of a key that was about to be created.
#[derive(Debug)]
pub(in crate::lifecycle) enum Recovered {
    /// None was.
    Nothing,
    /// The secret of the key with this AccessKeyId is stored.
    Stored(String),
    /// Its secret was not: the keys with these AccessKeyIds are deleted.
    Undone(Vec<String>),
}

impl Executor {
    /// Finishes what is kept as an intent for the key of `user`: the parameter holds its secret,
    /// or the secret is nowhere, and the key goes. Refused while AWS may not list the key yet.
    pub(in crate::lifecycle) async fn recover_key(
        &self,
        user: &UserRef,
    ) -> Result<Recovered, ActionError> {
        let Some(Intent { user, since, what }) = self.intents.of(&user.id)? else {
            return Ok(Recovered::Nothing);
        };
        let Intended::CreateKey {
            known,
            version,
            created,
        } = what
        else {
            return Ok(Recovered::Nothing);
        };
        let (parameters, parameter) = (self.parameters(), self.parameters().name(&user));
        let Some(present) = self.present(&user).await? else {
            parameters.delete(&user).await?;
            self.intents.clear(&user.id)?;
            return Ok(Recovered::Nothing);
        };
        // Whoever else wrote to the parameter stored another secret, or none.
        if let Some(created) = &created
            && parameters
                .version(&parameter)
                .await?
                .is_some_and(|now| now > version)
            && let Some(secret) = parameters.secret_of(&parameter, created).await?
        {
            return self
                .confirmed(&present, &parameter, NewKey::of_parameter(created, secret))
                .await;
        }
        let new = match created {
            Some(created) => vec![created],
            None => self.keys_near(&present, &known, since).await?,
        };
        let mut undone = Vec::new();
        for key in new {
            // Another installation may have created and stored it meanwhile.
            if let Some(secret) = parameters.secret_of(&parameter, &key).await? {
                let key = NewKey::of_parameter(&key, secret);
                return self.confirmed(&present, &parameter, key).await;
            }
            if self.delete_unstored(&present, &key).await? {
                undone.push(key);
            }
        }
        self.intents.clear(&user.id)?;
        Ok(Recovered::Undone(undone))
    }

    /// Ends the intent for `key`, whose secret the `parameter` holds, once AWS takes it. One that
    /// somebody deactivated or deleted meanwhile stays as it is.
    async fn confirmed(
        &self,
        user: &UserRef,
        parameter: &str,
        key: NewKey,
    ) -> Result<Recovered, ActionError> {
        let Err(error) = self.confirm_key(user, &key).await else {
            self.stored(user, parameter, &key.id).await?;
            return Ok(Recovered::Stored(key.id));
        };
        let keys = unless_gone(self.keys(user).await)?.unwrap_or_default();
        let is_active = keys.iter().any(|it| {
            it.access_key_id.as_ref() == Some(&key.id) && it.status == Some(StatusType::Active)
        });
        if is_active {
            return Err(error);
        }
        tracing::warn!(
            user = user.name,
            key = key.id,
            "a new key was deactivated or deleted before AWS took it, and stays so"
        );
        self.intents.clear(&user.id)?;
        Ok(Recovered::Undone(Vec::new()))
    }

    /// `user` under the name that it has now, by its id; `None` if it is gone.
    async fn present(&self, user: &UserRef) -> Result<Option<UserRef>, AwsError> {
        let found = self.user(&user.name).await?;
        if found.is_some_and(|found| found.user_id == user.id) {
            return Ok(Some(user.clone()));
        }
        let name = name_of(&self.client, &user.id).await?;
        Ok(name.map(|name| UserRef {
            id: user.id.clone(),
            name,
        }))
    }

    /// The keys of `user` that are not `known` and were created at about `since`. Others are a
    /// person's: they are named, and stay.
    async fn keys_near(
        &self,
        user: &UserRef,
        known: &[String],
        since: OffsetDateTime,
    ) -> Result<Vec<String>, ActionError> {
        let mut near = Vec::new();
        for pause in &PAUSES[..2] {
            let keys = unless_gone(self.keys(user).await)?.unwrap_or_default();
            for key in keys {
                let Some(id) = key.access_key_id.filter(|id| !known.contains(id)) else {
                    continue;
                };
                let created = key.create_date.map(|date| date.secs());
                let created = created.and_then(|it| OffsetDateTime::from_unix_timestamp(it).ok());
                match created.is_some_and(|at| (at - since).abs() <= NEAR) {
                    true => near.push(id),
                    false => tracing::warn!(
                        user = user.name,
                        key = id,
                        "a key that rollcall did not create stays; its secret is not in the \
                         parameter"
                    ),
                }
            }
            if !near.is_empty() {
                return Ok(near);
            }
            tokio::time::sleep(*pause).await;
        }
        match (OffsetDateTime::now_utc() - since).abs() < SETTLED_AFTER {
            true => Err(Refused::Unsettled(Shown::of(&user.name)).into()),
            false => Ok(near),
        }
    }

    /// Deletes a key whose secret nobody has, unless it is used; whether it did. Whoever uses it all
    /// the same has it from elsewhere.
    async fn delete_unstored(&self, user: &UserRef, key: &str) -> Result<bool, ActionError> {
        if self.is_used(key).await? {
            tracing::warn!(
                user = user.name,
                key,
                "a key that was created while another was about to be is used, and stays; its \
                 secret is not in the parameter"
            );
            return Ok(false);
        }
        self.delete_key(user, key).await?;
        Ok(true)
    }

    async fn is_used(&self, key: &str) -> Result<bool, AwsError> {
        let request = || {
            let get = self.client.iam().get_access_key_last_used();
            get.access_key_id(key).send()
        };
        let action = Action::GetAccessKeyLastUsed;
        let answer = unless_gone(self.client.call_about(key, action, request).await)?;
        let last_used = answer.and_then(|it| it.access_key_last_used);
        Ok(last_used.is_some_and(|it| it.last_used_date.is_some()))
    }
}
