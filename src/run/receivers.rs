//! The receivers of the configuration, next to those that the store knows.

use time::OffsetDateTime;

use super::agent::Agent;
use crate::store::{KnownReceiver, Store, StoreError, sink_of};

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
    // What an earlier format kept by a sink's name is taken over by its first destination.
    let is_another =
        |it: &KnownReceiver, sink: &str| !it.is_legacy() && sink_of(&it.receiver) == sink;
    let had_another = |sink: &&str| known.iter().any(|it| is_another(it, sink));
    Ok(new.filter(had_another).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sink_that_an_earlier_format_knew_by_name_has_no_new_destination() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("state")).unwrap();
        let now = OffsetDateTime::now_utc();
        let receiver = |id: &str| vec![id.to_owned()];
        let legacy = receiver("siem@unknown");
        store.adopt_receivers(&legacy, now).unwrap();
        let first = receiver("siem@00000001");
        assert!(changed_destinations(&store, &first).unwrap().is_empty());
        store.adopt_receivers(&first, now).unwrap();
        let second = receiver("siem@00000002");
        assert_eq!(changed_destinations(&store, &second).unwrap(), ["siem"]);
    }
}
