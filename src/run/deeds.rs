//! What `lifecycle` did, for the sinks: kept beside its intents until the outbox has it.

use time::OffsetDateTime;
use uuid::Uuid;

use crate::lifecycle::{IntentError, Intents};
use crate::map::Dialect;
use crate::model::{EntityKey, EventId};
use crate::run::Receiver;
use crate::store::{Placement, StagedEvent, Staging, Store, StoreError};

/// Stages what was done in `account` while somebody else had the state. What cannot be read stays
/// where it is.
pub(super) fn take_deeds(
    store: &Store,
    account: &str,
    receivers: &[Receiver],
) -> Result<(), StoreError> {
    let kept = |error: IntentError| {
        tracing::error!(%error, account, "events of what was done are not sent yet");
    };
    let Some(intents) = Intents::with_events(store.dir(), account)
        .map_err(kept)
        .unwrap_or_default()
    else {
        return Ok(());
    };
    let Ok(events) = intents.recorded().map_err(kept) else {
        return Ok(());
    };
    stage_deeds(store, account, receivers, &events)?;
    // Staged again, they have the same ids.
    let _ = intents.forget_recorded().map_err(kept);
    Ok(())
}

/// Stages `events` of what was done in `account` for every sink of strict events.
pub fn stage_deeds(
    store: &Store,
    account: &str,
    receivers: &[Receiver],
    events: &[serde_json::Value],
) -> Result<(), StoreError> {
    let mut staging = Staging::new(account, OffsetDateTime::now_utc());
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
