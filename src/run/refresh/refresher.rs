//! Users of one account, read again and staged as a pass would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, TryStreamExt, stream};
use time::OffsetDateTime;

use super::joined::joined;
use super::kept::{self, Found};
use super::sessions::{SessionError, Sessions};
use super::soon::Soon;
use super::verdict::verdict;
use crate::audit::Affected;
use crate::aws::{AwsClient, AwsError, CallOutcomes, KeptSessions};
use crate::collect::{query_user, query_user_named};
use crate::config::Emit;
use crate::model::{Account, EntityKey, PassStamp, User};
use crate::run::accounts::account::learnt_rates;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::agent::{Agent, Receiver};
use crate::run::pass::confirmed;
use crate::run::stage::{CatchUp, SendCounts, Sender, Stager};
use crate::store::{AccountRecord, EntityRecord, Store, StoreError, SyncRecord};

/// So many users are read at once.
const USERS_AT_ONCE: usize = 4;
/// More than so many are rather read by a pass.
const READ_MAX: usize = 100;
/// More than so many are not told as deleted: a pass asks back.
const DELETED_MAX: usize = 5;

/// Reads users again. One at a time works on an account, and never beside a pass over it: what is
/// staged is always newer than what is kept.
pub(in crate::run) struct Refresher<'a> {
    pub(super) agent: &'a Agent,
    store: &'a Store,
    locks: &'a AccountLocks,
    soon: &'a Soon,
    sessions: Sessions<'a>,
    kept_sessions: &'a KeptSessions,
    hurry: &'a (dyn Fn(&str) + Send + Sync),
}

/// What became of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refreshed {
    /// What they are about is kept, or a pass was asked for.
    Durable,
    /// Somebody else is at work on the account: they are to be given again.
    Busy,
}

/// Why users were not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RefreshError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// A call.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// Hints, sorted.
#[derive(Default)]
struct Sorted {
    /// Names, each with whether it is about policies.
    users: BTreeMap<String, bool>,
    deleted: BTreeSet<String>,
    groups: BTreeSet<String>,
    is_everybody: bool,
}

impl Sorted {
    fn of(hints: &BTreeSet<Affected>) -> Self {
        let mut sorted = Self::default();
        for hint in hints {
            match hint {
                Affected::User {
                    name,
                    is_of_policies,
                } => *sorted.users.entry(name.clone()).or_default() |= is_of_policies,
                Affected::Deleted(name) => {
                    sorted.deleted.insert(name.clone());
                }
                Affected::Members(group) => {
                    sorted.groups.insert(group.clone());
                }
                Affected::Everybody => sorted.is_everybody = true,
            }
        }
        sorted
    }
}

impl<'a> Refresher<'a> {
    pub(in crate::run) fn new(
        (agent, store): (&'a Agent, &'a Store),
        locks: &'a AccountLocks,
        soon: &'a Soon,
        kept_sessions: &'a KeptSessions,
        hurry: &'a (dyn Fn(&str) + Send + Sync),
    ) -> Self {
        Self {
            agent,
            store,
            locks,
            soon,
            sessions: Sessions::new(&agent.aws, kept_sessions),
            kept_sessions,
            hurry,
        }
    }

    /// A client of the credentials themselves.
    pub(super) async fn own_client(&self) -> AwsClient {
        AwsClient::connect_keeping(&self.agent.aws, self.kept_sessions).await
    }

    /// Reads whom `hints` are about in `account`. When this returns, it is durable.
    pub(super) async fn refresh(
        &self,
        account: &str,
        hints: &BTreeSet<Affected>,
    ) -> Result<Refreshed, RefreshError> {
        if hints.is_empty() {
            return Ok(Refreshed::Durable);
        }
        let Some((client, found)) = self.sessions.of(account).await? else {
            return Ok(Refreshed::Durable);
        };
        let Some(_lock) = self.locks.try_enter(account) else {
            return Ok(Refreshed::Busy);
        };
        let before = client.outcomes();
        let refreshed = self.refresh_alone(&client, found, hints).await;
        self.agent
            .metrics
            .add_calls(&since(client.outcomes(), &before));
        refreshed.map(|()| Refreshed::Durable)
    }

