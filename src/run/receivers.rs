//! The receivers of the configuration, next to those that the store knows.

use time::OffsetDateTime;

use super::agent::Agent;
use crate::store::{Store, StoreError, sink_of};

/// Notes which receivers are configured, and says so where a sink has another destination than
/// before.
pub(super) async fn adopt(agent: &Agent, store: &Store) -> Result<(), StoreError> {
    let ids: Vec<String> = agent.receivers.iter().map(|it| it.id.clone()).collect();
    let now = OffsetDateTime::now_utc();
    let adopt = move |store: &Store| {
        let changed = changed_destinations(store, &ids)?;
        store.adopt_receivers(&ids, now)?;
        Ok(changed)
    };
    for sink in store.run(adopt).await? {
        tracing::warn!(
            sink,
            "the sink has a destination that nothing was sent to before: every user is sent there"
        );
    }
    Ok(())
}

/// The sinks of `receivers` that were sent something before, and to another destination.
pub fn changed_destinations(
    store: &Store,
    receivers: &[String],
) -> Result<Vec<String>, StoreError> {
    let known = store.receivers()?;
    let is_new = |receiver: &&String| known.iter().all(|it| it.receiver != **receiver);
    let new = receivers.iter().filter(is_new).map(|it| sink_of(it));
    let had_another = |sink: &&str| known.iter().any(|it| sink_of(&it.receiver) == *sink);
    Ok(new.filter(had_another).map(str::to_owned).collect())
}
