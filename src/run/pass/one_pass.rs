//! One pass over one account: collect, analyze, map and stage, all at the same time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::begin::Start;
use super::chunk::Chunks;
use super::deletions;
use super::report::PassReport;
use super::staging::Observed;
use super::verdicts::{self, Held};
use crate::aws::{AwsClient, AwsError};
use crate::collect::InventorySource;
use crate::config::Emit;
use crate::model::{Account, AccountPolicies, Fact, PassStamp, User};
use crate::observe::{Phase, Progress};
use crate::run::agent::{PassPlan, Receiver};
use crate::run::mapping::MappingPlan;
use crate::run::stage::{AccountVerdicts, ArnIndex, Capacity, CatchUp, SendCounts, Sender, Stager};
use crate::steps::{self, Step};
use crate::store::{Store, StoreError};

/// Users between the collector and the store; what the collector may be ahead.
const CHANNEL_LEN: usize = 256;

/// One pass over one account.
#[derive(Debug)]
pub struct Pass<'a> {
    /// The account.
    pub account: &'a Account,
    /// The pass's id and time.
    pub stamp: PassStamp,
    /// How users become events.
    pub mapping: &'a MappingPlan,
    /// Who receives them.
    pub receivers: &'a [Receiver],
    /// Whether to send everything again.
    pub is_full: bool,
    /// What is sent, and what is kept.
    pub plan: PassPlan,
    /// Where a disappearance can be confirmed; nowhere for saved files.
    pub aws: Option<&'a AwsClient>,
    /// Where users and events go.
    pub store: &'a Store,
    /// Whether a daemon makes the pass.
    pub is_daemon: bool,
    /// The progress line.
    pub progress: &'a Progress,
}

/// What was staged of what was known already.
#[derive(Debug, Default)]
struct CaughtUp {
    sent: SendCounts,
    /// The receivers whose outbox became full.
    held_up: HashSet<String>,
}

