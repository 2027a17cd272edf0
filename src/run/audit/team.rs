//! Followers that are equally far in a region, which is read once for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::try_join_all;
use time::OffsetDateTime;

use super::reader::Reader;
use super::reading::{NewRecord, Reading, Step};
use super::region::RoundError;
use super::service::IsNew;
use super::take::{AT_ONCE, Taker};
use crate::audit::Recent;
use crate::aws::AwsError;
use crate::model::RecordId;
use crate::store::StoreError;

/// Before which time everything of each service was taken.
pub(super) type Floors = BTreeMap<&'static str, OffsetDateTime>;

/// A follower in one region.
pub(super) struct Position<'a> {
    pub(super) taker: &'a Taker<'a>,
    reader: &'a Reader,
    /// What it took, of all regions of the account.
    recent: Arc<Mutex<Recent>>,
    floors: Floors,
}

/// Followers that are equally far.
pub(super) struct Team<'a> {
    pub(super) reading: Reading,
    pub(super) members: Vec<Position<'a>>,
    /// What was read and not taken to its end: it is not read again.
    rest: Option<Arc<Step>>,
}

/// What became of the services that a round asked.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) read: BTreeSet<&'static str>,
    pub(super) failed: Vec<(&'static str, AwsError)>,
}

impl<'a> Position<'a> {
    /// `taker` in the region of `reader`, which has everything before `floors`, and `recent` of what
    /// came after.
    pub(super) fn new(
        taker: &'a Taker<'a>,
        reader: &'a Reader,
        recent: Arc<Mutex<Recent>>,
        floors: Floors,
    ) -> Self {
        Self {
            taker,
            reader,
            recent,
            floors,
        }
    }

    /// It has everything of all services before this.
    pub(super) fn floor(&self) -> Option<OffsetDateTime> {
        self.floors.values().min().copied()
    }

    /// It has everything of `source` before this.
    pub(super) fn floor_of(&self, source: &str) -> OffsetDateTime {
        let floor = self.floors.get(source).copied();
        floor.unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    fn is_new(&self, source: &str, id: RecordId) -> bool {
        id.unix_s >= self.floor_of(source).unix_timestamp() && !lock(&self.recent).has(id)
    }

    /// Whether the services of `sources` bring nothing at the moment.
    fn set_failing<'s>(&self, sources: impl IntoIterator<Item = &'s str>, is_failing: bool) {
        let mut recent = lock(&self.recent);
        for source in sources {
            recent.set_failing(&self.reader.place(source), is_failing);
        }
    }

    /// Takes what is new of `step`; whether there was room for all of it.
    async fn take(mut self, step: &Step) -> Result<(Self, bool), StoreError> {
        self.set_failing(step.after.iter().map(|it| it.source), false);
        let records = step.records.iter();
        let new: Vec<_> = records.filter(|it| self.is_new(it.source, it.id)).collect();
        for records in new.chunks(AT_ONCE) {
            if !self.taker.has_room() {
                return Ok((self, false));
            }
            let mut records: Vec<&NewRecord> = records.to_vec();
            // Another region may have the same record.
            records.retain(|it| {
                let place = self.reader.place(it.source);
                lock(&self.recent).insert(it.id, &place)
            });
            self.taker.take(self.reader, &records).await?;
        }
        let mut floors = Vec::new();
        for service in &step.after {
            let floor = service.windows.floor();
            if floor > self.floor_of(service.source) {
                self.floors.insert(service.source, floor);
                let place = self.reader.place(service.source);
                floors.push((place, floor.unix_timestamp()));
            }
        }
        if !floors.is_empty() {
            let failing = lock(&self.recent).failing();
            self.taker.settle(floors.clone(), failing).await?;
            for (place, floor) in floors {
                lock(&self.recent).settle(&place, floor);
            }
        }
        Ok((self, true))
    }
}

impl<'a> Team<'a> {
    pub(super) fn new(reading: Reading, members: Vec<Position<'a>>) -> Self {
        Self {
            reading,
            members,
            rest: None,
        }
    }

    /// Reads up to `now` for all of them. Who has no room for what is read has `left`, as far as it is.
    pub(super) async fn round(
        &mut self,
        now: OffsetDateTime,
        left: &mut Vec<Self>,
    ) -> Result<Asked, RoundError<StoreError>> {
        let (mut asked, mut is_first) = (Asked::default(), true);
        while !self.members.is_empty() {
            let step = match self.rest.take() {
                Some(rest) => rest,
                None => {
                    let is_new = self.is_new();
                    let step = self.reading.read(now, is_first, &is_new).await;
                    let mut step = step.map_err(RoundError::Aws)?;
                    asked.failed.append(&mut step.failed);
                    Arc::new(step)
                }
            };
            is_first = false;
            let members = &mut self.members;
            name_unreadable(members, &step);
            let takes = members.drain(..).map(|it| it.take(&step));
            let takes = try_join_all(takes).await.map_err(RoundError::NotTaken)?;
            for (member, has_all) in takes {
                match has_all {
                    true => members.push(member),
                    false => left.push(Self {
                        reading: self.reading.apart(),
                        members: vec![member],
                        rest: Some(Arc::clone(&step)),
                    }),
                }
            }
            asked.read.extend(step.after.iter().map(|it| it.source));
            self.reading.go_on(&step.after);
            if !self.reading.is_in_round() {
                break;
            }
        }
        Ok(asked)
    }

    /// What is new to any of them, as of now.
    fn is_new(&self) -> IsNew {
        let members = self.members.iter();
        let members: Vec<_> = members
            .map(|it| (it.floors.clone(), Arc::clone(&it.recent)))
            .collect();
        Arc::new(move |source, id| {
            members.iter().any(|(floors, recent)| {
                let floor = floors.get(source).map(|it| it.unix_timestamp());
                floor.is_none_or(|floor| id.unix_s >= floor) && !lock(recent).has(id)
            })
        })
    }

    /// The services of `sources` bring nothing at the moment.
    pub(super) fn are_failing<'s>(&self, sources: impl IntoIterator<Item = &'s str> + Clone) {
        for member in &self.members {
            member.set_failing(sources.clone(), true);
        }
    }

    /// Both of them, as far as both are.
    pub(super) fn together(mut self, other: Self) -> Self {
        let reading = match self.members.is_empty() {
            true => other.reading,
            false => self.reading.together(other.reading),
        };
        self.members.extend(other.members);
        Self::new(reading, self.members)
    }

    /// Waits until all have room.
    pub(super) async fn wait_for_room(&self) {
        for member in &self.members {
            member.taker.wait_for_room(member.reader.region()).await;
        }
    }
}

/// Names what of `step` is no record and new to any of `members`.
fn name_unreadable(members: &[Position<'_>], step: &Step) {
    for (source, id, unreadable) in &step.unreadable {
        let heard = members.iter().map(|it| {
            let place = it.reader.place(source);
            lock(&it.recent).insert(*id, &place)
        });
        let is_new = heard.fold(false, |is_new, it| is_new | it);
        let first = members.first().filter(|_| is_new);
        if let Some(Position { taker, reader, .. }) = first {
            let (account, region) = (taker.account.id.as_str(), reader.region());
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
