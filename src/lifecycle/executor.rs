//! Who does it: the client that may write, and where intents are kept.

use std::path::Path;

use aws_sdk_iam::types::User;

use super::parameter::{Parameters, unless_gone};
use super::{ActionError, Intents};
use crate::aws::{Action, AwsClient, AwsError, Identity};
use crate::config::LifecycleSettings;

/// Carries out actions in one account, one at a time.
#[derive(Debug)]
pub struct Executor {
    pub(super) client: AwsClient,
    pub(super) settings: LifecycleSettings,
    pub(super) caller: Identity,
    pub(super) intents: Intents,
}

impl Executor {
    /// Asks who `client` is, and locks the intents of its account in `state_dir`.
    pub async fn new(
        client: AwsClient,
        settings: LifecycleSettings,
        state_dir: &Path,
    ) -> Result<Self, ActionError> {
        let caller = client.identity().await?;
        let intents = Intents::open(state_dir, &caller.account.id)?;
        Ok(Self {
            client,
            settings,
            caller,
            intents,
        })
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
