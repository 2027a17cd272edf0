//! From users as a pass saw them to what the store keeps and sends.

use std::sync::Arc;

use super::kept_user::{PlanMark, read, write};
use super::mapping_plan::{Judgement, MappingPlan};
use super::pass::Target;
use crate::map::Rendered;
use crate::model::{Account, FieldChange, HistoryEntry, HistoryKind, PassStamp, Tally, User};
use crate::steps::{self, Step};
use crate::store::{StagedCounts, StagedEvent, Staging, Store, StoreError, Told};

/// What a pass stages its users with.
#[derive(Debug)]
pub(super) struct Stager {
    pub(super) account: Account,
    pub(super) stamp: PassStamp,
    pub(super) mapping: MappingPlan,
    /// What makes events out of these facts: the mapping, for whom, and which version's.
    pub(super) plan: PlanMark,
    /// Which of those told already are told again.
    pub(super) repeat: Repeat,
    /// Whether everybody is seen for the first time, which is no news for the history.
    pub(super) is_first_pass: bool,
}

/// Which users that a sink was told of are told again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// None.
    Nobody,
    /// Who changed.
    Changed,
    /// All.
    Everybody,
}

/// What became of a chunk of users.
#[derive(Debug, Default)]
pub(super) struct Staged {
    pub(super) counts: StagedCounts,
    pub(super) tally: Tally,
    /// Users seen for the first time.
    pub(super) appeared: u64,
    /// Users who changed.
    pub(super) changed: u64,
}

/// A chunk of users on its way.
struct Chunk<'a> {
    store: &'a Store,
    /// For whom, and whether that is everybody: a baseline moves only for all sinks at once.
    targets: &'a [Target],
    is_for_all: bool,
    staging: Staging,
    staged: Staged,
}

impl Stager {
    /// Judges, maps and stages `users` for `targets` on a thread where that may take its time;
    /// the collection goes on meanwhile. When this returns, they are durable.
    pub(super) async fn stage(
        self: &Arc<Self>,
        store: &Store,
        targets: Vec<Target>,
        is_for_all: bool,
        users: Vec<User>,
    ) -> Result<Staged, StoreError> {
        let this = Arc::clone(self);
        let stage = move |store: &Store| {
            let ids: Vec<String> = users.iter().map(|user| user.id.clone()).collect();
            let account_id = &this.account.id;
            let last_known = store.last_known(account_id, &ids)?;
            let mut chunk = Chunk {
                store,
                targets: &targets,
                is_for_all,
                staging: Staging::new(this.stamp.collected_at),
                staged: Staged::default(),
            };
            for (user, kept) in users.iter().zip(&last_known) {
                this.add(user, kept.as_deref(), &mut chunk)?;
            }
            let Chunk {
                staging,
                mut staged,
                ..
            } = chunk;
            steps::reach(Step::ChunkMapped);
            // What is not to be sent was left out already.
            let counts = store.stage(account_id, staging, true)?;
            staged.counts.add(counts);
            Ok(staged)
        };
        store.run(stage).await
    }

    /// Adds what to keep and to send of `user`, of whom `kept` is what was kept.
    fn add(
        &self,
        user: &User,
        kept: Option<&[u8]>,
        chunk: &mut Chunk<'_>,
    ) -> Result<(), StoreError> {
        let mut written = write(user, self.plan);
        // Kept in the same words: nothing is unknown that was known, and nothing has changed.
        let is_same = written.is_some() && written.as_deref() == kept;
        if is_same && self.is_settled(user, chunk)? {
            return Ok(());
        }
        let last = kept.filter(|_| !is_same).and_then(read);
        let last = last.filter(|last| last.id == user.id);
        let merged = last.as_ref().map(|last| user.or_last_known(last));
        if let Some(merged) = &merged {
            written = write(merged, self.plan);
        }
        let known = merged.as_ref().unwrap_or(user);
        let judged = self.mapping.judge(&self.account, self.stamp, user, known);
        let changes = last.map_or_else(Vec::new, |last| judged.changes(&last));
        self.add_events(&judged, &changes, chunk)?;
        chunk.staged.tally.add(judged.tally());
        if chunk.is_for_all {
            self.add_history(user, kept.is_none(), changes, chunk);
            let news = written.filter(|written| Some(written.as_slice()) != kept);
            let news = news.map(|facts| (user.id.clone(), facts));
            chunk.staging.known.extend(news);
        }
        Ok(())
    }

