//! Events about one user, for those receivers that are to be sent one.

use std::collections::{BTreeMap, BTreeSet};

use super::arns::ArnIndex;
use super::capacity::Capacity;
use super::changes;
use super::counts::SendCounts;
use super::decide::{Decision, Terms, decide, is_news};
use crate::config::Emit;
use crate::map::{Dialect, RenderError};
use crate::model::{Account, Digest, EntityKey, EventId, FieldChange, PassStamp, Revision};
use crate::run::agent::Receiver;
use crate::run::mapping::{JudgedUser, MappingPlan};
use crate::store::{
    DeliveryState, MarkUpdate, ObservedDigests, Placement, SentEvent, StagedEvent, Staging, Store,
    StoreError, SyncRecord,
};

/// A guess at an event's size in the store, before it is made.
const EVENT_BYTES: usize = 1_500;

/// What events of one account are made and staged with.
#[derive(Debug, Clone)]
pub(in crate::run) struct Sender {
    pub(in crate::run) account: Account,
    pub(in crate::run) stamp: PassStamp,
    pub(in crate::run) mapping: MappingPlan,
    pub(in crate::run) receivers: Vec<Receiver>,
    /// Which users are sent.
    pub(in crate::run) emit: Emit,
    /// The observation; the first event about a user for a receiver has its number.
    pub(in crate::run) ordinal: u64,
    /// The receivers' rounds of resends.
    epochs: BTreeMap<String, u64>,
    /// Part of every event id.
    store_id: [u8; 16],
    /// Stands for how events of each dialect are made.
    plan_marks: BTreeMap<&'static str, Digest>,
}

/// One user, about to be sent.
#[derive(Clone, Copy)]
pub(super) struct Outgoing<'a> {
    pub(super) entity: &'a EntityKey,
    pub(super) judged: &'a JudgedUser<'a>,
    pub(super) digests: ObservedDigests,
    pub(super) changes: &'a [FieldChange],
    /// The receivers that are sent it although it is no news, and no others; `None`: every
    /// receiver to which it is news.
    pub(super) forced_to: Option<&'a BTreeSet<String>>,
}

impl Outgoing<'_> {
    fn is_for(&self, receiver: &Receiver) -> bool {
        self.forced_to.is_none_or(|ids| ids.contains(&receiver.id))
    }
}

/// Where events go, and what limits them.
pub(super) struct Outlet<'a> {
    pub(super) store: &'a Store,
    pub(super) capacity: &'a mut Capacity,
    pub(super) arns: &'a mut ArnIndex,
    pub(super) staging: &'a mut Staging,
    pub(super) counts: &'a mut SendCounts,
}

