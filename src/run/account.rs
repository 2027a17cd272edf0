//! One pass over one account.

use time::OffsetDateTime;

use super::delivery::Delivery;
use super::fleet::{AccountError, Fleet, Member};
use super::once::Agent;
use super::pass::Pass;
use super::report::PassReport;
use crate::aws::{Action, AwsClient, LearntRates};
use crate::collect::AccountSource;
use crate::config::Emit;
use crate::model::{Account, PassStamp};
use crate::observe::Progress;
use crate::steps::{self, Step};
use crate::store::{PassMemory, Store, StoreError};

/// What every account's pass is given.
pub(super) struct Context<'a> {
    pub(super) agent: &'a Agent,
    pub(super) store: &'a Store,
    pub(super) delivery: &'a Delivery,
    pub(super) progress: &'a Progress,
    pub(super) is_full: bool,
}

/// How a pass over an account went.
pub(super) enum AccountEnd {
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
    pub(super) async fn pass(
        &self,
        fleet: &Fleet,
        member: &Member,
    ) -> Result<AccountEnd, StoreError> {
        let (client, mut account) = match fleet.session(member).await {
            Ok(session) => session,
            Err(error) => return self.failed(member, error).await,
        };
        steps::reach(Step::AccountKnown);
        let memory = self.memory(&account.id).await?;
        client.adopt_rates(&learnt_rates(&memory));
        if member.is_unlisted {
            account.organization.clone_from(&memory.membership);
        }
        account.name = name(&client, member, &memory).await;
        let stamp = PassStamp::new(OffsetDateTime::now_utc());
        tracing::info!(account = account.id, pass = %stamp.id, "collecting users");
        let mut report = self.collect(&client, &account, stamp).await?;
        report.calls = client.calls();
        report.learnt_rates = client.learnt_rates();
        self.remember(memory, &client, account).await?;
        steps::reach(Step::PassRemembered);
        Ok(AccountEnd::Passed(Box::new(report)))
    }

    async fn collect(
        &self,
        client: &AwsClient,
        account: &Account,
        stamp: PassStamp,
    ) -> Result<PassReport, StoreError> {
        let agent = self.agent;
        let pass = Pass {
            account,
            stamp,
            mapping: &agent.mapping,
            targets: &agent.targets,
            is_full: self.is_full,
            plan: agent.plan,
            aws: Some(client),
            store: self.store,
            progress: self.progress,
        };
        let since = created_since(agent, self.store, &account.id).await?;
        let source = AccountSource::new(client.clone(), agent.aws.clone()).created_since(since);
        let batches = self.delivery.batch_counter();
        let staged = || {
            self.delivery.wake();
            self.progress.set_batches(batches());
        };
        pass.run(&source, staged).await
    }

    async fn memory(&self, account_id: &str) -> Result<PassMemory, StoreError> {
        let account_id = account_id.to_owned();
        self.store.run(move |store| store.memory(&account_id)).await
    }

    /// Keeps what the pass learnt for the next one, if it is anything new.
    async fn remember(
        &self,
        before: PassMemory,
        client: &AwsClient,
        account: Account,
    ) -> Result<(), StoreError> {
        let rates = client.learnt_rates().into_iter();
        let memory = PassMemory {
            rates_per_second: rates
                .map(|(action, rate)| (action.to_string(), rate))
                .collect(),
            denied: client.denied().iter().map(ToString::to_string).collect(),
            account_name: account.name,
            membership: account.organization,
        };
        self.replace(account.id, before, memory).await
    }

    async fn replace(
        &self,
        account_id: String,
        before: PassMemory,
        memory: PassMemory,
    ) -> Result<(), StoreError> {
        if memory == before {
            return Ok(());
        }
        let remember = move |store: &Store| store.remember(&account_id, &memory);
        self.store.run(remember).await
    }

    /// Remembers that a role was denied: it is new only once.
    async fn failed(&self, member: &Member, error: AccountError) -> Result<AccountEnd, StoreError> {
        let mut is_new = false;
        if let Some(id) = member.id.as_ref().filter(|_| error.may_be_too_early()) {
            let before = self.memory(id).await?;
            let denied = Action::AssumeRole.as_str();
            let account_id = id.clone();
            let checkpoint = move |store: &Store| store.checkpoint(&account_id);
            let was_seen = self.store.run(checkpoint).await?.is_some();
            is_new = !was_seen && before == PassMemory::default();
            let mut memory = before.clone();
            if !memory.denied.iter().any(|action| action == denied) {
                memory.denied.push(denied.to_owned());
            }
            self.replace(id.clone(), before, memory).await?;
        }
        Ok(AccountEnd::Failed { error, is_new })
    }
}

/// What events call the account: as configured, as the organization does, or its alias. Where that
/// cannot be read, the last known name stays: it is no change.
async fn name(client: &AwsClient, member: &Member, memory: &PassMemory) -> Option<String> {
    if member.name.is_some() {
        return member.name.clone();
    }
    let last_known = memory.account_name.clone();
    if member.is_unlisted && last_known.is_some() {
        return last_known;
    }
    client.account_alias().await.unwrap_or(last_known)
}

/// Since when users are of interest, if not all are.
async fn created_since(
    agent: &Agent,
    store: &Store,
    account_id: &str,
) -> Result<Option<OffsetDateTime>, StoreError> {
    if agent.plan.emit != Emit::Created {
        return Ok(None);
    }
    let account_id = account_id.to_owned();
    let checkpoint = store
        .run(move |store| store.checkpoint(&account_id))
        .await?;
    Ok(checkpoint.and_then(|checkpoint| checkpoint.newest_create_date()))
}

/// The rates at which an earlier pass over the account was let through.
fn learnt_rates(memory: &PassMemory) -> LearntRates {
    let rates = memory.rates_per_second.iter();
    rates
        .filter_map(|(action, &rate)| Some((Action::parse(action)?, rate)))
        .collect()
}
