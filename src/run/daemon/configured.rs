//! The daemon under one configuration, until another one comes or a signal ends it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Work;
use super::collection_clock::CollectionClock;
use super::reload::Pending;
use super::round::{Rounded, Rounds};
use super::service_manager;
use super::wall_clock::{SystemClock, Waited, WallClock, wait_until};
use crate::aws::KeptSessions;
use crate::metrics::Metrics;
use crate::observe::{self, Phase};
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::accounts::behind;
use crate::run::agent::Agent;
use crate::run::audit::{AuditPlan, Following};
use crate::run::delivery::Delivery;
use crate::run::refresh::{RefreshPlan, Refresher, Waiting};
use crate::run::{receivers, retention};
use crate::schedule::{Agenda, Round, Timetable};
use crate::store::{Store, StoreError};

/// How often what nobody needs any more is removed.
const SWEEP_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// A daemon under one configuration.
pub(super) struct Configured<'a> {
    pub(super) agent: &'a Agent,
    pub(super) audit: Option<&'a AuditPlan>,
    pub(super) refresh: Option<&'a RefreshPlan>,
    /// Accounts of which hints were kept.
    pub(super) hinted: &'a Waiting,
    /// Accounts of which a pass is asked for before its time.
    pub(super) soon: &'a Waiting,
    pub(super) store: &'a Store,
    pub(super) clock: &'a CollectionClock,
    pub(super) pending: &'a Pending,
    pub(super) cancel: &'a CancellationToken,
    /// Where a person sees a round's progress.
    pub(super) shown: &'a observe::Progress,
}

/// How far the daemon is, whatever the configuration.
pub(super) struct Progress {
    agenda: Agenda,
    /// The accounts that there are, as the last round over all of them knew.
    present: Option<Vec<String>>,
    swept_at: Option<Instant>,
}

/// Why it ended.
pub(super) enum Ended {
    /// A signal came.
    Cancelled,
    /// Another configuration is to be put in place.
    Reloaded(Box<Work>),
}

impl Progress {
    /// The first round is due at `first`, the others by `timetable`.
    pub(super) fn new(timetable: Timetable, first: OffsetDateTime) -> Self {
        Self {
            agenda: Agenda::new(timetable, first),
            present: None,
            swept_at: None,
        }
    }

    /// From `now` on, rounds follow `timetable`.
    pub(super) fn follow(&mut self, timetable: &Timetable, now: OffsetDateTime) {
        self.agenda.follow(timetable, now);
    }

    /// How long one pass begins after the other.
    pub(super) fn period(&self) -> Duration {
        self.agenda.period()
    }

    fn say_next(&self, metrics: &Metrics) {
        metrics.schedule().set_next_pass(self.agenda.next_at());
        let wait = self.agenda.next_at() - SystemClock.now();
        let next = self.agenda.say_next();
        service_manager::status(&format!("next pass at {next}"));
        tracing::info!(
            next,
            wait_ms = Duration::try_from(wait).unwrap_or_default().as_millis() as u64,
            "waiting for the next pass"
        );
    }
}

