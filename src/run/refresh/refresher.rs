//! Users of one account, read again and staged as a pass would.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::kept::{self, Found};
use super::sessions::{SessionError, Sessions};
use super::soon::Soon;
use super::sorted::Sorted;
use crate::audit::Affected;
use crate::aws::{AwsClient, AwsError, KeptSessions};
use crate::collect::{query_user, query_user_named};
use crate::model::Account;
use crate::run::accounts::account::learnt_rates;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::agent::Agent;
use crate::store::{Store, StoreError};

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
    pub(super) store: &'a Store,
    locks: &'a AccountLocks,
    soon: &'a Soon,
    sessions: Sessions<'a>,
    kept_sessions: &'a KeptSessions,
    pub(super) hurry: &'a (dyn Fn(&str) + Send + Sync),
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
        // What was refused before may be allowed by now.
        let client = client.with_own_limits();
        let refreshed = self.refresh_alone(&client, found, hints).await;
        self.agent.metrics.add_calls(&client.outcomes());
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
}
