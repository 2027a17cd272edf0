//! What `lifecycle` did, for the sinks and the history: kept beside its intents until the outbox has it.

use std::collections::BTreeMap;

use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::foreign::Shown;
use crate::lifecycle::{IntentError, Intents};
use crate::map::Dialect;
use crate::model::{EntityKey, EventId, HistoryEntry, HistoryKind};
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

/// Stages `events` of what was done in `account` for every sink of strict events, and keeps each in
/// the history of its user.
pub fn stage_deeds(
    store: &Store,
    account: &str,
    receivers: &[Receiver],
    events: &[Value],
) -> Result<(), StoreError> {
    let mut staging = Staging::new(account, OffsetDateTime::now_utc());
    staging.history = history(events);
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

/// `events` as the history of their users. One that names no UserId is of a user who was never there.
fn history(events: &[Value]) -> Vec<(String, OffsetDateTime, HistoryEntry)> {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    let mut entries = Vec::new();
    for event in events {
        let text = |place: &str| event.pointer(place).and_then(Value::as_str);
        let Some(id) = text("/user/uid_alt") else {
            continue;
        };
        let at = event["time"].as_i64().unwrap_or_default();
        // Two of one user within a millisecond would be one entry.
        let at = last.get(id).map_or(at, |before| at.max(before + 1));
        last.insert(id, at);
        let Ok(moment) = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000)
        else {
            continue;
        };
        let owned = |place: &str| text(place).unwrap_or_default().to_owned();
        let entry = HistoryEntry {
            pass_id: owned("/metadata/correlation_uid"),
            user_name: owned("/user/name"),
            arn: owned("/user/uid"),
            kind: HistoryKind::Lifecycle,
            changes: Vec::new(),
            done: text("/message").map(Shown::of),
        };
        entries.push((id.to_owned(), moment, entry));
    }
    entries
}
