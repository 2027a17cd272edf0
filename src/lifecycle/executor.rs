//! Who does it: the client that may write, and where intents are kept.

use std::path::Path;

use aws_sdk_iam::types::User;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::lease::Lease;
use super::parameter::{Parameters, unless_gone};
use super::{ActionError, DesiredError, DesiredState, Intents, Refused, read_desired};
use crate::aws::{Action, AwsClient, AwsError, Identity};
use crate::config::{DesiredPlace, LifecycleSettings};
use crate::steps::{self, Step};

/// Carries out actions in one account, one at a time.
#[derive(Debug)]
pub struct Executor {
    pub(super) client: AwsClient,
    pub(super) settings: LifecycleSettings,
    pub(super) caller: Identity,
    pub(super) intents: Intents,
    /// Held while a plan is carried out whose desired state is a table.
    lease: Mutex<Option<Lease>>,
}

impl Executor {
    /// Asks who `client` is, and locks the intents of its account in `state_dir`.
    pub async fn new(
        client: AwsClient,
        settings: LifecycleSettings,
        state_dir: &Path,
    ) -> Result<Self, ActionError> {
        let caller = client.identity().await?;
        Refused::unless_meant(&settings, &caller.account.id)?;
        let intents = Intents::open(state_dir, &caller.account.id)?;
        Ok(Self {
            client,
            settings,
            caller,
            intents,
            lease: Mutex::default(),
        })
    }

    /// What is about to be done, and what was.
    pub fn intents(&self) -> &Intents {
        &self.intents
    }

    /// Takes the lease of the account, where the desired users are in a table: until
    /// [`Self::release`], nobody else changes users of it. Where they are in a file, the state
    /// directory alone is locked.
    pub async fn take_lease(&self) -> Result<(), ActionError> {
        if let DesiredPlace::Table(table) = &self.settings.desired {
            let lease = Lease::take(&self.client, table, &self.caller.account.id).await?;
            *self.lease.lock().await = Some(lease);
            steps::reach(Step::LeaseTaken);
        }
        Ok(())
    }

    /// Renews the lease where it is about to end; an error if it was lost.
    pub(super) async fn hold_lease(&self) -> Result<(), ActionError> {
        match self.lease.lock().await.as_mut() {
            Some(lease) => lease.hold(&self.client, OffsetDateTime::now_utc()).await,
            None => Ok(()),
        }
    }

    /// Gives the lease back. One that cannot be given back lapses by itself.
    pub async fn release(&self) {
        let lease = self.lease.lock().await.take();
        if let Some(lease) = lease
            && let Err(error) = lease.release(&self.client).await
        {
            tracing::warn!(%error, "the lease was not given back, and lapses within 25 minutes");
        }
    }

    /// Reads who is desired.
    pub async fn desired(&self) -> Result<DesiredState, DesiredError> {
        Box::pin(read_desired(&self.client, &self.settings)).await
    }

    /// Who acts, in which account.
    pub fn caller(&self) -> &Identity {
        &self.caller
    }

    pub(super) fn parameters(&self) -> Parameters<'_> {
        Parameters {
            client: &self.client,
            settings: &self.settings,
        }
    }

    /// The user of this name; `None` if there is none.
    pub(super) async fn user(&self, name: &str) -> Result<Option<User>, AwsError> {
        let action = Action::GetUser;
        let request = || self.client.iam().get_user().user_name(name).send();
        let Some(answer) = unless_gone(self.client.call_about(name, action, request).await)? else {
            return Ok(None);
        };
        let user = answer.user;
        let missing = || AwsError::malformed(action, "an answer without a user");
        user.map(Some).ok_or_else(missing)
    }
}
