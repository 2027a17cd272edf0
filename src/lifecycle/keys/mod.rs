//! Access keys: created, stored, deactivated, deleted.
//!
//! AWS tells a secret once. Before a key is created, its parameter is there and is ours, and an
//! intent says which keys there were: whatever happens next, a key without a stored secret is
//! known for what it is, and deleted. Once it is stored and AWS takes it, the parameter's tag names
//! the key.

mod confirm;
mod recovery;
mod stored;

use aws_sdk_iam::types::{AccessKeyMetadata, StatusType};
use time::OffsetDateTime;

use super::parameter::unless_gone;
use super::{ActionError, Executor, Intended, Intent, Refused, UserRef};
use crate::aws::{Action, AwsError, AwsErrorClass};
use crate::foreign::Shown;
use crate::steps::{self, Step};
pub(super) use recovery::Recovered;
use stored::NewKey;

/// AWS lets a user have so many, active or not.
const KEYS_MAX: usize = 2;

/// A key whose secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// AccessKeyId.
    pub id: String,
    /// The name of the parameter with its secret.
    pub parameter: String,
}

impl Executor {
    /// Creates an access key of `user`, and stores its secret. What an earlier run left is
    /// finished first: a key that it stored is the answer.
    pub async fn create_key(&self, user: &UserRef) -> Result<StoredKey, ActionError> {
        let parameter = self.parameters().name(user);
        if let Recovered::Stored(id) = self.recover_key(user).await? {
            return Ok(StoredKey { id, parameter });
        }
        if self.intents.of(&user.id)?.is_some() {
            return Err(Refused::BeingDeleted(Shown::of(&user.name)).into());
        }
        let keys = self.keys(user).await?;
        if keys.len() >= KEYS_MAX {
            return Err(Refused::TwoKeys(Shown::of(&user.name)).into());
        }
        let known = keys.into_iter().filter_map(|key| key.access_key_id);
        let mut intent = self.reserve(user, &parameter, known.collect()).await?;
        steps::reach(Step::KeyReserved);
        let key = match self.create_access_key(user).await {
            Ok(key) => key,
            Err(error) => return Err(self.undo(user, error).await?),
        };
        steps::reach(Step::KeyCreated);
        if let Intended::CreateKey { created, .. } = &mut intent.what {
            *created = Some(key.id.clone());
        }
        self.intents.keep(&intent)?;
        steps::reach(Step::KeyKept);
        let put = self.parameters().put(&parameter, &key.stored(user)).await;
        if let Ok(version) = put
            && self.parameters().version(&parameter).await? == Some(version)
        {
            steps::reach(Step::SecretStored);
            self.confirm_key(user, &key).await?;
            steps::reach(Step::KeyConfirmed);
            self.stored(user, &parameter, &key.id).await?;
            let id = key.id;
            return Ok(StoredKey { id, parameter });
        }
        match (self.recover_key(user).await?, put) {
            (Recovered::Stored(id), _) => Ok(StoredKey { id, parameter }),
            (_, Err(error)) => Err(error.into()),
            (_, Ok(_)) => {
                let why = "somebody else wrote to the parameter; the key was deleted again";
                Err(AwsError::malformed(Action::PutParameter, why).into())
            }
        }
    }

    /// Ends the intent for `key`, whose secret the parameter holds: its tag names the key first.
    async fn stored(&self, user: &UserRef, parameter: &str, key: &str) -> Result<(), ActionError> {
        self.parameters().name_key(parameter, key).await?;
        steps::reach(Step::KeyNamed);
        Ok(self.intents.clear(&user.id)?)
    }

    /// Makes an access key inactive, or active again.
    pub async fn set_key_active(
        &self,
        user: &UserRef,
        key: &str,
        is_active: bool,
    ) -> Result<(), ActionError> {
        let status = match is_active {
            true => StatusType::Active,
            false => StatusType::Inactive,
        };
        let request = || {
            let update = self.client.iam().update_access_key();
            let update = update.user_name(&user.name).access_key_id(key);
            update.status(status.clone()).send()
        };
        let action = Action::UpdateAccessKey;
        self.client.call_about(&user.name, action, request).await?;
        Ok(())
    }

    /// Deletes an access key; one that is gone is no error.
    pub async fn delete_key(&self, user: &UserRef, key: &str) -> Result<(), ActionError> {
        let request = || {
            let delete = self.client.iam().delete_access_key();
            delete.user_name(&user.name).access_key_id(key).send()
        };
        let action = Action::DeleteAccessKey;
        unless_gone(self.client.call_about(&user.name, action, request).await)?;
        Ok(())
    }

    /// The access keys of `user`, which are two at most: a page holds them all.
    async fn keys(&self, user: &UserRef) -> Result<Vec<AccessKeyMetadata>, AwsError> {
        let request = || {
            let list = self.client.iam().list_access_keys();
            list.user_name(&user.name).send()
        };
        let action = Action::ListAccessKeys;
        let answer = self.client.call_about(&user.name, action, request).await?;
        Ok(answer.access_key_metadata)
    }

    /// Keeps what is about to be done, and has the parameter there before there is a secret. A
    /// parameter with an older secret stays as it is: somebody may be reading it.
    async fn reserve(
        &self,
        user: &UserRef,
        parameter: &str,
        known: Vec<String>,
    ) -> Result<Intent, ActionError> {
        let parameters = self.parameters();
        let version = parameters.version(parameter).await?;
        let intent = Intent {
            user: user.clone(),
            since: OffsetDateTime::now_utc(),
            what: Intended::CreateKey {
                known,
                // That of the placeholder, where there is none yet.
                version: version.unwrap_or(1),
                created: None,
            },
        };
        let taken = || Refused::ParameterTaken(Shown::of(parameter));
        if version.is_none() {
            self.intents.keep(&intent)?;
            match parameters.reserve(parameter, user).await {
                Ok(()) => return Ok(intent),
                // A first answer may have been lost.
                Err(error) if error.code.as_deref() == Some("ParameterAlreadyExists") => {}
                Err(error) => {
                    self.intents.clear(&user.id)?;
                    return Err(error.into());
                }
            }
        }
        if parameters.is_of(parameter, user).await? != Some(true) {
            self.intents.clear(&user.id)?;
            return Err(taken().into());
        }
        self.intents.keep(&intent)?;
        Ok(intent)
    }

    /// One call, whose answer is the only place of the secret. A user that was created just now
    /// may not be there for it yet.
    async fn create_access_key(&self, user: &UserRef) -> Result<NewKey, AwsError> {
        let request = || {
            let create = self.client.iam().create_access_key();
            create.user_name(&user.name).send()
        };
        let action = Action::CreateAccessKey;
        for pause in recovery::PAUSES {
            match self.client.call_about(&user.name, action, request).await {
                Err(error) if error.class == AwsErrorClass::Gone => {
                    tokio::time::sleep(pause).await;
                }
                answer => return NewKey::of(answer?),
            }
        }
        NewKey::of(self.client.call_about(&user.name, action, request).await?)
    }

    /// What `error` of CreateAccessKey leaves is undone; the error itself. Where nobody knows yet
    /// whether there is a key, what was begun is kept.
    async fn undo(&self, user: &UserRef, error: AwsError) -> Result<ActionError, ActionError> {
        match error.class.is_retryable() && error.class != AwsErrorClass::Throttled {
            true => match self.recover_key(user).await {
                Ok(_) | Err(ActionError::Refused(Refused::Unsettled(_))) => {}
                Err(other) => return Err(other),
            },
            false => self.intents.clear(&user.id)?,
        }
        Ok(error.into())
    }
}
