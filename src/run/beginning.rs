//! What a pass takes from the ones before it, and leaves for the ones after.

use time::OffsetDateTime;

use super::pass::Pass;
use super::report::PassReport;
use crate::model::PassRecord;
use crate::store::{KeptPass, Store, StoreError};

/// Where a pass starts from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// Whether no pass over the account was complete before.
    pub(super) is_first: bool,
    /// Whether everybody is sent again.
    pub(super) is_full: bool,
}

impl Pass<'_> {
    /// Whether everybody is to be sent, and seen for the first time.
    pub(super) async fn start(&self) -> Result<Start, StoreError> {
        let account_id = self.account.id.clone();
        let read = move |store: &Store| {
            Ok((
                store.checkpoint(&account_id)?,
                store.last_full(&account_id)?,
            ))
        };
        let (checkpoint, last_full) = self.store.run(read).await?;
        let is_first = checkpoint.is_none();
        let now = self.stamp.collected_at;
        let is_due = self.plan.full_resync_every.is_some_and(|every| {
            // A clock that was set back must not put off the next one for longer.
            let since = last_full.map(|last| (now - last).unsigned_abs());
            !is_first && since.is_none_or(|since| since >= every)
        });
        if is_due && !self.is_full {
            tracing::info!(account = self.account.id, "time to send every user again");
        }
        Ok(Start {
            is_first,
            is_full: self.is_full || is_due,
        })
    }

    /// Keeps what the pass found, for the history and for the next pass.
    pub(super) async fn keep(&self, report: &PassReport, start: Start) -> Result<(), StoreError> {
        let everybody_was_sent = (start.is_full || start.is_first)
            && report.saw_everybody()
            && report.held_up.is_empty();
        let facts = serde_json::to_vec(&report.record(self.stamp)).unwrap_or_default();
        let (account_id, at) = (self.account.id.clone(), self.stamp.collected_at);
        let horizon = at.checked_sub(
            time::Duration::try_from(self.plan.keep_history).unwrap_or(time::Duration::MAX),
        );
        let horizon = horizon.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let keep = move |store: &Store| {
            // A pass without news is kept only while it is the last one.
            let last = store.newest_pass(&account_id, |_| true)?;
            let last = last.filter(|last| is_quiet(&last.facts));
            let pass = KeptPass {
                at,
                facts,
                was_full: everybody_was_sent,
                stands_for_unix_ms: last.map(|last| last.at_unix_ms),
            };
            store.keep_pass(&account_id, pass, horizon)
        };
        self.store.run(keep).await
    }
}

/// Whether a kept pass saw every user, and nothing new about any.
fn is_quiet(kept: &[u8]) -> bool {
    serde_json::from_slice(kept).is_ok_and(|record: PassRecord| record.is_quiet())
}
