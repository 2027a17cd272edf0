//! ARNs that change hands, where receivers know users by them.

use super::send::{Outgoing, Outlet, Sender};
use crate::model::{Arn, Digest, EventId, FormerName, User};
use crate::run::agent::Receiver;
use crate::store::{DeliveryState, Placement, StoreError};

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
    /// more: after a rename, and unless another user has that ARN by now.
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
        let Ok(arn) = Arn::parse(former) else {
            return Ok(());
        };
        let account = &self.account.id;
        let arns = &mut *outlet.arns;
        if arns
            .other_holder(outlet.store, account, former, &user.id)?
            .is_some()
        {
            return Ok(());
        }
        let name = former.rsplit('/').next().unwrap_or(former).to_owned();
        let former = FormerName {
            name,
            arn,
            until: self.stamp.collected_at,
        };
        let digest = Digest::of(format!("closing {}", former.arn).as_bytes());
        let write = |id: &EventId| judged.write_closing(receiver.dialect, &former, id);
        let mut event = self.event(receiver, entity, state, Ok(digest), write);
        event.placement = Placement::Record;
        event.state = None;
        outlet.staging.events.push(event);
        Ok(())
    }
}