    async fn refresh_alone(
        &self,
        client: &AwsClient,
        account: Account,
        hints: &BTreeSet<Affected>,
    ) -> Result<(), RefreshError> {
        let id = account.id.clone();
        let record = self.store.run(move |store| store.account(&id)).await?;
        if record.ordinal == 0 {
            // The first pass reads everybody.
            return Ok(());
        }
        client.adopt_rates(&learnt_rates(&record));
        let account = Account {
            name: record.name.clone(),
            organization: record.membership.clone(),
            ..account
        };
        let Sorted {
            mut users,
            deleted,
            groups,
            is_everybody,
        } = Sorted::of(hints);
        let id = account.id.clone();
        let find = move |store: &Store| kept::find(store, &id, &deleted, &groups);
        let Found { named, members } = self.store.run(find).await?;
        users.extend(members.into_iter().map(|name| (name, true)));
        let is_judged = self.is_judged() && users.values().any(|is_of_policies| *is_of_policies);
        let is_too_much = users.len() > READ_MAX || named.len() > DELETED_MAX;
        if is_everybody || is_judged || is_too_much {
            self.soon.ask(&account.id);
        }
        if is_too_much {
            return Ok(());
        }
        let (mut read, mut gone) = (Vec::new(), Vec::new());
        for kept in named {
            match Box::pin(query_user(client, &account, &kept)).await? {
                Some(user) => read.push((user, true)),
                None => gone.push((kept.entity, kept.record)),
            }
        }
        let account_of = &account;
        let named = stream::iter(users).map(async |(name, is_of_policies)| {
            let user = Box::pin(query_user_named(client, account_of, &name)).await?;
            Ok::<_, AwsError>(user.map(|user| (user, is_of_policies)))
        });
        let named: Vec<_> = named.buffered(USERS_AT_ONCE).try_collect().await?;
        read.extend(named.into_iter().flatten());
        Ok(self.stage(&account, &record, read, gone).await?)
    }

    /// Whether events tell what policies allow, which a pass alone finds out.
    fn is_judged(&self) -> bool {
        let dialects = self.agent.receivers.iter().map(|it| it.dialect);
        self.agent.mapping.needs_policies(dialects)
    }

    async fn stage(
        &self,
        account: &Account,
        record: &AccountRecord,
        read: Vec<(User, bool)>,
        gone: Vec<(EntityKey, EntityRecord)>,
    ) -> Result<(), StoreError> {
        let (stager, ids) = self.stager(account, record).await?;
        for (user, is_of_policies) in read {
            if !self.agent.mapping.includes(&user) {
                continue;
            }
            let entity = EntityKey::user(&account.id, &user.id);
            let kept = self
                .store
                .run(move |store| store.entities(&[entity]))
                .await?;
            let kept = kept.into_iter().flatten().next();
            let last = kept.as_ref().and_then(EntityRecord::user);
            let user = match (&kept, last) {
                (Some(kept), Some(last)) => joined(user, &last, &kept.stale),
                _ => user,
            };
            let verdicts = Arc::new(verdict(&user, kept.as_ref(), is_of_policies));
            stager.stage(self.store, vec![user], &verdicts).await?;
        }
        let plan = &self.agent.plan;
        if plan.deletions.is_sent && plan.emit != Emit::Created && !gone.is_empty() {
            let deleting = Arc::clone(&stager);
            self.store
                .run(move |store| delete(&deleting, store, gone))
                .await?;
        }
        for receiver in ids {
            if stager.held_up(&receiver) > 0 {
                let (id, of) = (receiver.clone(), account.id.clone());
                let note = move |store: &Store| store.set_behind(&id, &of, true);
                self.store.run(note).await?;
            }
            (self.hurry)(&receiver);
        }
        Ok(())
    }

    /// What stages for every receiver that was sent anything of the account, and their ids. The others
    /// wait for a pass, which sends them everybody.
    async fn stager(
        &self,
        account: &Account,
        record: &AccountRecord,
    ) -> Result<(Arc<Stager>, Vec<String>), StoreError> {
        let (ids, of) = (self.agent.receivers.clone(), account.id.clone());
        let read = move |store: &Store| {
            let mut syncs: BTreeMap<String, SyncRecord> = BTreeMap::new();
            for receiver in ids {
                let sync = store.sync_record(&receiver.id, &of)?.unwrap_or_default();
                if sync.epoch > 0 {
                    syncs.insert(receiver.id, sync);
                }
            }
            Ok(syncs)
        };
        let syncs = self.store.run(read).await?;
        let receivers = self.agent.receivers.iter();
        let receivers = receivers.filter(|it| syncs.contains_key(&it.id)).cloned();
        let receivers: Vec<Receiver> = receivers.collect();
        let emit = match self.agent.plan.emit {
            Emit::All => Emit::Changed,
            emit => emit,
        };
        let sender = Sender::new(
            (account, PassStamp::new(OffsetDateTime::now_utc())),
            &self.agent.mapping,
            &receivers,
            emit,
            record.ordinal,
            &syncs,
            self.store,
        );
        let stager = Stager {
            sender,
            confirmed: confirmed(record),
            is_first_pass: false,
            shared: Mutex::default(),
        };
        let ids = receivers.into_iter().map(|it| it.id).collect();
        Ok((Arc::new(stager), ids))
    }
}

fn delete(
    stager: &Stager,
    store: &Store,
    gone: Vec<(EntityKey, EntityRecord)>,
) -> Result<(), StoreError> {
    let mut shared = stager.shared.lock().unwrap_or_else(PoisonError::into_inner);
    let (capacity, arns) = &mut *shared;
    let mut catch_up = CatchUp {
        store,
        sender: &stager.sender,
        capacity,
        arns,
    };
    catch_up.delete(gone, &mut SendCounts::default())?;
    Ok(())
}

/// What became of calls since `before`.
fn since(mut now: CallOutcomes, before: &CallOutcomes) -> CallOutcomes {
    for (kind, count) in &mut now {
        *count -= before.get(kind).copied().unwrap_or_default();
    }
    now
}
