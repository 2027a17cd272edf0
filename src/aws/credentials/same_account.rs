//! Credentials that stay those of one account: a pass that began in one must not end in another.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::foreign::{self, Hidden, Shown};

/// The account that credentials belong to, from the first time that AWS was asked.
#[derive(Debug, Default)]
pub(in crate::aws) struct Owner {
    account_id: OnceLock<String>,
    /// The access key that was used last.
    key: Mutex<Option<String>>,
    /// The secrets of the last two keys and sessions: an answer may repeat those of before.
    hidden: Mutex<VecDeque<[Hidden; 2]>>,
}

impl Owner {
    /// An error if the account was another one before.
    pub(in crate::aws) fn confirm(&self, account_id: &str) -> Result<(), AwsError> {
        let owner = self.account_id.get_or_init(|| account_id.to_owned());
        if owner == account_id {
            return Ok(());
        }
        Err(AwsError {
            action: Action::GetCallerIdentity,
            class: AwsErrorClass::OtherAccount,
            code: None,
            message: Shown::of(format!(
                "the credentials were renewed in the middle of a pass over account {owner}, and \
                 now belong to account {account_id}"
            )),
            remedy: Some(AwsErrorClass::OTHER_ACCOUNT_REMEDY.to_owned()),
        })
    }

    /// Whether AWS has to be asked whose `credentials` are. A user's key that stays is always
    /// the same account's: the SDK asks for it again and again.
    fn has_to_confirm(&self, credentials: &Credentials) -> bool {
        let is_same = credentials.session_token().is_none()
            && self.key().as_deref() == Some(credentials.access_key_id());
        self.account_id.get().is_some() && !is_same
    }

    /// Takes the secrets of `credentials` out of everything that AWS and others say.
    fn hide(&self, credentials: &Credentials) {
        if self.key().as_deref() == Some(credentials.access_key_id()) {
            return;
        }
        let token = credentials.session_token().unwrap_or_default();
        let hidden = [
            foreign::hide_while("AWS secret access key", credentials.secret_access_key()),
            foreign::hide_while("AWS session token", token),
        ];
        let mut all = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(hidden);
        if all.len() > 2 {
            all.pop_front();
        }
    }

    fn key(&self) -> MutexGuard<'_, Option<String>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Credentials of one account. Whenever there are others than before, AWS is asked whose they
/// are, and no call is signed with another account's.
#[derive(Debug)]
pub(in crate::aws) struct SameAccount {
    source: SharedCredentialsProvider,
    owner: Arc<Owner>,
    asker: AwsClient,
}

impl SameAccount {
    pub(in crate::aws) fn new(
        source: SharedCredentialsProvider,
        owner: Arc<Owner>,
        asker: AwsClient,
    ) -> Self {
        Self {
            source,
            owner,
            asker,
        }
    }

    async fn credentials(&self) -> provider::Result {
        let credentials = self.source.provide_credentials().await?;
        self.owner.hide(&credentials);
        if self.owner.has_to_confirm(&credentials) {
            let asked = self.asker.account_of(credentials.clone()).await;
            let confirmed = asked.and_then(|account| self.owner.confirm(&account.id));
            confirmed.map_err(CredentialsError::provider_error)?;
        }
        *self.owner.key() = Some(credentials.access_key_id().to_owned());
        Ok(credentials)
    }
}

impl ProvideCredentials for SameAccount {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.source.fallback_on_interrupt()
    }
}
