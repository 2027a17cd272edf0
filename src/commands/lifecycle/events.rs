//! What was done, for the sinks.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::commands::{lock, setup};
use crate::config::Config;
use crate::lifecycle::Executor;
use crate::map::Dialect;
use crate::model::{EntityKey, EventId};
use crate::run::Receiver;
use crate::store::{Placement, StagedEvent, Staging, Store, StoreError};

/// Gives the events of what was done to the outbox of every sink of strict events, from which the
/// next pass, or a daemon, sends them. While another process has the state, they are kept.
pub(super) async fn hand_over(config: &Config, executor: &Executor) -> anyhow::Result<()> {
    let events = executor.recorded()?;
    if events.is_empty() {
        return Ok(());
    }
    let count = events.len();
    let receivers = setup::receivers(config);
    let account = executor.caller().account.id.clone();
    let store = match lock::open_store(&config.agent.resolved_state_dir()?).await {
        Ok(store) => store,
        Err(error) => {
            tracing::warn!(
                "{count} events of what was done are kept until a later run finds the state \
                 free: {error}"
            );
            return Ok(());
        }
    };
    let stage = move |store: &Store| stage(store, &account, &receivers, &events);
    store.run(stage).await?;
    executor.forget_recorded()?;
    Ok(())
}

fn stage(
    store: &Store,
    account: &str,
    receivers: &[Receiver],
    events: &[serde_json::Value],
) -> Result<(), StoreError> {
    let now = OffsetDateTime::now_utc();
    let ids: Vec<String> = receivers.iter().map(|it| it.id.clone()).collect();
    store.adopt_receivers(&ids, now)?;
    let mut staging = Staging::new(account, now);
    let strict = receivers.iter().filter(|it| it.dialect == Dialect::Ocsf);
    for receiver in strict {
        for event in events {
            let text = |place: &str| event.pointer(place).and_then(|it| it.as_str());
            let id = text("/metadata/uid").and_then(|it| it.parse::<Uuid>().ok());
            let user = text("/user/uid_alt").or_else(|| text("/user/name"));
            staging.events.push(StagedEvent {
                receiver: receiver.id.clone(),
                entity: EntityKey::user(account, user.unwrap_or_default()),
                id: EventId::from_bytes(id.unwrap_or_else(Uuid::new_v4).into_bytes()),
                json: event.to_string().into_bytes(),
                state: None,
                placement: Placement::Record,
                unsendable: None,
            });
        }
    }
    store.stage(staging)
}
