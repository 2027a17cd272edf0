//! One pass over one account: collect, analyze, map and stage, all at the same time.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::beginning::Start;
use super::chunk;
use super::deletions::DeletionPlan;
use super::kept_user::plan_mark;
use super::mapping_plan::MappingPlan;
use super::report::{PassReport, UnknownCounts};
use super::room::Room;
use super::staging::{Repeat, Stager};
use crate::aws::{AwsClient, AwsError};
use crate::collect::InventorySource;
use crate::config::{Emit, OutboxLimits};
use crate::map::Dialect;
use crate::model::{Account, PassStamp, User};
use crate::observe::Progress;
use crate::steps::{self, Step};
use crate::store::{Checkpoint, Store, StoreError};

/// Users between the collector and the store; what the collector may be ahead.
const CHANNEL_LEN: usize = 256;

/// A sink that events are staged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The sink's name.
    pub sink: String,
    /// The dialect it is told in.
    pub dialect: Dialect,
    /// How much may wait for it.
    pub outbox: OutboxLimits,
}

/// One pass over one account.
#[derive(Debug)]
pub struct Pass<'a> {
    /// The account.
    pub account: &'a Account,
    /// The pass's id and time.
    pub stamp: PassStamp,
    /// How users become events.
    pub mapping: &'a MappingPlan,
    /// For whom.
    pub targets: &'a [Target],
    /// Whether to send everything again.
    pub is_full: bool,
    /// What is told, and what is kept.
    pub plan: PassPlan,
    /// Where a disappearance can be confirmed; nowhere for saved files.
    pub aws: Option<&'a AwsClient>,
    /// Where events go.
    pub store: &'a Store,
    /// Who watches.
    pub progress: &'a Progress,
}

/// What a pass tells, and what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassPlan {
    /// Which users are sent.
    pub emit: Emit,
    /// How long until everything is sent again; never if `None`.
    pub full_resync_every: Option<Duration>,
    /// When a disappearance is told.
    pub deletions: DeletionPlan,
    /// How long the history is kept.
    pub keep_history: Duration,
}

/// Who was seen in a pass.
#[derive(Debug, Default)]
struct Seen {
    ids: HashSet<String>,
    newest: Option<OffsetDateTime>,
}

impl Seen {
    fn add(&mut self, users: &[User]) {
        self.ids.extend(users.iter().map(|user| user.id.clone()));
        self.newest = self
            .newest
            .max(users.iter().map(|user| user.created_at).max());
    }
}

impl Pass<'_> {
    /// Runs the pass. `staged` is called after every chunk that the store made durable. An
    /// error is the store's; a failed collection is part of the report.
    pub async fn run<S>(
        &self,
        source: &S,
        mut staged: impl FnMut(),
    ) -> Result<PassReport, StoreError>
    where
        S: InventorySource,
        S::Error: Into<AwsError>,
    {
        let began = Instant::now();
        let start = self.start().await?;
        let (sender, users) = mpsc::channel(CHANNEL_LEN);
        let (ended, seen) = tokio::join!(
            source.collect(sender),
            self.stage_all(start, users, &mut staged)
        );
        let (mut report, seen) = seen?;
        steps::reach(Step::CollectionEnded);
        report.account_id.clone_from(&self.account.id);
        report.vanished = ended.vanished;
        report.failure = ended.failure.map(Into::into);
        report.completeness = Some(ended.completeness);
        report.served = ended.served;
        report.deletions = self.tell_deletions(&mut report, &seen.ids).await?;
        report.checkpoint = self.checkpoint(&report, seen.newest).await?;
        steps::reach(Step::CheckpointMoved);
        report.duration = began.elapsed();
        self.keep(&report, start).await?;
        Ok(report)
    }

    async fn stage_all(
        &self,
        start: Start,
        mut users: mpsc::Receiver<User>,
        notify: &mut impl FnMut(),
    ) -> Result<(PassReport, Seen), StoreError> {
        let repeat = self.repeat(start);
        let stager = Arc::new(Stager {
            account: self.account.clone(),
            stamp: self.stamp,
            mapping: self.mapping.clone(),
            plan: plan_mark(self.account, self.mapping, self.targets, repeat),
            repeat,
            is_first_pass: start.is_first,
        });
        let mut room = Room::new(self.store, self.targets);
        let (mut report, mut seen) = (PassReport::default(), Seen::default());
        loop {
            let mut chunk = chunk::next(&mut users).await;
            if chunk.is_empty() {
                report.held_up = room.held_up;
                return Ok((report, seen));
            }
            steps::reach(Step::ChunkCollected);
            chunk.retain(|user| self.mapping.tells(user));
            seen.add(&chunk);
            count_unknown(&mut report.unknown_facts, &chunk);
            let users = chunk.len();
            let targets = room.targets(users).await;
            let is_for_all = targets.len() == self.targets.len();
            let staged = stager.stage(self.store, targets, is_for_all, chunk).await?;
            report.add(users, staged);
            steps::reach(Step::ChunkStaged);
            self.progress.add_users(users);
            notify();
        }
    }

    fn repeat(&self, start: Start) -> Repeat {
        match self.plan.emit {
            _ if start.is_full => Repeat::Everybody,
            Emit::All => Repeat::Everybody,
            Emit::Changed => Repeat::Changed,
            Emit::Created => Repeat::Nobody,
        }
    }

    /// Moves the checkpoint if every user was seen; else it stays where it is.
    async fn checkpoint(
        &self,
        report: &PassReport,
        newest: Option<OffsetDateTime>,
    ) -> Result<Option<Checkpoint>, StoreError> {
        let account_id = self.account.id.clone();
        let Some(newest) = newest.filter(|_| report.saw_everybody()) else {
            return self
                .store
                .run(move |store| store.checkpoint(&account_id))
                .await;
        };
        let reached = Checkpoint::new(newest, self.stamp.collected_at, report.users);
        let advance = move |store: &Store| store.advance_checkpoint(&account_id, reached);
        self.store.run(advance).await.map(Some)
    }
}

/// Counts the facts about `users` that were asked for and could not be read.
pub(super) fn count_unknown(counts: &mut UnknownCounts, users: &[User]) {
    for user in users {
        for (fact, why) in user.unknown_facts() {
            if why.reason.is_shortfall() {
                *counts.entry((fact, why.clone())).or_default() += 1;
            }
        }
    }
}
