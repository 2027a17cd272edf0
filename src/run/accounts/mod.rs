//! A pass over every account, several at a time; what befalls one stops no other.

pub(super) mod account;
pub(super) mod account_locks;
pub(super) mod behind;

use std::time::Duration;

use futures_util::{Stream, StreamExt, stream};
use time::OffsetDateTime;

use crate::aws::KeptSessions;
use crate::observe::{log_accounts, log_pass};
use crate::run::accounts::account::{AccountEnd, Context};
use crate::run::fleet::{AccountError, Fleet, FleetError, Member};
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
        let only = match selection.which {
            Which::Asked(ids) => ids,
            Which::Due(_) => &[],
        };
        let mut fleet = match Fleet::find_again(aws, only, selection.sessions).await {
            Ok(fleet) => fleet,
            Err(error) => {
                if !matches!(error, FleetError::Unknown { .. }) {
                    self.agent.metrics.pass_failed(None);
                }
                report.refused = Some(error);
                return Ok(());
            }
        };
        if let Some(error) = &fleet.failure {
            tracing::error!(%error, "the organization may have more accounts than were listed");
            report.listing_failure = Some(error.clone());
        }
        if only.is_empty() {
            report.left = self.left(&fleet).await?;
            self.agent.metrics.left(&report.left);
        }
        if let Which::Due(round) = selection.which {
            fleet.members.retain(|it| round.takes(it.id.as_deref()));
        }
        self.request_resends(&fleet).await?;
        let is_alone = aws.accounts.is_empty() && aws.organization.is_none();
        let mut too_early = Vec::new();
        let mut passes = std::pin::pin!(self.passes(&fleet, fleet.members.iter()));
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
                ended => add(report, member, ended),
            }
        }
        if !too_early.is_empty() {
            tracing::warn!(
                accounts = too_early.len(),
                wait_ms = NEW_ROLE_WAIT.as_millis() as u64,
                "roles are denied that were never used before; assuming them once more"
            );
            tokio::time::sleep(NEW_ROLE_WAIT).await;
            let mut passes = std::pin::pin!(self.passes(&fleet, too_early.into_iter()));
            while let Some((member, ended)) = passes.next().await {
                add(report, member, ended?);
            }
        }
        report.shared_calls = fleet.calls();
        self.agent.metrics.add_calls(&fleet.outcomes());
        report.order_accounts();
        if report.accounts.len() > 1 {
            log_accounts(report);
        }
        Ok(())
    }

    /// Has every user sent again, if that is asked for: by these passes, and if one ends early,
    /// by the next ones.
    async fn request_resends(&self, fleet: &Fleet) -> Result<(), StoreError> {
        if !self.is_full {
            return Ok(());
        }
        let ids = fleet.members.iter().filter_map(|member| member.id.clone());
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
        members: impl Iterator<Item = &'a Member>,
    ) -> impl Stream<Item = (&'a Member, Result<AccountEnd, StoreError>)> {
        let passes = members.map(move |member| async move {
            let ended = self.pass(fleet, member).await;
            (member, ended)
        });
        stream::iter(passes).buffer_unordered(self.agent.aws.accounts_in_flight.get())
    }

    /// Accounts of earlier passes that the organization does not hold any more. Their users are
    /// not deleted: nobody looked.
    async fn left(&self, fleet: &Fleet) -> Result<Vec<String>, StoreError> {
        let Some(organization) = &fleet.organization else {
            return Ok(Vec::new());
        };
        let known = self.store.run(Store::accounts).await?;
        let is_configured = |id: &String| {
            fleet
                .members
                .iter()
                .any(|member| member.id.as_ref() == Some(id))
        };
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
