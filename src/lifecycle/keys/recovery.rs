//! What became of a key that was about to be created.

use std::time::Duration;

use super::{Executor, UserRef};
use crate::aws::{Action, AwsError};
use crate::foreign::Shown;
use crate::lifecycle::parameter::unless_gone;
use crate::lifecycle::{ActionError, Intended};

/// IAM answers by what it knew a moment ago.
pub(super) const PAUSES: [Duration; 3] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];

/// What became of a key that was about to be created.
#[derive(Debug)]
pub(in crate::lifecycle) enum Recovered {
    /// None was.
    Nothing,
    /// Its secret is stored.
    Stored(Option<String>),
    /// Its secret was not: it is deleted, if it was created at all.
    Undone,
}

impl Executor {
    /// Finishes what is kept as an intent for the key of `user`: the parameter has a new version,
    /// or the secret is nowhere, and the key goes.
    pub(in crate::lifecycle) async fn recover_key(
        &self,
        user: &UserRef,
    ) -> Result<Recovered, ActionError> {
        let Some(intent) = self.intents.of(&user.id)? else {
            return Ok(Recovered::Nothing);
        };
        let Intended::CreateKey {
            known,
            version,
            created,
        } = intent.what
        else {
            return Ok(Recovered::Nothing);
        };
        let (parameters, parameter) = (self.parameters(), self.parameters().name(&intent.user));
        // Whoever else wrote to the parameter stored another secret, or none.
        if let Some(created) = &created
            && parameters
                .version(&parameter)
                .await?
                .is_some_and(|now| now > version)
            && parameters.holds(&parameter, created).await?
        {
            self.stored(user, &parameter, created).await?;
            return Ok(Recovered::Stored(Some(created.clone())));
        }
        let new = match created {
            Some(created) => vec![created],
            None => self.keys_beside(user, &known).await?,
        };
        for key in new {
            self.delete_unstored(user, &key).await?;
        }
        self.intents.clear(&user.id)?;
        Ok(Recovered::Undone)
    }

    /// The keys of `user` that are not `known`.
    async fn keys_beside(
        &self,
        user: &UserRef,
        known: &[String],
    ) -> Result<Vec<String>, ActionError> {
        let mut new = Vec::new();
        for pause in &PAUSES[..2] {
            let keys = unless_gone(self.keys(user).await)?.unwrap_or_default();
            let ids = keys.into_iter().filter_map(|key| key.access_key_id);
            new.extend(ids.filter(|id| !known.contains(id)));
            if !new.is_empty() {
                break;
            }
            tokio::time::sleep(*pause).await;
        }
        Ok(new)
    }

    /// Deletes a key whose secret nobody has. Whoever uses it all the same has it from elsewhere.
    async fn delete_unstored(&self, user: &UserRef, key: &str) -> Result<(), ActionError> {
        if self.is_used(key).await? {
            let (key, name) = (Shown::of(key), Shown::of(&user.name));
            tracing::warn!(
                "key {key} of user {name} was created while another was about to be, and is used: \
                 it stays; its secret is not in the parameter"
            );
            return Ok(());
        }
        self.delete_key(user, key).await
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
