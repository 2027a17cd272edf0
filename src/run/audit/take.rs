//! What a follower takes: into the store, and from there to its sink.

use std::time::Duration;

use time::OffsetDateTime;

use super::plan::Follower;
use super::reader::Reader;
use super::reading::NewRecord;
use crate::audit::{Event, Record};
use crate::metrics::Metrics;
use crate::model::{Account, EntityKey, EntityKind, EventId, Origin, RecordId};
use crate::run::agent::Receiver;
use crate::store::{Placement, RecordStaging, StagedEvent, Store, StoreError, TakenRecord};

/// So many records are staged at once.
pub(super) const AT_ONCE: usize = 100;
/// How often a full outbox is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A follower of one account, and where it keeps what it takes.
pub(super) struct Taker<'a> {
    pub(super) follower: &'a Follower,
    pub(super) account: &'a Account,
    /// Every service of every region.
    pub(super) places: &'a [String],
    pub(super) store: &'a Store,
    pub(super) metrics: &'a Metrics,
    pub(super) hurry: &'a (dyn Fn(&str) + Send + Sync),
}

impl Taker<'_> {
    /// Takes `records`, which `reader` read.
    pub(super) async fn take(
        &self,
        reader: &Reader,
        records: &[&NewRecord],
    ) -> Result<(), StoreError> {
        let region = reader.region();
        let mut staging = self.nothing();
        for NewRecord { source, id, json } in records {
            let (event, hints) = self.event(*id, json);
            let (id, place) = (*id, reader.place(source));
            staging.records.push(TakenRecord { id, place, event });
            staging.hints.extend(hints);
        }
        let has_hints = !staging.hints.is_empty();
        let stage = move |store: &Store| store.stage_records(staging);
        let count = self.store.run(stage).await? as u64;
        self.metrics.audit().took(self.place(region), count);
        (self.hurry)(&self.follower.id);
        if let Some(listener) = self.follower.listener.as_ref().filter(|_| has_hints) {
            listener.kept(&self.account.id);
        }
        Ok(())
    }

    /// Keeps that everything of places before their `floors`, in seconds of Unix time, was taken. Those
    /// that are `failing` bring nothing at the moment.
    pub(super) async fn settle(
        &self,
        floors: Vec<(String, i64)>,
        failing: Vec<String>,
    ) -> Result<(), StoreError> {
        let staging = RecordStaging {
            floors,
            failing,
            ..self.nothing()
        };
        self.store
            .run(move |store| store.stage_records(staging))
            .await?;
        Ok(())
    }

    /// Where it is counted.
    pub(super) fn place<'a>(&'a self, region: &'a str) -> [&'a str; 3] {
        [self.follower.name(), &self.account.id, region]
    }

    fn nothing(&self) -> RecordStaging {
        RecordStaging {
            follower: self.follower.id.clone(),
            account: self.account.id.clone(),
            at: OffsetDateTime::now_utc(),
            records: Vec::new(),
            hints: Vec::new(),
            floors: Vec::new(),
            places: self.places.to_vec(),
            failing: Vec::new(),
        }
    }

    /// Whether more can be taken.
    pub(super) fn has_room(&self) -> bool {
        self.has_room_for(1)
    }

    /// Whether one part of so many of the outbox is free.
    fn has_room_for(&self, part: u64) -> bool {
        let Some(Receiver { id, outbox, .. }) = &self.follower.receiver else {
            return true;
        };
        let (events, bytes) = (outbox.events.div_ceil(part), outbox.bytes.div_ceil(part));
        self.store.has_room(id, events, bytes)
    }

    /// Waits until half of the outbox is free, so that what `region` has is not read for each place.
    pub(super) async fn wait_for_room(&self, region: &str) {
        let mut is_said = false;
        while !self.has_room_for(2) {
            if !is_said {
                is_said = true;
                let (sink, account) = (self.follower.name(), self.account.id.as_str());
                tracing::warn!(
                    sink,
                    account,
                    region,
                    "the sink's outbox is full: records of CloudTrail wait there until it has room"
                );
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// The event that the record becomes, where one is sent, and what it makes worth reading again.
    fn event(&self, id: RecordId, json: &str) -> (Option<StagedEvent>, Vec<String>) {
        let Ok(record) = Record::parse(json) else {
            return (None, Vec::new());
        };
        let listener = self.follower.listener.as_ref();
        let hints = listener.map_or_else(Vec::new, |it| it.hints(&record));
        let receiver = self.follower.receiver.as_ref();
        (receiver.map(|it| self.staged(it, id, &record)), hints)
    }

    fn staged(&self, receiver: &Receiver, id: RecordId, record: &Record) -> StagedEvent {
        let (json, unsendable) = match Event::of(record).to_json() {
            Ok(json) => (json, None),
            Err(error) => (b"{}".to_vec(), Some(error.to_string())),
        };
        StagedEvent {
            receiver: receiver.id.clone(),
            entity: EntityKey {
                source: Origin::Aws,
                account: self.account.id.clone(),
                kind: EntityKind::AuditRecord,
                id: record.event_id.clone(),
            },
            id: EventId::from_bytes(id.uuid),
            json,
            state: None,
            placement: Placement::Record,
            unsendable,
        }
    }
}
