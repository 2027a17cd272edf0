//! A pass over every account, several at a time; what befalls one stops no other.

pub(super) mod account;
pub(super) mod account_locks;
pub(super) mod behind;

use std::time::Duration;

use futures_util::future::try_join;
use futures_util::{Stream, StreamExt, stream};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::aws::KeptSessions;
use crate::observe::{log_accounts, log_pass};
use crate::run::accounts::account::{AccountEnd, Context};
use crate::run::fleet::{AccountError, Fleet, FleetError, Member, Rest};
use crate::run::report::{AccountReport, RunReport};
use crate::schedule::Round;
use crate::store::{Store, StoreError};

/// How long the role of an account that was never seen gets to become usable, besides the time
/// that all others take.
const NEW_ROLE_WAIT: Duration = Duration::from_secs(10);

/// Which accounts, and how patiently.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) struct Selection<'a> {
    /// Those to pass over.
    pub(in crate::run) which: Which<'a>,
    /// Whether a role that is new to us and denied is assumed once more at the end. A daemon need not:
    /// it has a next pass.
    pub(in crate::run) with_second_try: bool,
    /// Sessions of roles, from the pass before to the pass after.
    pub(in crate::run) sessions: &'a KeptSessions,
}

/// Which accounts.
#[derive(Debug, Clone, Copy)]
pub(in crate::run) enum Which<'a> {
    /// Those of these ids, each of which there has to be; none: all.
    Asked(&'a [String]),
    /// Those of a round.
    Due(&'a Round),
}

impl Context<'_> {
    /// Passes over every account, and writes into `report` as each one ends. An error is the
    /// store's.
    pub(in crate::run) async fn pass_over_all(
        &self,
        selection: Selection<'_>,
        report: &mut RunReport,
    ) -> Result<(), StoreError> {
        let at = OffsetDateTime::now_utc();
        self.pass_over(selection, report).await?;
        let failed = match (&report.refused, &report.listing_failure) {
            // Whoever asks for an account that there is not has tried nothing.
            (Some(FleetError::Unknown { .. }), _) => return Ok(()),
            (Some(error), _) => Some((error.to_string(), false)),
            (None, Some(error)) => Some((error.to_string(), true)),
            (None, None) => None,
        };
        let note = move |store: &Store| {
            let failed = failed
                .as_ref()
                .map(|(why, is_partial)| (why.as_str(), *is_partial));
            store.note_run(at, failed)
        };
        self.store.run(note).await
    }

    async fn pass_over(
        &self,
        selection: Selection<'_>,
        report: &mut RunReport,
    ) -> Result<(), StoreError> {
        let aws = &self.agent.aws;
        let found = match selection.which {
            Which::Asked(ids) if !ids.is_empty() => {
                let whole = Fleet::find_again(aws, ids, selection.sessions).await;
                whole.map(|fleet| (fleet, None))
            }
            Which::Asked(_) | Which::Due(_) => Fleet::begin(aws, selection.sessions).await,
        };
        let (mut fleet, mut rest) = match found {
            Ok(found) => found,
            Err(error) => {
                self.refuse(report, error);
                return Ok(());
            }
        };
        let (members, mut listed) = mpsc::unbounded_channel();
        let listed = stream::poll_fn(move |context| listed.poll_recv(context));
        let first = std::mem::take(&mut fleet.members);
        let listing = self.list(first, &mut rest, selection.which, members);
        let passing = self.pass_over_members(&fleet, listed, selection, report);
        try_join(listing, passing).await?;
        if let Some(rest) = rest
            && let Err(error) = fleet.end(rest, selection.sessions)
        {
            self.refuse(report, error);
            return Ok(());
        }
        if let Some(error) = &fleet.failure {
            tracing::error!(%error, "the organization may have more accounts than were listed");
            report.listing_failure = Some(error.clone());
        }
        if !matches!(selection.which, Which::Asked([_, ..])) {
            report.left = self.left(&fleet).await?;
            self.agent.metrics.left(&report.left);
        }
        report.shared_calls = fleet.calls();
        self.agent.metrics.add_calls(&fleet.outcomes());
        report.order_accounts();
        if report.accounts.len() > 1 {
            log_accounts(report);
        }
        Ok(())
    }

    /// There is nobody to pass over.
    fn refuse(&self, report: &mut RunReport, error: FleetError) {
        if !matches!(error, FleetError::Unknown { .. }) {
            self.agent.metrics.pass_failed(None);
        }
        report.refused = Some(error);
    }

    /// Hands `first` and then the `rest` to the passes, as far as `which` has them, page by page.
    async fn list(
        &self,
        first: Vec<Member>,
        rest: &mut Option<Rest<'_>>,
        which: Which<'_>,
        members: mpsc::UnboundedSender<Member>,
    ) -> Result<(), StoreError> {
        let mut page = first;
        loop {
            if let Which::Due(round) = which {
                page.retain(|it| round.takes(it.id.as_deref()));
            }
            self.request_resends(&page).await?;
            self.progress.add_parts("accounts", page.len());
            for member in page {
                // Only passes that have failed do not listen: their error is the one that counts.
                let _ = members.send(member);
            }
            page = match rest {
                Some(rest) => match rest.next().await {
                    Some(page) => page,
                    None => return Ok(()),
                },
                None => return Ok(()),
            };
        }
    }

    async fn pass_over_members(
        &self,
        fleet: &Fleet,
        members: impl Stream<Item = Member>,
        selection: Selection<'_>,
        report: &mut RunReport,
    ) -> Result<(), StoreError> {
        let aws = &self.agent.aws;
        let is_alone = aws.accounts.is_empty() && aws.organization.is_none();
        let mut too_early = Vec::new();
        let mut passes = std::pin::pin!(self.passes(fleet, members));
        while let Some((member, ended)) = passes.next().await {
            match ended? {
                AccountEnd::Failed { is_new: true, .. } if selection.with_second_try => {
                    too_early.push(member);
                }
                AccountEnd::Failed {
                    error: AccountError::Aws(error),
                    ..
                } if is_alone => {
                    report.refused = Some(FleetError::Refused(error));
                }
                ended => add(report, &member, ended),
            }
        }
        if too_early.is_empty() {
            return Ok(());
        }
        tracing::warn!(
            accounts = too_early.len(),
            wait_ms = NEW_ROLE_WAIT.as_millis() as u64,
            "roles are denied that were never used before; assuming them once more"
        );
        tokio::time::sleep(NEW_ROLE_WAIT).await;
        let mut passes = std::pin::pin!(self.passes(fleet, stream::iter(too_early)));
        while let Some((member, ended)) = passes.next().await {
            add(report, &member, ended?);
        }
        Ok(())
    }

    /// Has every user sent again, if that is asked for: by these passes, and if one ends early,
    /// by the next ones.
    async fn request_resends(&self, members: &[Member]) -> Result<(), StoreError> {
        if !self.is_full {
            return Ok(());
        }
        let ids = members.iter().filter_map(|member| member.id.clone());
        let ids: Vec<String> = ids.collect();
        let receivers = self.agent.receivers.iter().map(|it| it.id.clone());
        let receivers: Vec<String> = receivers.collect();
        let now = OffsetDateTime::now_utc();
        let request = move |store: &Store| store.request_resends(&ids, &receivers, now);
        self.store.run(request).await
    }

    /// The passes of `members`, each begun when there is room for it.
    fn passes<'a>(
        &'a self,
        fleet: &'a Fleet,
        members: impl Stream<Item = Member> + 'a,
    ) -> impl Stream<Item = (Member, Result<AccountEnd, StoreError>)> + 'a {
        let passes = members.map(move |member| async move {
            let ended = self.pass(fleet, &member).await;
            self.progress.end_part();
            (member, ended)
        });
        passes.buffer_unordered(self.agent.aws.accounts_in_flight.get())
    }

    /// Accounts of earlier passes that the organization does not hold any more. Their users are
    /// not deleted: nobody looked.
    async fn left(&self, fleet: &Fleet) -> Result<Vec<String>, StoreError> {
        let Some(organization) = &fleet.organization else {
            return Ok(Vec::new());
        };
        let known = self.store.run(Store::accounts).await?;
        let configured = &self.agent.aws.accounts;
        let is_configured = |id: &String| configured.iter().any(|it| it.get_ref().id == *id);
        let left = known
            .into_iter()
            .filter(|id| !organization.contains(id) && !is_configured(id));
        let left: Vec<String> = left.collect();
        for account in &left {
            tracing::warn!(
                account,
                "the account is not in the organization any more; its users are not read and do not count as deleted"
            );
        }
        Ok(left)
    }
}

fn add(report: &mut RunReport, member: &Member, ended: AccountEnd) {
    match ended {
        AccountEnd::Passed(pass) => {
            log_pass(&pass);
            report.unsendable += pass.sent.unsendable.values().sum::<u64>();
            report.accounts.push(AccountReport::of(member, &pass));
            report.pass = (report.accounts.len() == 1).then_some(*pass);
        }
        AccountEnd::Failed { error, .. } => {
            let account = member.id.as_deref().unwrap_or_default();
            tracing::error!(account, %error, "the account was not collected");
            report.accounts.push(AccountReport::failed(member, &error));
            report.pass = None;
        }
    }
}
