//! Followers that are equally far in a region, which is read once for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::try_join_all;
use time::OffsetDateTime;

use super::reading::{Reading, Step};
use super::region::RoundError;
use super::take::{AT_ONCE, Taker};
use crate::audit::{Recent, Windows};
use crate::model::RecordId;
use crate::store::StoreError;

/// A follower in one region.
pub(super) struct Position<'a> {
    pub(super) taker: &'a Taker<'a>,
    region: &'a str,
    /// What it took, of all regions of the account.
    recent: Arc<Mutex<Recent>>,
    /// It has everything before this.
    pub(super) floor: OffsetDateTime,
}

/// Followers that are equally far.
pub(super) struct Team<'a> {
    pub(super) reading: Reading,
    pub(super) members: Vec<Position<'a>>,
}

impl<'a> Position<'a> {
    /// `taker` in `region`, which has everything before `floor`, and `recent` of what came after.
    pub(super) fn new(
        taker: &'a Taker<'a>,
        region: &'a str,
        recent: Arc<Mutex<Recent>>,
        floor: OffsetDateTime,
    ) -> Self {
        lock(&recent).settle(region, floor.unix_timestamp());
        Self {
            taker,
            region,
            recent,
            floor,
        }
    }

    fn is_new(&self, id: RecordId) -> bool {
        id.unix_s >= self.floor.unix_timestamp() && !lock(&self.recent).has(id)
    }

    /// Takes what is new of `step`; whether there was room for all of it.
    async fn take(mut self, step: &Step) -> Result<(Self, bool), StoreError> {
        let records = step.records.iter();
        let new: Vec<_> = records.filter(|(id, _)| self.is_new(*id)).collect();
        for records in new.chunks(AT_ONCE) {
            if !self.taker.has_room() {
                return Ok((self, false));
            }
            let mut records = records.to_vec();
            // Another region may have the same record.
            records.retain(|(id, _)| lock(&self.recent).insert(*id));
            self.taker.take(self.region, &records).await?;
        }
        let floor = step.after.floor();
        if floor > self.floor {
            self.floor = floor;
            self.taker.settle(self.region, floor).await?;
            lock(&self.recent).settle(self.region, floor.unix_timestamp());
        }
        Ok((self, true))
    }
}

impl<'a> Team<'a> {
    /// Reads up to `now` for all of them. Who has no room for what is read has `left`, as far as it is.
    pub(super) async fn round(
        &mut self,
        now: OffsetDateTime,
        left: &mut Vec<Self>,
    ) -> Result<(), RoundError<StoreError>> {
        let Self { reading, members } = self;
        while !members.is_empty() {
            let is_new = |id| members.iter().any(|it| it.is_new(id));
            let step = reading.read(now, is_new).await.map_err(RoundError::Aws)?;
            name_unreadable(members, &step);
            let takes = members.drain(..).map(|it| it.take(&step));
            let takes = try_join_all(takes).await.map_err(RoundError::NotTaken)?;
            for (member, has_all) in takes {
                match has_all {
                    true => members.push(member),
                    false => left.push(Self {
                        reading: reading.clone(),
                        members: vec![member],
                    }),
                }
            }
            reading.windows = step.after;
            if !reading.windows.is_in_round() {
                break;
            }
        }
        Ok(())
    }

    /// Both of them, as far as both are.
    pub(super) fn join(&mut self, other: Self) {
        let windows = |of: &Self| of.reading.windows.clone();
        self.reading.windows = match self.members.is_empty() {
            true => windows(&other),
            false => Windows::together(windows(self), windows(&other)),
        };
        self.members.extend(other.members);
    }

    /// Waits until all have room.
    pub(super) async fn wait_for_room(&self) {
        for member in &self.members {
            member.taker.wait_for_room(member.region).await;
        }
    }
}

/// Names what of `step` is no record and new to any of `members`.
fn name_unreadable(members: &[Position<'_>], step: &Step) {
    for (id, unreadable) in &step.unreadable {
        let heard = members.iter().map(|it| lock(&it.recent).insert(*id));
        let is_new = heard.fold(false, |is_new, it| is_new | it);
        let first = members.first().filter(|_| is_new);
        if let Some(Position { taker, region, .. }) = first {
            let account = taker.account.id.as_str();
            let (event_id, why) = (&unreadable.event_id, &unreadable.why);
            tracing::error!(
                account, region, %event_id, %why,
                "a record of CloudTrail is not readable, and not sent"
            );
        }
    }
}

fn lock(recent: &Mutex<Recent>) -> MutexGuard<'_, Recent> {
    recent.lock().unwrap_or_else(PoisonError::into_inner)
}
