//! The enumeration of a live account, in bulk or per user.

use futures_util::StreamExt;
use futures_util::future::join;
use time::OffsetDateTime;
use tokio::sync::mpsc;

use super::bulk::{AccountWide, NoDetails};
use super::convert::ListedUser;
use super::details::{self, UserDetails};
use super::in_bulk::{self, Ends};
use super::join::{Entry, Joiner};
use super::listing;
use super::pages::{self, PageReceiver};
use super::reader::UserReader;
use super::run::{Run, Stop};
use super::served::Sources;
use super::summary::{self, AccountSummary, account_summary};
use crate::aws::{AwsClient, AwsError};
use crate::collect::{Completeness, Enumeration, InventorySource, Served, root};
use crate::config::{AwsSettings, Strategy};
use crate::model::{Fact, Mfa, User};

/// One live AWS account.
#[derive(Debug)]
pub struct AccountSource {
    client: AwsClient,
    settings: AwsSettings,
    created_since: Option<OffsetDateTime>,
}

/// How a plan ended.
struct Ended {
    summary: Result<AccountSummary, AwsError>,
    stop: Option<Stop>,
    served: Vec<Served>,
    root: Option<User>,
}

impl AccountSource {
    /// Reads the account of `client` by `settings`.
    pub fn new(client: AwsClient, settings: AwsSettings) -> Self {
        Self {
            client,
            settings,
            created_since: None,
        }
    }

    /// Only users created at this time or later; no call is made for one of the others alone.
    #[must_use]
    pub fn created_since(self, created_since: Option<OffsetDateTime>) -> Self {
        Self {
            created_since,
            ..self
        }
    }

    fn joiner(&self, wide: AccountWide) -> Joiner<'_> {
        let reader = UserReader::new(&self.client);
        Joiner {
            settings: &self.settings,
            reader,
            wide,
        }
    }

    /// Reads per user, page by page, as ListUsers tells them.
    async fn per_user(&self, run: &mut Run) -> Ended {
        let summary = account_summary(&self.client).await;
        let joiner = self.joiner(AccountWide::not_asked());
        let entries = listing::users(&self.client)
            .map(|listed| Ok(Entry::without_details(listed?, NoDetails::NotAsked)));
        let stop = run.send_all(&joiner, entries).await.err();
        let served = self.served(&joiner.wide, None).await;
        Ended {
            summary,
            stop,
            served,
            root: None,
        }
    }

    /// Reads in bulk: everything at the same time, users a page at a time.
    async fn in_bulk(&self, run: &mut Run) -> Ended {
        let client = &self.client;
        let (to_listing, listing) = pages::channel();
        let (to_details, details) = pages::channel();
        // A call in progress is large, and three of them are too large for a thread's stack.
        let fetched = join(
            Box::pin(listing::send(client, to_listing)),
            Box::pin(details::send(client, to_details)),
        );
        let joined = Box::pin(self.join_in_bulk(run, listing, details));
        pages::meanwhile(fetched, joined).await
    }

    /// Reads what is told of the whole account, and joins it with the pages of both listings.
    async fn join_in_bulk(
        &self,
        run: &mut Run,
        listing: PageReceiver<ListedUser>,
        details: PageReceiver<UserDetails>,
    ) -> Ended {
        let (summary, wide) = tokio::join!(
            account_summary(&self.client),
            AccountWide::read(&self.client, &self.settings),
        );
        let root = wide.report.value().and_then(|report| {
            let row = report.root.as_ref()?;
            root::user(row, root_mfa(&summary, row.mfa_active, &row.source))
        });
        let joiner = self.joiner(wide);
        let (ends, stop) = match in_bulk::send(&joiner, run, listing, details).await {
            Ok(ends) => (ends, None),
            Err(stop) => (Ends::default(), Some(stop)),
        };
        let served = self.served(&joiner.wide, ends.details.as_ref()).await;
        // Details of everybody make up for a listing that ended early.
        let listing_error = ends.listing.filter(|_| ends.details.is_some());
        let stop = stop.or(listing_error.map(Stop::Failed));
        Ended {
            summary,
            stop,
            served,
            root,
        }
    }

    async fn served(&self, wide: &AccountWide, details_error: Option<&AwsError>) -> Vec<Served> {
        let (calls, denied) = (self.client.calls(), self.client.denied());
        let sources = Sources {
            settings: &self.settings,
            wide,
            details_error,
            calls: &calls,
            denied: &denied,
        };
        sources.served()
    }
}

impl InventorySource for AccountSource {
    type Error = AwsError;

    async fn collect(&self, users: mpsc::Sender<User>) -> Enumeration<AwsError> {
        let mut run = Run::new(users, self.created_since);
        let Ended {
            summary,
            mut stop,
            served,
            root,
        } = match self.settings.strategy {
            Strategy::PerUser => self.per_user(&mut run).await,
            Strategy::Auto | Strategy::Bulk => self.in_bulk(&mut run).await,
        };
        let completeness = match stop {
            None => {
                let seen = run.sent + run.passed_over;
                summary::completeness(&self.client, summary, seen, run.vanished).await
            }
            Some(_) => Completeness::EndedEarly,
        };
        if let (None, Some(root)) = (&stop, root) {
            stop = run.send(root).await.err();
        }
        let failure = match stop {
            Some(Stop::Failed(error)) => Some(error),
            Some(Stop::ReaderGone) | None => None,
        };
        Enumeration {
            users: run.sent,
            vanished: run.vanished,
            failure,
            completeness,
            served,
        }
    }
}

/// The root user's MFA: live from the summary, else from the report.
fn root_mfa(
    summary: &Result<AccountSummary, AwsError>,
    reported: Option<bool>,
    report: &crate::model::Provenance,
) -> Fact<Mfa> {
    match (summary::root_mfa(summary), reported) {
        (Some(live), _) => live,
        (None, Some(active)) => Fact::known(Mfa::Active(active), report),
        (None, None) => Fact::not_collected(report.source.clone()),
    }
}