    /// Whether there is nothing to tell of a user who is kept in the same words and by the same
    /// plan; if so, counts it.
    fn is_settled(&self, user: &User, chunk: &mut Chunk<'_>) -> Result<bool, StoreError> {
        let ids = (self.account.id.as_str(), user.id.as_str());
        if self.repeat == Repeat::Everybody {
            return Ok(false);
        }
        for target in chunk.targets {
            if !chunk.store.is_settled(&target.sink, ids)? {
                return Ok(false);
            }
        }
        for target in chunk.targets {
            let unchanged = &mut chunk.staged.counts.unchanged;
            *unchanged.entry(target.sink.clone()).or_default() += 1;
        }
        chunk.staged.tally.add(self.mapping.tally(user));
        Ok(true)
    }

    /// Adds the event about the user for every sink that is to be told.
    fn add_events(
        &self,
        judged: &Judgement<'_>,
        changes: &[FieldChange],
        chunk: &mut Chunk<'_>,
    ) -> Result<(), StoreError> {
        for target in chunk.targets {
            let Some(seal) = judged.seal(target.dialect) else {
                continue;
            };
            let user_id = judged.user_id();
            let ids = (self.account.id.as_str(), user_id);
            let told = chunk
                .store
                .told(&target.sink, ids, (&seal.digest, &seal.id))?;
            if self.is_told_again(told) {
                let json = judged.write(target.dialect, &seal.id, changes);
                let event = json.map(|json| staged(target, user_id, seal.with(json)));
                chunk.staging.events.extend(event);
            } else {
                let unchanged = &mut chunk.staged.counts.unchanged;
                *unchanged.entry(target.sink.clone()).or_default() += 1;
            }
        }
        Ok(())
    }

    fn is_told_again(&self, told: Told) -> bool {
        match told {
            Told::Nothing => true,
            Told::Otherwise => self.repeat != Repeat::Nobody,
            Told::TheSame => self.repeat == Repeat::Everybody,
        }
    }

    fn add_history(
        &self,
        user: &User,
        is_new: bool,
        changes: Vec<FieldChange>,
        chunk: &mut Chunk<'_>,
    ) {
        let kind = match is_new {
            true => HistoryKind::Appeared,
            false if changes.is_empty() => return,
            false => HistoryKind::Changed,
        };
        match kind {
            HistoryKind::Appeared => chunk.staged.appeared += 1,
            _ => chunk.staged.changed += 1,
        }
        if !(is_new && self.is_first_pass) {
            let entry = history_entry(self.stamp, user, kind, changes);
            let entry = entry.map(|entry| (user.id.clone(), entry));
            chunk.staging.history.extend(entry);
        }
    }
}

/// What happened to `user`, as the store keeps it.
pub(super) fn history_entry(
    stamp: PassStamp,
    user: &User,
    kind: HistoryKind,
    changes: Vec<FieldChange>,
) -> Option<Vec<u8>> {
    let entry = HistoryEntry {
        pass_id: stamp.id.to_string(),
        user_name: user.name.clone(),
        arn: user.arn.to_string(),
        kind,
        changes,
    };
    serde_json::to_vec(&entry).ok()
}

/// `event` about a user, for the sink of `target`.
pub(super) fn staged(target: &Target, user_id: &str, event: Rendered) -> StagedEvent {
    StagedEvent {
        sink: target.sink.clone(),
        user_id: user_id.to_owned(),
        id: event.id,
        digest: event.digest,
        json: event.json,
    }
}
