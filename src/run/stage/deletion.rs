//! Events about users that are gone.

use std::collections::{BTreeMap, BTreeSet};

use super::former::{former_name, is_sent_under};
use super::send::{Outlet, Sender};
use super::stager::history_entry;
use super::verdict;
use crate::analyze::Privilege;
use crate::model::{Digest, EntityKey, EventId, HistoryKind, User};
use crate::run::agent::Receiver;
use crate::run::mapping::{JudgedUser, KnownUser};
use crate::store::{EntityRecord, Placement, StoreError};

/// The users that have the ARN of a deleted one by now, by UserId, each with the receivers that
/// were told that the ARN is gone, and must hear of the user again.
pub(super) type Successors = BTreeMap<String, BTreeSet<String>>;

/// A user that is gone, as last known.
#[derive(Clone, Copy)]
pub(super) struct GoneUser<'a> {
    pub(super) entity: &'a EntityKey,
    pub(super) user: &'a User,
    pub(super) privilege: Option<&'a Privilege>,
}

impl Sender {
    /// Keeps that the user of `record` is gone, and stages the events that say so. Whether
    /// anything readable is kept of it.
    pub(super) fn delete(
        &self,
        entity: &EntityKey,
        record: EntityRecord,
        outlet: &mut Outlet<'_>,
        successors: &mut Successors,
    ) -> Result<bool, StoreError> {
        let Some(user) = record.user() else {
            return Ok(false);
        };
        let privilege = verdict::kept(record.verdict.as_ref());
        let gone = GoneUser {
            entity,
            user: &user,
            privilege: privilege.as_ref(),
        };
        self.send_deletion(gone, false, outlet, successors)?;
        let entry = history_entry(self.stamp, &user, HistoryKind::Deleted, Vec::new());
        let at = outlet.staging.at;
        outlet.staging.history.push((user.id.clone(), at, entry));
        let tombstone = record.into_tombstone(self.stamp.unix_ms(), self.stamp.id.to_string());
        outlet.staging.deleted.push((entity.clone(), tombstone));
        Ok(true)
    }

    /// Stages the event that the user is `gone` for every receiver that was not sent it; with
    /// `only_if_sent`, for those alone that were sent the user.
    pub(super) fn send_deletion(
        &self,
        gone: GoneUser<'_>,
        only_if_sent: bool,
        outlet: &mut Outlet<'_>,
        successors: &mut Successors,
    ) -> Result<(), StoreError> {
        let known = KnownUser {
            user: gone.user,
            stale: &[],
            former_names: &[],
            privilege: gone.privilege,
        };
        let judged = self.mapping.judge(&self.account, self.stamp, known);
        for receiver in &self.receivers {
            let successor =
                self.send_deletion_to(receiver, gone.entity, &judged, only_if_sent, outlet)?;
            if let Some(successor) = successor {
                let told = successors.entry(successor).or_default();
                told.insert(receiver.id.clone());
            }
        }
        Ok(())
    }

    /// The user that has the ARN by now, if there is one and an event was staged.
    fn send_deletion_to(
        &self,
        receiver: &Receiver,
        entity: &EntityKey,
        judged: &JudgedUser<'_>,
        only_if_sent: bool,
        outlet: &mut Outlet<'_>,
    ) -> Result<Option<String>, StoreError> {
        let state = outlet.store.delivery_state(&receiver.id, entity)?;
        match &state {
            // One that belongs to no round of resends was lost to damage.
            Some(state) if state.is_deleted && state.epoch > 0 => return Ok(None),
            None if only_if_sent => return Ok(None),
            _ => {}
        }
        let (dialect, user) = (receiver.dialect, judged.user());
        // The receiver may not know yet that the user was renamed.
        let known_by = state.as_ref().and_then(|state| state.arn.clone());
        let known_by = known_by.filter(|_| dialect.closes_former_arns());
        let arn = known_by.as_deref().unwrap_or(user.arn.as_str());
        let (store, account) = (outlet.store, &self.account.id);
        let successor = outlet.arns.other_holder(store, account, arn, &user.id)?;
        if let Some(successor) = successor.as_ref().filter(|_| dialect.closes_former_arns()) {
            if is_sent_under(outlet, receiver, account, successor, arn)? {
                // What it knows by the ARN is the other user by now.
                let closed = (receiver.id.clone(), entity.clone());
                outlet.staging.closed.push(closed);
            } else {
                // The other user may be gone before there is room for it.
                outlet.capacity.hold_up(receiver);
            }
            return Ok(None);
        }
        if !outlet.capacity.take(receiver, 0) {
            return Ok(None);
        }
        let former = match arn == user.arn.as_str() {
            true => None,
            false => former_name(arn, self.stamp.collected_at),
        };
        let digest: Result<Digest, _> = judged.deletion_digest(dialect);
        let write = |id: &EventId| match &former {
            Some(former) => judged.write_closing(dialect, former, id),
            None => judged.write_deletion(dialect, id),
        };
        let mut event = self.event(receiver, entity, state.as_ref(), digest, write);
        event.placement = Placement::Record;
        if let Some(state) = &mut event.state {
            state.is_deleted = true;
        }
        outlet.counts.is_gone(receiver);
        outlet.staging.events.push(event);
        Ok(successor)
    }
}
