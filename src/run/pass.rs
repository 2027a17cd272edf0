//! One pass over one account: collect, analyze, map and stage, all at the same time.

use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::chunk;
use super::report::{PassReport, UnknownCounts};
use crate::analyze::AdminRule;
use crate::aws::AwsError;
use crate::collect::InventorySource;
use crate::map::{Dialect, Inventoried, Rendered, TagNames};
use crate::model::{Account, PassStamp, User};
use crate::observe::Progress;
use crate::store::{Checkpoint, StagedEvent, Store, StoreError};

/// Users between the collector and the store; what the collector may be ahead.
const CHANNEL_LEN: usize = 256;

/// How users become events.
#[derive(Debug, Clone)]
pub struct MappingPlan {
    /// Who is an administrator.
    pub admin: AdminRule,
    /// What tags tell about people.
    pub tag_names: TagNames,
    /// Whether the root user is told.
    pub with_root: bool,
}

/// A sink that events are staged for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The sink's name.
    pub sink: String,
    /// The dialect it is told in.
    pub dialect: Dialect,
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
    /// Where events go.
    pub store: &'a Store,
    /// Who watches.
    pub progress: &'a Progress,
}

impl MappingPlan {
    /// Whether there are events about `user` at all.
    fn tells(&self, user: &User) -> bool {
        self.with_root || !user.is_root()
    }

    /// The event about `user` in `dialect`; `None` for a root user that is not told, and if it
    /// cannot be written, which is logged.
    pub fn event(
        &self,
        account: &Account,
        user: &User,
        stamp: PassStamp,
        dialect: Dialect,
    ) -> Option<Rendered> {
        if !self.tells(user) {
            return None;
        }
        let admin = self.admin.judge(user);
        let tag_names = &self.tag_names;
        let inventoried = Inventoried {
            account,
            user,
            admin: &admin,
            tag_names,
            pass: stamp,
        };
        dialect
            .render(&inventoried)
            .inspect_err(|error| tracing::error!(%error, "a user has no event"))
            .ok()
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
        let start = Instant::now();
        let (sender, users) = mpsc::channel(CHANNEL_LEN);
        let (ended, seen) =
            tokio::join!(source.collect(sender), self.stage_all(users, &mut staged));
        let (mut report, newest) = seen?;
        report.account_id.clone_from(&self.account.id);
        report.vanished = ended.vanished;
        report.failure = ended.failure.map(Into::into);
        report.completeness = Some(ended.completeness);
        report.served = ended.served;
        report.checkpoint = self.checkpoint(&report, newest).await?;
        report.duration = start.elapsed();
        Ok(report)
    }

    async fn stage_all(
        &self,
        mut users: mpsc::Receiver<User>,
        staged: &mut impl FnMut(),
    ) -> Result<(PassReport, Option<OffsetDateTime>), StoreError> {
        let mut report = PassReport::default();
        let mut newest = None;
        loop {
            let mut chunk = chunk::next(&mut users).await;
            if chunk.is_empty() {
                return Ok((report, newest));
            }
            chunk.retain(|user| self.mapping.tells(user));
            newest = newest.max(chunk.iter().map(|user| user.created_at).max());
            count_unknown(&mut report.unknown_facts, &chunk);
            report.users += chunk.len() as u64;
            let (account_id, is_full) = (self.account.id.clone(), self.is_full);
            let events = self.events(&chunk);
            let stage = move |store: &Store| store.stage(&account_id, events, is_full);
            report.staged.add(self.store.run(stage).await?);
            self.progress.add_users(chunk.len());
            staged();
        }
    }

    fn events(&self, users: &[User]) -> Vec<StagedEvent> {
        let mut events = Vec::with_capacity(users.len() * self.targets.len());
        for user in users {
            for target in self.targets {
                let event = self
                    .mapping
                    .event(self.account, user, self.stamp, target.dialect);
                events.extend(event.map(|event| StagedEvent {
                    sink: target.sink.clone(),
                    user_id: user.id.clone(),
                    id: event.id,
                    digest: event.digest,
                    json: event.json,
                }));
            }
        }
        events
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
