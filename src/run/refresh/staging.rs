//! Who was read, staged as a pass would: events on change only, for those who know the account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

use super::joined::joined;
use super::refresher::Refresher;
use super::verdict::verdict;
use crate::config::Emit;
use crate::model::{Account, EntityKey, PassStamp, User};
use crate::run::agent::Receiver;
use crate::run::pass::confirmed;
use crate::run::stage::{Sender, Stager};
use crate::store::{AccountRecord, EntityRecord, Store, StoreError, SyncRecord};

impl Refresher<'_> {
    /// Stages who was `read`, each with whether it is about policies, and who is `gone`. Whether a
    /// verdict needs a pass.
    pub(super) async fn stage(
        &self,
        account: &Account,
        record: &AccountRecord,
        read: Vec<(User, bool)>,
        gone: Vec<(EntityKey, EntityRecord)>,
    ) -> Result<bool, StoreError> {
        let metrics = self.agent.metrics.audit();
        metrics.refreshed(&account.id, (read.len() + gone.len()) as u64);
        let (stager, ids) = self.stager(account, record).await?;
        let mut needs_pass = false;
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
            let judged = verdict(&user, kept.as_ref(), is_of_policies);
            needs_pass |= judged.needs_pass;
            let verdicts = Arc::new(judged.verdicts);
            stager.stage(self.store, vec![user], &verdicts).await?;
        }
        let plan = &self.agent.plan;
        if plan.deletions.is_sent && plan.emit != Emit::Created && !gone.is_empty() {
            let deleting = Arc::clone(&stager);
            self.store
                .run(move |store| deleting.delete(store, gone))
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
        Ok(needs_pass)
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
