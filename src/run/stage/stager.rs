//! From users as a pass observes them to what the store keeps and sends.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

use super::arns::ArnIndex;
use super::capacity::Capacity;
use super::counts::SendCounts;
use super::known::{self, Known};
use super::prepared::{ChunkCounts, Prepared};
use super::send::{Outgoing, Outlet, Sender};
use super::verdict::{self, AccountVerdicts, unknown_verdict};
use crate::analyze::Privilege;
use crate::model::{
    Confirmed, Digest, EntityKey, FieldChange, HistoryEntry, HistoryKind, PassStamp, User,
};
use crate::run::mapping::KnownUser;
use crate::steps::{self, Step};
use crate::store::{EntityRecord, ObservedDigests, Staging, Store, StoreError};

/// What a pass stages its users with.
#[derive(Debug)]
pub(in crate::run) struct Stager {
    pub(in crate::run) sender: Sender,
    /// When the whole account last had each fact confirmed.
    pub(in crate::run) confirmed: Confirmed,
    /// Whether everybody is seen for the first time, which is no news for the history.
    pub(in crate::run) is_first_pass: bool,
    /// How much the outboxes take, and who has which ARN: both for the whole pass.
    pub(in crate::run) shared: Mutex<(Capacity, ArnIndex)>,
}

/// A user as a pass observes it, and the verdicts on the users of its account.
struct Observed<'a> {
    user: User,
    verdicts: &'a AccountVerdicts,
}

impl Stager {
    /// Judges, maps and stages `users`. When this returns, they are durable.
    pub(in crate::run) async fn stage(
        self: &Arc<Self>,
        store: &Store,
        users: Vec<User>,
        verdicts: &Arc<AccountVerdicts>,
    ) -> Result<ChunkCounts, StoreError> {
        let prepared = self.prepare(store, users, verdicts).await?;
        prepared.write(store).await
    }

    /// Judges and maps `users` on a thread where that may take its time; the collection goes on
    /// meanwhile.
    pub(in crate::run) async fn prepare(
        self: &Arc<Self>,
        store: &Store,
        users: Vec<User>,
        verdicts: &Arc<AccountVerdicts>,
    ) -> Result<Prepared, StoreError> {
        let (this, verdicts) = (Arc::clone(self), Arc::clone(verdicts));
        let work = move |store: &Store| this.prepare_chunk(store, users, &verdicts);
        store.run(work).await
    }

    /// Whether the outboxes have room for what is prepared before they are looked at again.
    pub(in crate::run) fn has_ample_room(&self) -> bool {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut receivers = self.sender.receivers.iter();
        receivers.all(|receiver| shared.0.is_ample(receiver))
    }

    /// Users that were not staged for `receiver`, since its outbox was full.
    pub(in crate::run) fn held_up(&self, receiver: &str) -> u64 {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.0.held_up(receiver)
    }

    fn prepare_chunk(
        &self,
        store: &Store,
        users: Vec<User>,
        verdicts: &AccountVerdicts,
    ) -> Result<Prepared, StoreError> {
        let account = &self.sender.account.id;
        let entities: Vec<EntityKey> = users
            .iter()
            .map(|user| EntityKey::user(account, &user.id))
            .collect();
        let records = store.entities(&entities)?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let (capacity, arns) = &mut *shared;
        capacity.refresh(store, account, &self.sender.receivers)?;
        users.iter().for_each(|user| arns.see(user));
        let mut staging = Staging::new(account.clone(), self.sender.stamp.collected_at);
        staging.queued_at = OffsetDateTime::now_utc();
        let mut counts = ChunkCounts::default();
        for ((user, entity), record) in users.into_iter().zip(&entities).zip(&records) {
            let observed = Observed { user, verdicts };
            let mut sent = SendCounts::default();
            let mut outlet = Outlet {
                store,
                capacity,
                arns,
                staging: &mut staging,
                counts: &mut sent,
            };
            self.add(observed, entity, record.as_ref(), &mut outlet, &mut counts)?;
            counts.sent.add(sent);
        }
        if store.has_tombstones(account)? {
            staging.revived = entities;
        }
        steps::reach(Step::ChunkMapped);
        Ok(Prepared { staging, counts })
    }

