//! The enumeration of a live account by its plan of calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join;
use tokio::sync::{Semaphore, mpsc};

use super::bulk_plan::{self, Ends};
use super::completeness::completeness;
use super::details;
use super::join::Joiner;
use super::listing::{self, AccountScope};
use super::per_user::UserReader;
use super::per_user_plan;
use super::plan::CallPlan;
use super::provenance::PassCalls;
use super::renamed;
use super::root_user;
use super::sending::{NewUsers, Sending, Stop};
use super::summary::{AccountSummary, account_summary};
use super::whole::AccountWide;
use crate::aws::{AwsClient, AwsError, AwsErrorClass, ServiceControl};
use crate::collect::{Completeness, Enumeration, FactsProvenance, InventorySource, PolicySender};
use crate::config::AwsSettings;
use crate::model::{Account, Fact, User};

/// One live AWS account.
#[derive(Debug)]
pub struct AccountSource {
    client: AwsClient,
    scope: AccountScope,
    plan: CallPlan,
    max_in_flight: usize,
    only_new: Option<Arc<NewUsers>>,
    service_control: Option<Arc<ServiceControl>>,
    counted: Option<Arc<AtomicU64>>,
}

/// How the users of a plan ended.
struct Ended {
    stop: Option<Stop>,
    /// Why ListUsers ended early, where the details made up for it.
    listing: Option<AwsError>,
    provenance: Vec<FactsProvenance>,
    wide: AccountWide,
}

impl AccountSource {
    /// Reads `account`, which `client` belongs to, by `settings`. Nothing that AWS says about
    /// another account is taken for this one's.
    pub fn new(client: AwsClient, settings: &AwsSettings, account: &Account) -> Self {
        Self {
            client,
            scope: AccountScope::of(account),
            plan: CallPlan::of(settings),
            max_in_flight: settings.max_in_flight.get(),
            only_new: None,
            service_control: None,
            counted: None,
        }
    }

    /// Reads `account` for a list of its users: [`CallPlan::of_query`].
    pub fn of_query(client: AwsClient, settings: &AwsSettings, account: &Account) -> Self {
        Self {
            plan: CallPlan::of_query(settings),
            ..Self::new(client, settings, account)
        }
    }

    /// Reads `account` for who there is: [`CallPlan::without_credentials`].
    pub fn without_credentials(
        client: AwsClient,
        settings: &AwsSettings,
        account: &Account,
    ) -> Self {
        Self {
            plan: CallPlan::without_credentials(),
            ..Self::new(client, settings, account)
        }
    }

    /// Whether the documents of policies and roles are read as well. They are where the plan is in
    /// bulk and about everybody: a verdict on one user needs all of them.
    #[must_use]
    pub fn with_policies(self, reads_policies: bool) -> Self {
        Self {
            plan: self.plan.with_policies(reads_policies),
            ..self
        }
    }

    /// Only users that are new; no call is made for one of the others alone.
    #[must_use]
    pub fn only_new(self, new: Option<NewUsers>) -> Self {
        Self {
            only_new: new.map(Arc::new),
            ..self
        }
    }

    /// The policies that bind the account are read as well, where documents are.
    #[must_use]
    pub fn with_service_control(self, service_control: Option<Arc<ServiceControl>>) -> Self {
        Self {
            service_control,
            ..self
        }
    }

    /// Adds how many users there are to `count`, once AWS has said it, where all of them are read.
    #[must_use]
    pub fn counting_users(self, count: Arc<AtomicU64>) -> Self {
        Self {
            counted: Some(count),
            ..self
        }
    }

    async fn summary(&self) -> Option<Result<AccountSummary, AwsError>> {
        if self.plan.is_query() {
            return None;
        }
        let summary = account_summary(&self.client).await;
        if let (Ok(summary), Some(count), None) = (&summary, &self.counted, &self.only_new) {
            count.fetch_add(summary.users, Ordering::Relaxed);
        }
        Some(summary)
    }

