//! What nobody needs any more goes, at most once a day.

use time::OffsetDateTime;

use super::agent::Agent;
use crate::store::{Store, StoreError};

/// Removes what ended longer ago than history is kept, and says so. Accounts that are `present`
/// have not ended, whether or not they can be read.
pub(super) async fn remove_ended(
    agent: &Agent,
    store: &Store,
    present: Option<Vec<String>>,
) -> Result<(), StoreError> {
    let now = OffsetDateTime::now_utc();
    let horizon = agent.plan.horizon(now);
    let configured: Vec<String> = agent.receivers.iter().map(|it| it.id.clone()).collect();
    let remove =
        move |store: &Store| store.remove_ended(&configured, present.as_deref(), now, horizon);
    let removed = store.run(remove).await?;
    for (receiver, waiting) in &removed.receivers {
        tracing::warn!(
            receiver,
            waiting,
            "the sink was not configured for longer than history is kept: what was kept for it is \
             gone"
        );
    }
    for account in &removed.accounts {
        tracing::warn!(
            account,
            "no pass went over the account for longer than history is kept: what was kept of it is \
             gone"
        );
    }
    if removed.tombstones + removed.quarantines > 0 {
        tracing::info!(
            deleted_users = removed.tombstones,
            quarantines = removed.quarantines,
            "what was kept for longer than history is kept was removed"
        );
    }
    Ok(())
}