impl Sender {
    /// A sender for `receivers`, each in its round of resends by `syncs`.
    pub(in crate::run) fn new(
        (account, stamp): (&Account, PassStamp),
        mapping: &MappingPlan,
        receivers: &[Receiver],
        emit: Emit,
        ordinal: u64,
        syncs: &BTreeMap<String, SyncRecord>,
        store: &Store,
    ) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let mark = |dialect: Dialect| {
            let plan = format!("{version} {account:?} {mapping:?} {dialect}");
            (dialect.as_str(), Digest::of(plan.as_bytes()))
        };
        Self {
            account: account.clone(),
            stamp,
            mapping: mapping.clone(),
            receivers: receivers.to_vec(),
            emit,
            ordinal,
            epochs: syncs
                .iter()
                .map(|(id, sync)| (id.clone(), sync.epoch))
                .collect(),
            store_id: *store.id(),
            plan_marks: receivers.iter().map(|it| mark(it.dialect)).collect(),
        }
    }

    /// Whether every receiver knows all of a user with these digests, by what it was sent. If
    /// so, that is counted.
    pub(super) fn is_settled(
        &self,
        store: &Store,
        entity: &EntityKey,
        digests: ObservedDigests,
        counts: &mut SendCounts,
    ) -> Result<bool, StoreError> {
        for receiver in &self.receivers {
            let state = store.delivery_state(&receiver.id, entity)?;
            if decide(state.as_ref(), self.terms(receiver, digests)) != Decision::Skip {
                return Ok(false);
            }
        }
        for receiver in &self.receivers {
            counts.needs_none(receiver);
        }
        Ok(true)
    }

    /// Stages the event about a user for every receiver that is to be sent it.
    pub(super) fn send(
        &self,
        outgoing: Outgoing<'_>,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), StoreError> {
        for receiver in self.receivers.iter().filter(|it| outgoing.is_for(it)) {
            self.send_to(receiver, outgoing, outlet)?;
        }
        Ok(())
    }

    fn send_to(
        &self,
        receiver: &Receiver,
        outgoing: Outgoing<'_>,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), StoreError> {
        let Outgoing {
            entity,
            judged,
            digests,
            ..
        } = outgoing;
        let state = outlet.store.delivery_state(&receiver.id, entity)?;
        let terms = self.terms(receiver, digests);
        let is_forced = outgoing.forced_to.is_some();
        let decision = match decide(state.as_ref(), terms) {
            _ if is_forced => Decision::Send,
            decision => decision,
        };
        if decision == Decision::Skip {
            outlet.counts.needs_none(receiver);
            return Ok(());
        }
        let owed = judged.owed(receiver.dialect);
        let digest = judged.digest(receiver.dialect);
        if let (Decision::Compare, Some(state), Ok(digest)) = (decision, &state, &digest)
            && !is_news(state, digest, &owed, self.emit)
        {
            // What the event owes that it was sent stays as it is: it was not sent again.
            outlet.staging.marks.push(MarkUpdate {
                receiver: receiver.id.clone(),
                entity: entity.clone(),
                mark: terms.mark,
            });
            outlet.counts.needs_none(receiver);
            return Ok(());
        }
        if self.is_taken_over(receiver, judged.user(), outlet)? {
            outlet.counts.needs_none(receiver);
            return Ok(());
        }
        // A user is sent by force next to an event that found room.
        if !is_forced && !outlet.capacity.take(receiver, EVENT_BYTES) {
            return Ok(());
        }
        self.close_former(receiver, outgoing, state.as_ref(), outlet)?;
        let waiting = match &state {
            Some(state) => outlet.store.waiting_event(&receiver.id, entity, state)?,
            None => None,
        };
        let changes = changes::merged(
            waiting
                .map(|json| changes::of_event(&json))
                .unwrap_or_default(),
            outgoing.changes,
        );
        let write = |id: &EventId| judged.write(receiver.dialect, id, &changes);
        let mut event = self.event(receiver, entity, state.as_ref(), digest, write);
        let is_known_by_arn = receiver.dialect.closes_former_arns();
        let arn = is_known_by_arn.then(|| judged.user().arn.to_string());
        let former = state.as_ref().and_then(|state| state.arn.as_ref());
        // Behind what closes that ARN, or tells of another user who had it.
        if is_forced || former.is_some_and(|it| Some(it) != arn.as_ref()) {
            event.placement = Placement::ReplaceLast;
        }
        if let Some(state) = &mut event.state {
            state.mark = terms.mark;
            state.owed = owed;
            state.arn = arn;
        }
        let counts = &mut *outlet.counts;
        let counted = match event.unsendable {
            None => &mut counts.queued,
            Some(_) => &mut counts.unsendable,
        };
        *counted.entry(receiver.sink.clone()).or_default() += 1;
        outlet.staging.events.push(event);
        Ok(())
    }

    /// An event of the next revision, which `write` makes. What cannot be written goes as a dead
    /// letter that says so.
    pub(super) fn event(
        &self,
        receiver: &Receiver,
        entity: &EntityKey,
        state: Option<&DeliveryState>,
        digest: Result<Digest, RenderError>,
        write: impl FnOnce(&EventId) -> Result<Vec<u8>, RenderError>,
    ) -> StagedEvent {
        // What was forgotten is not counted from the beginning again: ids would repeat.
        let first = || u64::try_from(self.stamp.unix_ms()).unwrap_or_default();
        let number = state.map_or_else(first, |state| state.revision) + 1;
        let (digest, failure) = match digest {
            Ok(digest) => (digest, None),
            Err(error) => (Digest::of(error.to_string().as_bytes()), Some(error)),
        };
        let id = self.event_id(receiver, entity, number, &digest);
        let written = match failure {
            None => write(&id),
            Some(error) => Err(error),
        };
        let (json, unsendable) = match written {
            Ok(json) => (json, None),
            Err(error) => (b"{}".to_vec(), Some(error.to_string())),
        };
        let epoch = self.epochs.get(&receiver.id).copied().unwrap_or(1);
        let sent = SentEvent { id, digest };
        StagedEvent {
            receiver: receiver.id.clone(),
            entity: entity.clone(),
            id,
            json,
            state: Some(DeliveryState::new(number, sent, [0; 16], epoch)),
            placement: Placement::Replace,
            unsendable,
        }
    }

    /// The id of one event about `entity` for `receiver`.
    fn event_id(
        &self,
        receiver: &Receiver,
        entity: &EntityKey,
        number: u64,
        digest: &Digest,
    ) -> EventId {
        EventId::derive(&Revision {
            store: &self.store_id,
            receiver: &receiver.id,
            entity,
            number,
            digest,
        })
    }

    fn terms(&self, receiver: &Receiver, digests: ObservedDigests) -> Terms {
        let mut content = Vec::with_capacity(96);
        if let Some(plan) = self.plan_marks.get(receiver.dialect.as_str()) {
            content.extend_from_slice(plan.as_bytes());
        }
        content.extend_from_slice(digests.content.as_bytes());
        content.extend_from_slice(digests.merged.as_bytes());
        let mut mark = [0; 16];
        mark.copy_from_slice(&Digest::of(&content).as_bytes()[..16]);
        Terms {
            mark,
            epoch: self.epochs.get(&receiver.id).copied().unwrap_or(1),
            emit: self.emit,
        }
    }
}
