//! Events about users that are gone.

use super::send::{Outlet, Sender};
use super::stager::history_entry;
use crate::model::{Digest, EntityKey, EventId, HistoryKind, User};
use crate::run::agent::Receiver;
use crate::run::mapping::{JudgedUser, KnownUser};
use crate::store::{EntityRecord, Placement, StoreError};

/// What a deletion leaves to do.
#[derive(Debug, Default)]
pub(in crate::run) struct Deleted {
    /// The user that has the deleted one's ARN by now, where a receiver must hear of it again.
    pub(in crate::run) successor: Option<String>,
}

impl Sender {
    /// Keeps that the user of `record` is gone, and stages the events that say so. `None` if
    /// nothing readable is kept of it.
    pub(super) fn delete(
        &self,
        entity: &EntityKey,
        record: EntityRecord,
        outlet: &mut Outlet<'_>,
    ) -> Result<Option<Deleted>, StoreError> {
        let Some(user) = record.user() else {
            return Ok(None);
        };
        let deleted = self.send_deletion(entity, &user, false, outlet)?;
        let entry = history_entry(self.stamp, &user, HistoryKind::Deleted, Vec::new());
        outlet.staging.history.push((user.id.clone(), entry));
        let tombstone = record.into_tombstone(self.stamp.unix_ms(), self.stamp.id.to_string());
        outlet.staging.deleted.push((entity.clone(), tombstone));
        Ok(Some(deleted))
    }

    /// Stages the event that `user` was deleted for every receiver that was not sent it; with
    /// `only_if_sent`, for those alone that were sent the user.
    pub(super) fn send_deletion(
        &self,
        entity: &EntityKey,
        user: &User,
        only_if_sent: bool,
        outlet: &mut Outlet<'_>,
    ) -> Result<Deleted, StoreError> {
        let known = KnownUser {
            user,
            stale: &[],
            former_names: &[],
        };
        let judged = self.mapping.judge(&self.account, self.stamp, known);
        let (account, arn) = (&self.account.id, user.arn.as_str());
        let arns = &mut *outlet.arns;
        let successor = arns.other_holder(outlet.store, account, arn, &user.id)?;
        let mut deleted = Deleted::default();
        for receiver in &self.receivers {
            let is_sent = self.send_deletion_to(
                receiver,
                entity,
                &judged,
                (only_if_sent, successor.is_some()),
                outlet,
            )?;
            if is_sent && successor.is_some() {
                deleted.successor.clone_from(&successor);
            }
        }
        Ok(deleted)
    }

    /// Whether an event was staged.
    fn send_deletion_to(
        &self,
        receiver: &Receiver,
        entity: &EntityKey,
        judged: &JudgedUser<'_>,
        (only_if_sent, has_successor): (bool, bool),
        outlet: &mut Outlet<'_>,
    ) -> Result<bool, StoreError> {
        let state = outlet.store.delivery_state(&receiver.id, entity)?;
        match &state {
            // One that belongs to no round of resends was lost to damage.
            Some(state) if state.is_deleted && state.epoch > 0 => return Ok(false),
            None if only_if_sent => return Ok(false),
            _ => {}
        }
        let dialect = receiver.dialect;
        if dialect.closes_former_arns() && has_successor {
            // What it knows by the ARN is the other user by now.
            let closed = (receiver.id.clone(), entity.clone());
            outlet.staging.closed.push(closed);
            return Ok(false);
        }
        if !outlet.capacity.take(receiver, 0) {
            return Ok(false);
        }
        let digest: Result<Digest, _> = judged.deletion_digest(dialect);
        let write = |id: &EventId| judged.write_deletion(dialect, id);
        let mut event = self.event(receiver, entity, state.as_ref(), digest, write);
        event.placement = Placement::Record;
        if let Some(state) = &mut event.state {
            state.is_deleted = true;
        }
        let queued = &mut outlet.counts.queued;
        *queued.entry(receiver.sink.clone()).or_default() += 1;
        outlet.staging.events.push(event);
        Ok(true)
    }
}
