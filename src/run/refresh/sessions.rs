//! Sessions of the accounts that hints are about, kept from one refresh to the next.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::aws::{AwsClient, KeptSessions};
use crate::config::AwsSettings;
use crate::model::Account;
use crate::run::fleet::{AccountError, Fleet, FleetError, Member};

/// How long it holds which accounts there are.
const FIND_EVERY: Duration = Duration::from_secs(60 * 60);

/// Why an account is not read.
#[derive(Debug, thiserror::Error)]
pub(in crate::run) enum SessionError {
    /// It is not known which accounts there are.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The account itself cannot be reached.
    #[error(transparent)]
    Account(#[from] AccountError),
}

/// Sessions by account.
pub(super) struct Sessions<'a> {
    aws: &'a AwsSettings,
    kept: &'a KeptSessions,
    found: Mutex<Option<Found>>,
}

/// The accounts that there are, since when that is known, and sessions with some of them; `None` is an
/// account that is not passed over.
struct Found {
    fleet: Fleet,
    since: Instant,
    sessions: HashMap<String, Option<(AwsClient, Account)>>,
}

impl<'a> Sessions<'a> {
    pub(super) fn new(aws: &'a AwsSettings, kept: &'a KeptSessions) -> Self {
        let found = Mutex::default();
        Self { aws, kept, found }
    }

    /// A session with `account`; `None` if it is none of those that are passed over.
    pub(super) async fn of(
        &self,
        account: &str,
    ) -> Result<Option<(AwsClient, Account)>, SessionError> {
        let mut place = self.found.lock().await;
        let known = place.take();
        let mut found = match known.filter(|it| it.since.elapsed() < FIND_EVERY) {
            Some(found) => found,
            None => Found {
                fleet: Fleet::find_again(self.aws, &[], self.kept).await?,
                since: Instant::now(),
                sessions: HashMap::new(),
            },
        };
        let session = match found.sessions.get(account) {
            Some(session) => Ok(session.clone()),
            None => found.begin(account).await,
        };
        *place = Some(found);
        Ok(session?)
    }
}

impl Found {
    async fn begin(&mut self, account: &str) -> Result<Option<(AwsClient, Account)>, AccountError> {
        let is_it = |it: &&Member| it.id.as_deref().is_none_or(|id| id == account);
        let session = match self.fleet.members.iter().find(is_it) {
            Some(member) => Some(self.fleet.session(member).await?),
            None => None,
        };
        // Without an id, it is the account of the credentials.
        let session = session.filter(|(_, found)| found.id == account);
        self.sessions.insert(account.to_owned(), session.clone());
        Ok(session)
    }
}