    fn joiner(&self, wide: AccountWide) -> Joiner<'_> {
        Joiner {
            plan: self.plan.clone(),
            reader: UserReader::new(&self.client),
            wide,
            max_in_flight: self.max_in_flight,
            in_flight: Semaphore::new(self.max_in_flight),
        }
    }

    /// `policies`, if they will be read; else who waits for them is told why they are not.
    fn wanted(&self, policies: PolicySender) -> Option<PolicySender> {
        let why = match (self.plan.is_in_bulk(), &self.only_new) {
            (false, _) => "per-user plan",
            (true, Some(_)) => "only new users are read",
            (true, None) if !self.plan.reads_policies() => "nothing that is sent needs them",
            (true, None) => return Some(policies),
        };
        // Who does not wait for it has no use for it.
        drop(policies.send(Fact::not_collected(why)));
        None
    }

    /// Reads per user, page by page, as ListUsers has them.
    async fn per_user(&self, sending: &mut Sending) -> Ended {
        let wide = AccountWide::read(&self.client, &self.scope, &self.plan).await;
        let joiner = self.joiner(wide);
        let pages = listing::user_pages(&self.client, &self.scope);
        let sent = per_user_plan::send(&joiner, sending, pages).await;
        self.ended(joiner, sending, sent.map(|()| Ends::default()))
            .await
    }

    /// Reads in bulk: everything at the same time, users a page at a time.
    async fn in_bulk(&self, sending: &mut Sending, policies: Option<PolicySender>) -> Ended {
        let (client, scope) = (&self.client, &self.scope);
        let service_control = self.service_control.as_deref();
        let (to_listing, listing) = listing::channel();
        let (to_details, details) = listing::channel();
        // A call in progress is large, and three of them are too large for a thread's stack.
        let fetched = join(
            Box::pin(listing::send_users(client, scope, to_listing)),
            Box::pin(details::send(
                client,
                scope,
                to_details,
                policies,
                service_control,
            )),
        );
        let joined = Box::pin(async {
            let wide = AccountWide::read(client, scope, &self.plan).await;
            let joiner = self.joiner(wide);
            let sent = bulk_plan::send(&joiner, sending, listing, details).await;
            self.ended(joiner, sending, sent).await
        });
        // What there is of policies may come after the last user.
        let has_ended = |ended: &Ended| ended.stop.is_none();
        listing::meanwhile(fetched, joined, has_ended).await
    }

    /// Ends a plan: finds users again that were renamed, and says where facts came from.
    async fn ended(
        &self,
        joiner: Joiner<'_>,
        sending: &mut Sending,
        sent: Result<Ends, Stop>,
    ) -> Ended {
        let (client, scope) = (&self.client, &self.scope);
        let (ends, mut stop) = match sent {
            // Details of everybody make up for a listing that ended early.
            Ok(ends) if ends.details.is_some() => {
                let stop = ends.listing.clone().map(Stop::Failed);
                (ends, stop)
            }
            Ok(ends) => (ends, None),
            Err(stop) => (Ends::default(), Some(stop)),
        };
        if stop.is_none() {
            let read = renamed::read_again(client, scope, &joiner, sending).await;
            stop = read.err();
        }
        let calls = PassCalls {
            plan: &self.plan,
            wide: &joiner.wide,
            listing_error: ends.listing.as_ref(),
            details_error: ends.details.as_ref(),
            calls: &client.calls(),
            denied: &client.denied(),
        };
        Ended {
            stop,
            listing: ends.listing.clone(),
            provenance: calls.provenance(),
            wide: joiner.wide,
        }
    }
}

impl InventorySource for AccountSource {
    type Error = AwsError;

    async fn collect(
        &self,
        users: mpsc::Sender<User>,
        policies: PolicySender,
    ) -> Enumeration<AwsError> {
        let mut sending = Sending::new(users, self.only_new.clone());
        let policies = self.wanted(policies);
        // The futures are boxed: they are large, and deep.
        let read = Box::pin(async {
            match self.plan.is_in_bulk() {
                true => Box::pin(self.in_bulk(&mut sending, policies)).await,
                false => Box::pin(self.per_user(&mut sending)).await,
            }
        });
        let (summary, ended) = join(Box::pin(self.summary()), read).await;
        let Ended {
            mut stop,
            listing,
            provenance,
            wide,
        } = ended;
        let counted = summary.as_ref().and_then(|it| it.as_ref().ok());
        let root = root_user::find(&self.scope, &wide, counted);
        sending.left_out.extend(root.as_ref().err().cloned());
        let mut completeness = match stop {
            None => completeness(&self.client, summary, &sending).await,
            Some(_) => Completeness::EndedEarly,
        };
        // One of two listings broke off, and nobody counts whom the other holds. Where ListUsers
        // is denied, the other is all that there is.
        let broke_off = listing.filter(|error| error.class != AwsErrorClass::Denied);
        if let (None, Some(error)) = (&stop, &broke_off) {
            tracing::warn!(%error, "who there is comes from the authorization details alone");
        }
        if let (Completeness::Unproven(_), Some(error)) = (&completeness, broke_off) {
            stop = Some(Stop::Failed(error));
            completeness = Completeness::EndedEarly;
        }
        if let (None, Ok(Some(root))) = (&stop, root) {
            stop = sending.send(root).await.err();
        }
        let failure = match stop {
            Some(Stop::Failed(error)) => Some(error),
            Some(Stop::ReaderGone) | None => None,
        };
        Enumeration {
            users: sending.sent(),
            vanished: sending.vanished,
            failure,
            completeness,
            provenance,
        }
    }
}
