//! Sessions of the accounts that hints are about, kept from one refresh to the next.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OnceCell};
use tokio::time::Instant;

use crate::aws::{AwsClient, AwsError, KeptSessions};
use crate::config::AwsSettings;
use crate::model::Account;
use crate::run::fleet::{AccountError, Fleet, FleetError};

/// How long it holds which accounts there are.
const FIND_EVERY: Duration = Duration::from_secs(60 * 60);
/// Where that is not known again, the accounts of before hold for so much longer.
const FIND_AGAIN: Duration = Duration::from_secs(5 * 60);

/// Why an account is not read.
#[derive(Debug, thiserror::Error)]
pub(in crate::run) enum SessionError {
    /// It is not known which accounts there are.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The account itself cannot be reached.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// It may be among the accounts that could not be listed.
    #[error("the account is not among those that could be listed: {0}")]
    Unlisted(AwsError),
}

/// Sessions by account.
pub(super) struct Sessions<'a> {
    aws: &'a AwsSettings,
    kept: &'a KeptSessions,
    found: Mutex<Option<(Arc<Found>, Instant)>>,
}

/// The accounts that there are, and sessions with those that were asked for.
struct Found {
    fleet: Fleet,
    /// In the order of the members.
    sessions: Vec<OnceCell<(AwsClient, Account)>>,
}

impl<'a> Sessions<'a> {
    pub(super) fn new(aws: &'a AwsSettings, kept: &'a KeptSessions) -> Self {
        let found = Mutex::default();
        Self { aws, kept, found }
    }

    /// A session with `account`; `None` if it is none of those that are passed over. No account waits
    /// for the session of another.
    pub(super) async fn of(
        &self,
        account: &str,
    ) -> Result<Option<(AwsClient, Account)>, SessionError> {
        let Found { fleet, sessions } = &*self.found().await?;
        for (member, session) in fleet.members.iter().zip(sessions) {
            // Without an id, it is the account of the credentials.
            if member.id.as_ref().is_some_and(|id| id != account) {
                continue;
            }
            let begin = || Box::pin(fleet.session(member));
            let session = session.get_or_try_init(begin).await?;
            if session.1.id == account {
                return Ok(Some(session.clone()));
            }
        }
        match &fleet.failure {
            Some(error) => Err(SessionError::Unlisted(error.clone())),
            None => Ok(None),
        }
    }

    /// The accounts that there are, as of the last hour.
    async fn found(&self) -> Result<Arc<Found>, FleetError> {
        let mut place = self.found.lock().await;
        if let Some((found, until)) = &*place
            && Instant::now() < *until
        {
            return Ok(Arc::clone(found));
        }
        let (found, holds) = match (Fleet::find_again(self.aws, &[], self.kept).await, &*place) {
            (Ok(fleet), _) => {
                let sessions = fleet.members.iter().map(|_| OnceCell::new()).collect();
                (Arc::new(Found { fleet, sessions }), FIND_EVERY)
            }
            (Err(error), Some((found, _))) => {
                tracing::warn!(%error, "which accounts there are is not known again: those of before hold");
                (Arc::clone(found), FIND_AGAIN)
            }
            (Err(error), None) => return Err(error),
        };
        *place = Some((Arc::clone(&found), Instant::now() + holds));
        Ok(found)
    }
}
