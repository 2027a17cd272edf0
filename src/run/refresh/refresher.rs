//! Users of one account, read again and staged as a pass would.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use super::kept::{self, Found, KeptUser};
use super::reading::Reading;
use super::sessions::{SessionError, Sessions};
use super::sorted::Sorted;
use super::waiting::Waiting;
use crate::audit::Affected;
use crate::aws::{AwsClient, AwsError, KeptSessions};
use crate::config::AccessKeyLookup;
use crate::model::Account;
use crate::run::accounts::account::learnt_rates;
use crate::run::accounts::account_locks::AccountLocks;
use crate::run::agent::Agent;
use crate::store::{AccountRecord, HintMark, Hints, Store, StoreError};

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
    soon: &'a Waiting,
    /// The hints for which a pass was asked for, by account.
    asked: Mutex<HashMap<String, HintMark>>,
    sessions: Sessions<'a>,
    kept_sessions: &'a KeptSessions,
    pub(super) hurry: &'a (dyn Fn(&str) + Send + Sync),
}

/// What became of the hints of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refreshed {
    /// What they are about is kept, or a pass was asked for.
    Done,
    /// Somebody else is at work on the account.
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
    /// Asks for passes over accounts that are to be passed over `soon`.
    pub(in crate::run) fn new(
        (agent, store): (&'a Agent, &'a Store),
        locks: &'a AccountLocks,
        soon: &'a Waiting,
        kept_sessions: &'a KeptSessions,
        hurry: &'a (dyn Fn(&str) + Send + Sync),
    ) -> Self {
        Self {
            agent,
            store,
            locks,
            soon,
            asked: Mutex::default(),
            sessions: Sessions::new(&agent.aws, kept_sessions),
            kept_sessions,
            hurry,
        }
    }

    /// A client of the credentials themselves.
    pub(super) async fn own_client(&self) -> AwsClient {
        AwsClient::connect_keeping(&self.agent.aws, self.kept_sessions).await
    }

    /// Reads whom the hints of `account` are about. They are kept until that is durable.
    pub(super) async fn refresh(&self, account: &str) -> Result<Refreshed, RefreshError> {
        let id = account.to_owned();
        let hints = self.store.run(move |store| store.hints(&id)).await?;
        if hints.is_empty() {
            return Ok(Refreshed::Done);
        }
        let Some((client, found)) = self.sessions.of(account).await? else {
            self.settle(account, hints).await?;
            return Ok(Refreshed::Done);
        };
        let Some(_lock) = self.locks.try_enter(account) else {
            return Ok(Refreshed::Busy);
        };
        // What was refused before may be allowed by now.
        let client = client.with_own_limits();
        let refreshed = self.refresh_alone(&client, found, hints).await;
        self.agent.metrics.add_calls(&client.outcomes());
        refreshed.map(|()| Refreshed::Done)
    }

    async fn refresh_alone(
        &self,
        client: &AwsClient,
        account: Account,
        mut hints: Hints,
    ) -> Result<(), RefreshError> {
        let id = account.id.clone();
        let record = self.store.run(move |store| store.account(&id)).await?;
        if record.ordinal == 0 {
            // The first pass reads everybody.
            return Ok(self.settle(&account.id, hints).await?);
        }
        let everybody = Affected::Everybody.to_text();
        // A pass alone sees to this one.
        if let Some(mark) = hints.remove(&everybody) {
            self.ask_for_pass(&account.id, mark);
        }
        let texts = hints.keys();
        let Sorted {
            mut users,
            deleted,
            groups,
            is_everybody,
        } = Sorted::of(&texts.map(|text| Affected::of_text(text)).collect());
        let id = account.id.clone();
        let find = move |store: &Store| kept::find(store, &id, &deleted, &groups);
        let Found { named, members } = self.store.run(find).await?;
        users.extend(members.into_iter().map(|name| (name, true)));
        let is_judged = self.is_judged() && users.values().any(|is_of_policies| *is_of_policies);
        let is_too_much = users.len() > READ_MAX || named.len() > DELETED_MAX;
        let mut left = Vec::new();
        if is_everybody || is_judged || is_too_much {
            left.push(Affected::Everybody);
        }
        let mut why = None;
        if !is_too_much {
            client.adopt_rates(&learnt_rates(&record));
            let account = named_by(&record, account.clone());
            let with_ssh = self.agent.aws.access_keys == AccessKeyLookup::Ids;
            let mut read = Reading::of(client, &account, users, with_ssh).await?;
            let renamed = self.renamed(&account.id, &read, &named).await?;
            read.look_for(client, &account, named).await?;
            if renamed.len() > DELETED_MAX {
                left.push(Affected::Everybody);
            } else {
                read.look_for(client, &account, renamed).await?;
            }
            let needs_pass = self.stage(&account, &record, read.read, read.gone).await?;
            if needs_pass && self.is_judged() {
                left.push(Affected::Everybody);
            }
            left.extend(read.left);
            why = read.why;
        }
        self.leave(&account.id, hints, left).await?;
        why.map_or(Ok(()), |why| Err(why.into()))
    }

    /// Who is kept by a name that nobody has, besides `named`: the user was renamed, and may be deleted.
    async fn renamed(
        &self,
        account: &str,
        read: &Reading,
        named: &[KeptUser],
    ) -> Result<Vec<KeptUser>, StoreError> {
        let (id, nobody) = (account.to_owned(), read.nobody.clone());
        let find = move |store: &Store| kept::find(store, &id, &nobody, &BTreeSet::new());
        let mut renamed = self.store.run(find).await?.named;
        let is_other = |it: &KeptUser| !named.iter().any(|other| other.user.id == it.user.id);
        renamed.retain(is_other);
        Ok(renamed)
    }

    /// Forgets `hints` of `account`, which were seen to, but for what is `left` of them.
    async fn leave(
        &self,
        account: &str,
        mut hints: Hints,
        left: Vec<Affected>,
    ) -> Result<(), StoreError> {
        let everybody = Affected::Everybody.to_text();
        let left: Vec<String> = left.iter().map(Affected::to_text).collect();
        hints.retain(|hint, _| !left.contains(hint));
        let id = account.to_owned();
        let write = move |store: &Store| {
            let kept = store.hints(&id)?;
            let new: Vec<String> = left
                .into_iter()
                .filter(|it| !kept.contains_key(it))
                .collect();
            store.note_hints(&id, &new)?;
            store.settle_hints(&id, &hints)?;
            store.hints(&id)
        };
        let kept = self.store.run(write).await?;
        if let Some(mark) = kept.get(&everybody) {
            self.ask_for_pass(account, *mark);
        }
        Ok(())
    }

    async fn settle(&self, account: &str, hints: Hints) -> Result<(), StoreError> {
        let account = account.to_owned();
        let write = move |store: &Store| store.settle_hints(&account, &hints);
        self.store.run(write).await
    }

    /// Asks for a pass over `account`, once for each note that everybody is to be read.
    fn ask_for_pass(&self, account: &str, mark: HintMark) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.insert(account.to_owned(), mark) != Some(mark) {
            self.soon.add(account);
        }
    }

    /// Whether events tell what policies allow, which a pass alone finds out.
    fn is_judged(&self) -> bool {
        let dialects = self.agent.receivers.iter().map(|it| it.dialect);
        self.agent.mapping.needs_policies(dialects)
    }
}

/// `account` with the name and the place in an organization that passes know.
fn named_by(record: &AccountRecord, account: Account) -> Account {
    Account {
        name: record.name.clone(),
        organization: record.membership.clone(),
        ..account
    }
}
