//! Events straight into a store's outbox.

use rollcall::model::{Digest, EntityKey, EventId, Revision};
use rollcall::store::{DeliveryState, Placement, SentEvent, StagedEvent, Staging, Store};
use time::OffsetDateTime;

/// The next event for `receiver` about `user` of `account`, in the state `json`.
pub(crate) fn next_event(
    store: &Store,
    receiver: &str,
    (account, user): (&str, &str),
    json: &[u8],
) -> StagedEvent {
    let entity = EntityKey::user(account, user);
    let state = store.delivery_state(receiver, &entity).unwrap();
    let number = state.map_or(1, |state| state.revision + 1);
    let digest = Digest::of(json);
    let id = EventId::derive(&Revision {
        store: store.id(),
        receiver,
        entity: &entity,
        number,
        digest: &digest,
    });
    StagedEvent {
        receiver: receiver.to_owned(),
        entity,
        id,
        json: json.to_vec(),
        state: Some(DeliveryState::new(
            number,
            SentEvent { id, digest },
            [1; 16],
            1,
        )),
        placement: Placement::Replace,
        unsendable: None,
    }
}

/// Stages `events`, all of `account`.
pub(crate) fn stage(store: &Store, account: &str, events: Vec<StagedEvent>) {
    let mut staging = Staging::new(account, OffsetDateTime::UNIX_EPOCH);
    staging.events = events;
    store.stage(staging).unwrap();
}
