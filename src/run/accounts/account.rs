//! One pass over one account.

use time::OffsetDateTime;

use crate::aws::{Action, AwsClient, LearntRates};
use crate::collect::{AccountSource, NewUsers};
use crate::config::Emit;
use crate::model::{Account, PassStamp};
use crate::observe::Progress;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::agent::Agent;
use crate::run::daemon::collection_clock::CollectionClock;
use crate::run::delivery::Delivery;
use crate::run::fleet::{AccountError, Fleet, Member};
use crate::run::pass::{Pass, PassReport};
use crate::steps::{self, Step};
use crate::store::{AccountRecord, Store, StoreError};

/// How far before the last complete pass a user may have been created and still be new to us:
/// AWS shows a new user everywhere only after a while.
const CREATED_OVERLAP: time::Duration = time::Duration::HOUR;

/// What every account's pass is given.
pub(in crate::run) struct Context<'a> {
    pub(in crate::run) agent: &'a Agent,
    pub(in crate::run) store: &'a Store,
    pub(in crate::run) delivery: &'a Delivery,
    pub(in crate::run) locks: &'a AccountLocks,
    pub(in crate::run) progress: &'a Progress,
    pub(in crate::run) is_full: bool,
    /// The clock of the daemon that makes the passes, if one does.
    pub(in crate::run) clock: Option<&'a CollectionClock>,
}

/// How a pass over an account went.
pub(in crate::run) enum AccountEnd {
    /// It ran, whole or not.
    Passed(Box<PassReport>),
    /// It did not begin.
    Failed {
        error: AccountError,
        /// Whether its role was never seen to be granted nor denied: it may be too new.
        is_new: bool,
    },
}

impl Context<'_> {
    /// Connects to the account of `member`, makes sure that it is that one, and passes over it.
    pub(in crate::run) async fn pass(
        &self,
        fleet: &Fleet,
        member: &Member,
    ) -> Result<AccountEnd, StoreError> {
        let (client, mut account) = match fleet.session(member).await {
            Ok(session) => session,
            Err(error) => return self.failed(member, error).await,
        };
        steps::reach(Step::AccountKnown);
        let _lock = self.locks.enter(&account.id).await;
        let record = self.record(&account.id).await?;
        client.adopt_rates(&learnt_rates(&record));
        if member.is_unlisted {
            account.organization.clone_from(&record.membership);
        }
        account.name = name(&client, member, &record).await;
        let stamp = PassStamp::new(OffsetDateTime::now_utc());
        tracing::info!(account = account.id, pass = %stamp.id, "collecting users");
        let mut report = self
            .collect(
                fleet,
                &client,
                &account,
                stamp,
                &record,
                member.id.is_none(),
            )
            .await?;
        report.calls = client.calls();
        report.outcomes = client.outcomes();
        report.learnt_rates = client.learnt_rates();
        self.agent.metrics.pass_ended(&report);
        steps::reach(Step::PassRemembered);
        Ok(AccountEnd::Passed(Box::new(report)))
    }

    async fn collect(
        &self,
        fleet: &Fleet,
        client: &AwsClient,
        account: &Account,
        stamp: PassStamp,
        record: &AccountRecord,
        is_unnamed: bool,
    ) -> Result<PassReport, StoreError> {
        let agent = self.agent;
        let pass = Pass {
            account,
            stamp,
            mapping: &agent.mapping,
            receivers: &agent.receivers,
            // Of accounts whose id is known before, everything was asked for already.
            is_full: self.is_full && is_unnamed,
            plan: agent.plan,
            aws: Some(client),
            store: self.store,
            is_daemon: self.clock.is_some(),
            progress: self.progress,
        };
        let new_users = self.new_users(&account.id, record).await?;
        let dialects = agent.receivers.iter().map(|receiver| receiver.dialect);
        let source = AccountSource::new(client.clone(), &agent.aws, account)
            .only_new(new_users)
            .counting_users(self.progress.total())
            .with_policies(agent.mapping.needs_policies(dialects))
            .with_service_control(fleet.service_control(&agent.mapping));
        let counted = self.delivery.counter();
        let staged = |users: usize| {
            if users > 0 {
                self.note_collected();
            }
            self.delivery.wake();
            self.progress.set_delivered(counted().0);
        };
        let report = pass.run(&source, staged).await?;
        if report.saw_every_user() {
            self.note_collected();
            if let Some(clock) = self.clock {
                clock.completed();
            }
        }
        Ok(report)
    }

    fn note_collected(&self) {
        if let Some(clock) = self.clock {
            clock.collected();
        }
    }

    async fn record(&self, account_id: &str) -> Result<AccountRecord, StoreError> {
        let account_id = account_id.to_owned();
        self.store
            .run(move |store| store.account(&account_id))
            .await
    }

    /// Which users are of interest, if not all are: those that are not known, and those created
    /// since a little before the last complete pass.
    async fn new_users(
        &self,
        account_id: &str,
        record: &AccountRecord,
    ) -> Result<Option<NewUsers>, StoreError> {
        if self.agent.plan.emit != Emit::Created {
            return Ok(None);
        }
        let since = record.checkpoint.and_then(|checkpoint| {
            let newest = checkpoint.newest_create_date()?;
            Some(newest.min(checkpoint.passed_at()?) - CREATED_OVERLAP)
        });
        let Some(created_since) = since else {
            return Ok(None);
        };
        let account_id = account_id.to_owned();
        let known = self
            .store
            .run(move |store| store.user_ids(&account_id))
            .await?;
        Ok(Some(NewUsers {
            created_since,
            known_ids: known.into_iter().collect(),
        }))
    }

    /// Remembers that no pass could begin, and that a role was denied: it is new only once.
    async fn failed(&self, member: &Member, error: AccountError) -> Result<AccountEnd, StoreError> {
        let mut is_new = false;
        self.agent.metrics.pass_failed(member.id.as_deref());
        if let Some(id) = &member.id {
            let is_denied = error.may_be_too_early();
            is_new = is_denied && self.record(id).await?.is_unheard_of();
            let (id, why) = (id.clone(), error.to_string());
            let denied = is_denied.then_some(Action::AssumeRole.as_str());
            let note = move |store: &Store| {
                store.note_failed_attempt(&id, OffsetDateTime::now_utc(), &why, denied)
            };
            self.store.run(note).await?;
        }
        Ok(AccountEnd::Failed { error, is_new })
    }
}

/// What events call the account: as configured, as the organization does, or its alias. Where that
/// cannot be read, the last known name stays: it is no change.
async fn name(client: &AwsClient, member: &Member, record: &AccountRecord) -> Option<String> {
    if member.name.is_some() {
        return member.name.clone();
    }
    let last_known = record.name.clone();
    if member.is_unlisted && last_known.is_some() {
        return last_known;
    }
    client.account_alias().await.unwrap_or(last_known)
}

/// The rates at which an earlier pass over the account was let through.
pub(in crate::run) fn learnt_rates(record: &AccountRecord) -> LearntRates {
    let rates = record.rates_per_second.iter();
    rates
        .filter_map(|(action, &rate)| Some((Action::parse(action)?, rate)))
        .collect()
}
