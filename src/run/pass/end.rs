//! What a pass leaves for the ones after it, written at once.

use super::Pass;
use super::begin::{Start, unix_ms};
use super::report::PassReport;
use super::staging::Seen;
use crate::store::{Checkpoint, Hints, KeptPass, PassEnd, PassOf, Store, StoreError};

impl Pass<'_> {
    /// Moves the checkpoint if every user was seen, and keeps what the pass found and learnt.
    pub(super) async fn end(
        &self,
        report: &mut PassReport,
        start: Start,
        seen: Seen,
        held_up: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let lacks_unseen = |receiver: &str| start.waits_for_unseen(receiver);
        let (mut account, mut syncs) = (start.account.clone(), start.syncs.clone());
        let at = self.stamp.collected_at;
        let record = report.record(self.stamp);
        let this = PassOf {
            at_unix_ms: unix_ms(at),
            record: record.clone(),
        };
        // A pass without news is kept only while it is the last one.
        let last = account.last_pass.take();
        let stands_for = last.filter(|last| last.record.is_quiet());
        account.last_pass = Some(this.clone());
        account.failed_attempts = None;
        if report.saw_every_user() {
            account.last_complete = Some(this);
            let confirmed = seen.times.confirmed();
            let confirmed = confirmed.map(|(fact, as_of)| (fact.to_owned(), unix_ms(as_of)));
            account.confirmed_unix_ms.extend(confirmed);
        }
        if let Some(newest) = seen.newest.filter(|_| report.saw_every_user()) {
            let reached = Checkpoint::new(newest, at, report.users);
            account.checkpoint = Some(reached.after(account.checkpoint));
        }
        report.checkpoint = account.checkpoint;
        account.name.clone_from(&self.account.name);
        account.membership.clone_from(&self.account.organization);
        if let Some(client) = self.aws {
            let rates = client.learnt_rates().into_iter();
            account.rates_per_second = rates.map(|(it, rate)| (it.to_string(), rate)).collect();
            account.denied = client.denied().iter().map(ToString::to_string).collect();
        }
        for (receiver, sync) in &mut syncs {
            sync.ordinal = account.ordinal;
            let lacks_users = !report.saw_every_user() && lacks_unseen(receiver);
            sync.is_behind = held_up(receiver) || lacks_users;
        }
        let end = PassEnd {
            account,
            syncs,
            done: match report.saw_every_user() {
                true => start.asked,
                false => Hints::new(),
            },
            pass: KeptPass {
                at,
                record,
                stands_for_unix_ms: stands_for.map(|last| last.at_unix_ms),
            },
            horizon: self.plan.horizon(at),
        };
        let account_id = self.account.id.clone();
        let write = move |store: &Store| store.end_pass(&account_id, end);
        self.store.run(write).await
    }
}
