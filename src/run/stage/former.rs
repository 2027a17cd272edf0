//! ARNs that change hands, where receivers know users by them.

use time::{Duration, OffsetDateTime};

use super::send::{Outgoing, Outlet, Sender};
use crate::model::{Arn, Digest, EntityKey, EventId, FormerName, User};
use crate::run::agent::Receiver;
use crate::store::{DeliveryState, Placement, StagedEvent, StoreError};

impl Sender {
    /// Whether another user has the ARN by now, at a receiver that would take `user` for that one:
    /// what is kept of `user` is outdated, and the pass that comes by it tells what became of it.
    pub(super) fn is_taken_over(
        &self,
        receiver: &Receiver,
        user: &User,
        outlet: &mut Outlet<'_>,
    ) -> Result<bool, StoreError> {
        if !receiver.dialect.closes_former_arns() {
            return Ok(false);
        }
        let (account, arn) = (&self.account.id, user.arn.as_str());
        let arns = &mut *outlet.arns;
        let holder = arns.other_holder(outlet.store, account, arn, &user.id)?;
        Ok(holder.is_some())
    }

    /// Tells a receiver that knows users by their ARN that the one it knows is no user's any
    /// more: after a rename, and unless another user has that ARN by now. Where there may be no
    /// room for that one, it may be gone before it is sent: then the ARN is closed, and opened
    /// again by its event.
    pub(super) fn close_former(
        &self,
        receiver: &Receiver,
        outgoing: Outgoing<'_>,
        state: Option<&DeliveryState>,
        outlet: &mut Outlet<'_>,
    ) -> Result<(), StoreError> {
        let Outgoing { entity, judged, .. } = outgoing;
        let known_by = state.filter(|state| !state.is_deleted);
        let Some(former) = known_by.and_then(|state| state.arn.as_deref()) else {
            return Ok(());
        };
        let user = judged.user();
        if !receiver.dialect.closes_former_arns() || former == user.arn.as_str() {
            return Ok(());
        }
        let account = &self.account.id;
        let arns = &mut *outlet.arns;
        if let Some(holder) = arns.other_holder(outlet.store, account, former, &user.id)?
            && (!outlet.capacity.is_scarce(receiver)
                || is_sent_under(outlet, receiver, account, &holder, former)?)
        {
            return Ok(());
        }
        let Some(former) = former_name(former, self.stamp.collected_at) else {
            return Ok(());
        };
        let digest = Digest::of(format!("closing {}", former.arn).as_bytes());
        let write = |id: &EventId| judged.write_closing(receiver.dialect, &former, id);
        let mut event = self.event(receiver, entity, state, Ok(digest), write);
        event.placement = Placement::Record;
        event.state = None;
        outlet.counts.is_gone(receiver);
        outlet.staging.events.push(event);
        Ok(())
    }
}

/// Whether the user `holder` was sent to `receiver`, or is about to be, under `arn`.
pub(super) fn is_sent_under(
    outlet: &Outlet<'_>,
    receiver: &Receiver,
    account: &str,
    holder: &str,
    arn: &str,
) -> Result<bool, StoreError> {
    let entity = EntityKey::user(account, holder);
    let is_meant = |event: &&StagedEvent| event.receiver == receiver.id && event.entity == entity;
    let staged = outlet.staging.events.iter().rev().filter(is_meant);
    let staged = staged.filter_map(|event| event.state.clone()).next();
    let state = match staged {
        Some(state) => Some(state),
        None => outlet.store.delivery_state(&receiver.id, &entity)?,
    };
    let arn = Some(arn);
    Ok(state.is_some_and(|state| !state.is_deleted && state.arn.as_deref() == arn))
}

/// The name and the ARN that a user had before, by that ARN.
pub(super) fn former_name(arn: &str, until: OffsetDateTime) -> Option<FormerName> {
    let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
    let arn = Arn::parse(arn).ok()?;
    let until = to_ms(until);
    Some(FormerName { name, arn, until })
}

/// `at` as it is kept, so that it is the same when it is read again.
pub(super) fn to_ms(at: OffsetDateTime) -> OffsetDateTime {
    at - Duration::nanoseconds(i64::from(at.nanosecond() % 1_000_000))
}