    /// Adds what to keep and to send of a user, of which `record` is kept.
    fn add(
        &self,
        Observed { user, verdicts }: Observed<'_>,
        entity: &EntityKey,
        record: Option<&EntityRecord>,
        outlet: &mut Outlet<'_>,
        counts: &mut ChunkCounts,
    ) -> Result<(), StoreError> {
        if record.is_some_and(|record| record.ordinal > self.sender.ordinal) {
            // A later observation has looked at the user already.
            for receiver in &self.sender.receivers {
                outlet.counts.needs_none(receiver);
            }
            return Ok(());
        }
        let mapping = &self.sender.mapping;
        let privilege = verdict::on(verdicts, &user);
        let observed = verdict::digest(user.observation_digest(), privilege);
        if let Some(record) = record.filter(|it| is_same(it, observed))
            && let Some(tally) = mapping.tally(&user, told(privilege, record).as_deref())
        {
            // Those of another mapping are no mark of a receiver's: it is not settled then.
            let (sender, digests) = (&self.sender, record.digests());
            if sender.is_settled(outlet.store, entity, digests, outlet.counts)? {
                counts.tally.add(tally);
                counts.add_unknown(&unread(&user, verdicts), &record.stale);
                return Ok(());
            }
        }
        let content_of = |user: &User, privilege| {
            verdict::digest(
                user.content_digest(mapping.rules.is_last_use_content),
                privilege,
            )
        };
        let content = content_of(&user, privilege);
        let mut digests = ObservedDigests {
            observed,
            content,
            merged: content,
        };
        let at = self.sender.stamp.collected_at;
        let unread = unread(&user, verdicts);
        let known = known::known(user, record, verdicts, &self.confirmed, at);
        counts.add_unknown(&unread, &known.stale);
        if known.last.is_some() {
            digests.merged = content_of(&known.user, known.verdict.privilege.as_ref());
        }
        let judged = mapping.judge(
            &self.sender.account,
            self.sender.stamp,
            KnownUser {
                user: &known.user,
                stale: &known.stale,
                former_names: &known.former_names,
                privilege: known.verdict.privilege.as_ref(),
            },
        );
        let changes = match &known.last {
            Some(last) => {
                let last_verdict = record.and_then(|record| record.verdict.as_ref());
                judged.changes(last, verdict::kept(last_verdict).as_ref())
            }
            None => Vec::new(),
        };
        let outgoing = Outgoing {
            entity,
            judged: &judged,
            digests,
            changes: &changes,
            forced_to: None,
        };
        self.sender.send(outgoing, outlet)?;
        counts.tally.add(judged.tally());
        self.keep(&known, entity, record, digests, outlet.staging);
        self.add_history(&known, record.is_none(), changes, outlet.staging, counts);
        Ok(())
    }

    /// Keeps what is known, if it is anything new.
    fn keep(
        &self,
        known: &Known,
        entity: &EntityKey,
        record: Option<&EntityRecord>,
        digests: ObservedDigests,
        staging: &mut Staging,
    ) {
        let is_kept = record
            .is_some_and(|record| record.digests() == digests && record.absent_since.is_none());
        if !is_kept {
            let record = known::record(known, digests, self.sender.ordinal);
            staging
                .entities
                .extend(record.map(|record| (entity.clone(), record)));
        }
    }

    fn add_history(
        &self,
        known: &Known,
        is_new: bool,
        changes: Vec<FieldChange>,
        staging: &mut Staging,
        counts: &mut ChunkCounts,
    ) {
        let kind = match is_new {
            true => HistoryKind::Appeared,
            false if changes.is_empty() => return,
            false => HistoryKind::Changed,
        };
        match kind {
            HistoryKind::Appeared => counts.appeared += 1,
            _ => counts.changed += 1,
        }
        if !(is_new && self.is_first_pass) {
            let entry = history_entry(self.sender.stamp, &known.user, kind, changes);
            staging
                .history
                .push((known.user.id.clone(), staging.at, entry));
        }
    }
}

/// The facts of `user` that were asked for and could not be read, each once.
fn unread(user: &User, verdicts: &AccountVerdicts) -> Vec<&'static str> {
    let unknown = user.unknown_facts().into_iter();
    let unknown = unknown.chain(unknown_verdict(verdicts, user));
    let unread = unknown.filter(|(_, why)| why.reason.is_shortfall());
    let mut facts: Vec<&str> = unread.map(|(fact, _)| fact).collect();
    facts.dedup();
    facts
}

/// The verdict that events tell: that of this pass, else the one that is kept.
fn told<'a>(privilege: Option<&'a Privilege>, record: &EntityRecord) -> Option<Cow<'a, Privilege>> {
    let kept = || verdict::kept(record.verdict.as_ref()).map(Cow::Owned);
    privilege.map(Cow::Borrowed).or_else(kept)
}

/// Whether the last observation was the same.
fn is_same(record: &EntityRecord, observed: Digest) -> bool {
    record.absent_since.is_none() && record.digests().observed == observed
}

/// What happened to `user`, for the account's history.
pub(super) fn history_entry(
    stamp: PassStamp,
    user: &User,
    kind: HistoryKind,
    changes: Vec<FieldChange>,
) -> HistoryEntry {
    HistoryEntry {
        pass_id: stamp.id.to_string(),
        user_name: user.name.clone(),
        arn: user.arn.to_string(),
        kind,
        changes,
        done: None,
    }
}