impl Pass<'_> {
    /// Runs the pass. `staged` is called whenever the store made events durable, with how many
    /// users were collected for them. An error is the store's; a failed collection is part of the
    /// report.
    pub async fn run<S>(
        &self,
        source: &S,
        mut staged: impl FnMut(usize),
    ) -> Result<PassReport, StoreError>
    where
        S: InventorySource,
        S::Error: Into<AwsError>,
    {
        let began = Instant::now();
        let start = self.start().await?;
        let mut caught_up = CaughtUp::default();
        if !start.behind.is_empty() {
            caught_up = self.catch_up_first(&start).await?;
            staged(0);
        }
        let stager = Arc::new(self.stager(&start));
        let (sender, users) = mpsc::channel(CHANNEL_LEN);
        let (policy_sender, policies) = oneshot::channel();
        let mut observed = Observed::default();
        let (ended, held) = tokio::join!(
            source.collect(sender, policy_sender),
            self.stage_as_they_come(&stager, users, policies, &mut observed, &mut staged)
        );
        if let Some(Held { users, policies }) = held? {
            let lacks_users = ended.lacks_users();
            self.progress.enter_of(Phase::Judging, users.len());
            let verdicts = verdicts::judge_all(self.account, policies, &users, lacks_users).await;
            self.stage_held(&stager, users, verdicts, &mut observed, &mut staged)
                .await?;
        }
        for receiver in self.receivers {
            let held_up = stager.held_up(&receiver.id);
            observed.report.add_held_up(&receiver.sink, held_up);
        }
        let Observed {
            mut report,
            seen,
            unknown_facts,
        } = observed;
        report.unknown_facts = unknown_facts;
        steps::reach(Step::CollectionEnded);
        report.pass_id = self.stamp.id.to_string();
        report.account_id.clone_from(&self.account.id);
        report.add_enumeration(ended);
        report.deletions = deletions::report(self, &mut report, &seen.ids, &stager).await?;
        staged(0);
        report.caught_up = caught_up.sent.events();
        report.duration = began.elapsed();
        let held_up =
            |receiver: &str| stager.held_up(receiver) > 0 || caught_up.held_up.contains(receiver);
        self.warn_of_full_outboxes(&report, held_up);
        self.end(&mut report, start, seen, held_up).await?;
        steps::reach(Step::CheckpointMoved);
        Ok(report)
    }

    fn sender(&self, start: &Start, receivers: &[Receiver], emit: Emit) -> Sender {
        Sender::new(
            (self.account, self.stamp),
            self.mapping,
            receivers,
            emit,
            start.account.ordinal,
            &start.syncs,
            self.store,
        )
    }

    /// Says once a pass and sink that not everything found room.
    fn warn_of_full_outboxes(&self, report: &PassReport, held_up: impl Fn(&str) -> bool) {
        for receiver in self.receivers.iter().filter(|it| held_up(&it.id)) {
            let users = report.held_up.get(&receiver.sink).copied();
            tracing::warn!(
                account = self.account.id,
                sink = receiver.sink,
                users = users.unwrap_or_default(),
                "the outbox is full: what is new for this sink is kept and staged when there is \
                 room again"
            );
        }
    }

    fn stager(&self, start: &Start) -> Stager {
        Stager {
            sender: self.sender(start, self.receivers, self.plan.emit),
            confirmed: start.confirmed(),
            is_first_pass: start.is_first(),
            shared: Mutex::default(),
        }
    }

    /// Brings receivers that missed something up to date with what is kept, before anything is
    /// collected: with deletions, and where the pass does not send them, with living users.
    async fn catch_up_first(&self, start: &Start) -> Result<CaughtUp, StoreError> {
        let emit = match self.plan.emit {
            Emit::All => Emit::Changed,
            emit => emit,
        };
        let sender = |with_living| {
            let behind = start.behind.iter();
            let behind = behind.filter(|it| it.with_living == with_living);
            let receivers: Vec<Receiver> = behind.map(|it| it.receiver.clone()).collect();
            (self.sender(start, &receivers, emit), with_living)
        };
        let senders = [sender(true), sender(false)];
        let work = move |store: &Store| {
            let mut caught_up = CaughtUp::default();
            for (sender, with_living) in &senders {
                if sender.receivers.is_empty() {
                    continue;
                }
                let mut capacity = Capacity::default();
                let mut catch_up = CatchUp {
                    store,
                    sender,
                    capacity: &mut capacity,
                    arns: &mut ArnIndex::default(),
                };
                caught_up.sent.add(catch_up.run(*with_living)?);
                let ids = sender.receivers.iter().map(|receiver| receiver.id.clone());
                let held_up = ids.filter(|id| capacity.held_up(id) > 0);
                caught_up.held_up.extend(held_up);
            }
            Ok(caught_up)
        };
        self.store.run(work).await
    }

    /// Stages users as they come, unless they will be judged. Those are held back, and returned.
    async fn stage_as_they_come(
        &self,
        stager: &Arc<Stager>,
        mut users: mpsc::Receiver<User>,
        policies: oneshot::Receiver<Fact<AccountPolicies>>,
        observed: &mut Observed,
        notify: &mut impl FnMut(usize),
    ) -> Result<Option<Held>, StoreError> {
        let held =
            verdicts::hold(&mut users, policies, || self.progress.add(Phase::Users, 1)).await;
        let Fact::Unknown(why) = &held.policies else {
            return Ok(Some(held));
        };
        let unknown = Arc::new(Fact::Unknown(why.clone()));
        let chunks = Chunks::of(held.users).and(&mut users, self.progress);
        self.stage_chunks(chunks, (stager, &unknown), observed, notify)
            .await?;
        Ok(None)
    }

    async fn stage_held(
        &self,
        stager: &Arc<Stager>,
        users: Vec<Arc<User>>,
        verdicts: AccountVerdicts,
        observed: &mut Observed,
        notify: &mut impl FnMut(usize),
    ) -> Result<(), StoreError> {
        let verdicts = Arc::new(verdicts);
        self.progress.enter_of(Phase::Mapping, users.len());
        self.stage_chunks(Chunks::of(users), (stager, &verdicts), observed, notify)
            .await
    }
}