impl Configured<'_> {
    /// Passes over accounts as they are due, never in two rounds at the same time, and follows
    /// CloudTrail all the while.
    pub(super) async fn run(
        &self,
        mut delivery: Delivery,
        progress: &mut Progress,
    ) -> Result<(Ended, Delivery), StoreError> {
        let (sessions, hurry) = (KeptSessions::default(), delivery.hurrier());
        let (locks, soon) = (AccountLocks::default(), self.soon);
        let refresher = Refresher::new((self.agent, self.store), &locks, soon, &sessions, &hurry);
        let refreshing = async {
            match self.refresh {
                Some(plan) => refresher.run(plan, self.hinted).await,
                None => std::future::pending().await,
            }
        };
        let shared = (&sessions, &locks);
        tokio::select! {
            ended = self.passes(&mut delivery, shared, progress) => Ok((ended?, delivery)),
            never = self.follow(&sessions, &hurry) => match never? {},
            never = refreshing => match never? {},
        }
    }

    /// Follows CloudTrail for ever, if it is to be.
    async fn follow(
        &self,
        sessions: &KeptSessions,
        hurry: &(dyn Fn(&str) + Send + Sync),
    ) -> Result<Infallible, StoreError> {
        let Some(plan) = self.audit else {
            return std::future::pending().await;
        };
        let plan = AuditPlan {
            listener: self.refresh.map(|_| Arc::new(self.hinted.clone()) as _),
            ..plan.clone()
        };
        let following = Following {
            plan: &plan,
            aws: &self.agent.aws,
            store: self.store,
            metrics: &self.agent.metrics,
            sessions,
            hurry,
        };
        following.run().await
    }

    async fn passes(
        &self,
        delivery: &mut Delivery,
        (sessions, locks): (&KeptSessions, &AccountLocks),
        progress: &mut Progress,
    ) -> Result<Ended, StoreError> {
        if progress.agenda.due(SystemClock.now()).is_none() {
            progress.say_next(&self.agent.metrics);
        }
        loop {
            if self.cancel.is_cancelled() {
                return Ok(Ended::Cancelled);
            }
            if let Some(work) = self.pending.take() {
                return Ok(Ended::Reloaded(Box::new(work)));
            }
            for account in self.soon.take() {
                progress.agenda.ask(account, SystemClock.now());
            }
            let Some(round) = progress.agenda.due(SystemClock.now()) else {
                self.wait(delivery, locks, progress).await?;
                continue;
            };
            let rounds = Rounds {
                agent: self.agent,
                store: self.store,
                delivery,
                sessions,
                locks,
                clock: self.clock,
                shown: self.shown,
            };
            self.pass(rounds, &round, progress).await?;
        }
    }

    async fn pass(
        &self,
        rounds: Rounds<'_>,
        round: &Round,
        progress: &mut Progress,
    ) -> Result<(), StoreError> {
        service_manager::status(match round {
            Round::All { .. } => "collecting every account",
            Round::Retry(_) => "collecting the accounts that failed before",
            Round::Asked(_) => "collecting accounts that changed",
        });
        let (start, begun) = (SystemClock.now(), Instant::now());
        let waker = rounds.delivery.waker();
        self.shown.begin(Phase::Users);
        let ended = tokio::select! {
            rounded = rounds.pass(round) => rounded.map(Some),
            ended = behind::keep_up(self.agent, self.store, rounds.locks, waker) => {
                ended.map(|never| match never {})
            }
            () = self.cancel.cancelled() => Ok(None),
        };
        self.shown.end();
        let Some(Rounded { end, present }) = ended? else {
            return Ok(());
        };
        rounds.delivery.wake();
        if round.is_whole() {
            self.clock.pass_ended(begun.elapsed());
            progress.present = present;
        }
        let times = (start, SystemClock.now());
        progress.agenda.ended(round, times, end, fastrand::f64());
        progress.say_next(&self.agent.metrics);
        Ok(())
    }

    /// Waits until something is due, or else something has come. Meanwhile what nobody needs any
    /// more goes, and what was held up is staged as there is room.
    async fn wait(
        &self,
        delivery: &mut Delivery,
        locks: &AccountLocks,
        progress: &mut Progress,
    ) -> Result<(), StoreError> {
        let next_at = progress.agenda.next_at();
        let wake = delivery.waker();
        let upkeep = async {
            if progress
                .swept_at
                .is_none_or(|at| at.elapsed() >= SWEEP_EVERY)
            {
                progress.swept_at = Some(Instant::now());
                receivers::adopt(self.agent, self.store).await?;
                retention::remove_ended(self.agent, self.store, progress.present.take()).await?;
            }
            behind::keep_up(self.agent, self.store, locks, wake).await
        };
        let waited = tokio::select! {
            waited = wait_until(&SystemClock, next_at) => waited,
            () = self.pending.arrived() => return Ok(()),
            () = self.soon.added() => return Ok(()),
            () = self.cancel.cancelled() => return Ok(()),
            ended = upkeep => match ended? {},
            error = delivery.failed() => return Err(error),
        };
        if waited == Waited::SetBack {
            progress.agenda.set_back(SystemClock.now());
            progress.say_next(&self.agent.metrics);
        }
        Ok(())
    }
}
