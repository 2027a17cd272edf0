//! One round: a pass over each account that is due.

use crate::aws::KeptSessions;
use crate::observe::Progress;
use crate::run::accounts::account::Context;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::accounts::{Selection, Which};
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::delivery::Delivery;
use crate::run::report::RunReport;
use crate::schedule::{Round, RoundEnd};
use crate::store::{Store, StoreError};

/// What every round is given.
pub(super) struct Rounds<'a> {
    pub(super) agent: &'a Agent,
    pub(super) store: &'a Store,
    pub(super) delivery: &'a Delivery,
    pub(super) sessions: &'a KeptSessions,
    pub(super) locks: &'a AccountLocks,
    pub(super) clock: &'a CollectionClock,
    pub(super) shown: &'a Progress,
}

/// How a round went.
pub(super) struct Rounded {
    /// What the agenda has to know.
    pub(super) end: RoundEnd,
    /// The accounts that there are, if all of them were looked at and are known.
    pub(super) present: Option<Vec<String>>,
}

impl Rounds<'_> {
    /// Passes over the accounts of `round`. An error is the store's.
    pub(super) async fn pass(&self, round: &Round) -> Result<Rounded, StoreError> {
        let context = Context {
            agent: self.agent,
            store: self.store,
            delivery: self.delivery,
            locks: self.locks,
            progress: self.shown,
            is_full: false,
            clock: Some(self.clock),
        };
        let selection = Selection {
            which: Which::Due(round),
            with_second_try: false,
            sessions: self.sessions,
        };
        let mut report = RunReport::default();
        context.pass_over_all(selection, &mut report).await?;
        if let Some(error) = &report.refused {
            tracing::error!(%error, "no pass: nothing could be collected");
        }
        Ok(Rounded {
            present: report.present_accounts().filter(|_| round.is_whole()),
            end: end(&report),
        })
    }
}

fn end(report: &RunReport) -> RoundEnd {
    let failed = report.accounts.iter().filter(|account| account.has_failed);
    RoundEnd {
        has_passed: report.accounts.iter().any(|account| !account.has_failed),
        is_refused: report.refused.is_some(),
        failed: failed.map(|account| account.id.clone()).collect(),
    }
}
