//! Records of the audit log into the outbox, together with how far their follower came.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{Batch, StagedEvent};
use crate::model::RecordId;
use crate::store::kept::hints::put_hints;
use crate::store::open::Shared;
use crate::store::record::{self, AuditKey, MetaKey};
use crate::store::trees::{Tree, Writes};
use crate::store::{Store, StoreError};

/// The follower that is no receiver: the names of those have an `@`.
pub const LISTENER: &str = "listener";
/// So many records are forgotten in one transaction.
const FORGOTTEN_MAX: usize = 1_000;

/// Records that a follower took of an account. A follower is a receiver, or whoever
/// else takes records.
#[derive(Debug, Clone)]
pub struct RecordStaging {
    /// Who takes them.
    pub follower: String,
    /// The account.
    pub account: String,
    /// When they are queued.
    pub at: OffsetDateTime,
    /// The records.
    pub records: Vec<TakenRecord>,
    /// What the records make worth reading again.
    pub hints: Vec<String>,
    /// Places, each with the second of Unix time before which everything of it was taken.
    pub floors: Vec<(String, i64)>,
    /// Every place that is followed.
    pub places: Vec<String>,
    /// Those of them that bring nothing at the moment.
    pub failing: Vec<String>,
}

/// A record that was taken.
#[derive(Debug, Clone)]
pub struct TakenRecord {
    /// Which one.
    pub id: RecordId,
    /// What brought it: a service in a region, which is read on its own.
    pub place: String,
    /// The event that it became, where one is sent.
    pub event: Option<StagedEvent>,
}

/// How far a follower came with an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditProgress {
    /// Before which second of Unix time everything was taken, by place.
    pub floors: BTreeMap<String, i64>,
    /// What was taken since, each with the place that brought it. Earlier versions did not keep that.
    pub recent: Vec<(RecordId, Option<String>)>,
}

#[derive(Serialize, Deserialize)]
struct FloorRecord {
    unix_s: i64,
}

impl Store {
    /// Stages `staging`, and returns how many of its records were not taken before. When this returns,
    /// all of it is durable together.
    pub fn stage_records(&self, staging: RecordStaging) -> Result<usize, StoreError> {
        let shared = &self.shared;
        let _writer = shared.writer()?;
        let mut batch = Batch {
            shared,
            queued_at: staging.at,
            writes: Writes::default(),
            changes: Vec::new(),
            next: HashMap::new(),
            states: HashMap::new(),
        };
        let taken = AuditKey {
            follower: &staging.follower,
            account: &staging.account,
        };
        let mut count = 0;
        for TakenRecord { id, place, event } in staging.records {
            let key = taken.of(id);
            if shared.read::<Option<String>>(Tree::Audit, &key)?.is_some() {
                continue;
            }
            count += 1;
            let place = record::encode(&key, &Some(place))?;
            batch.writes.put(Tree::Audit, &key, place);
            if let Some(event) = event {
                batch.add_event(event)?;
            }
        }
        put_hints(&mut batch.writes, &staging.account, &staging.hints)?;
        let is_settled = !staging.floors.is_empty();
        let mut floors = BTreeMap::new();
        if is_settled {
            floors = shared.floors(taken)?;
            let key = |place: &str| MetaKey::Audit(taken.follower, taken.account, place).to_bytes();
            for (place, unix_s) in staging.floors {
                let key = key(&place);
                let floor = record::encode(&key, &FloorRecord { unix_s })?;
                batch.writes.put(Tree::Meta, &key, floor);
                floors.insert(place, unix_s);
            }
            // One that is named again starts over: what it brought before is not remembered then.
            for (gone, _) in floors.extract_if(.., |it, _| !staging.places.contains(it)) {
                batch.writes.remove(Tree::Meta, &key(&gone));
            }
        }
        shared.apply(batch.writes)?;
        shared.fills.apply(batch.changes);
        let places = floors.iter();
        let places = places.filter(|(place, _)| !staging.failing.contains(place));
        if let Some(before) = places.map(|(_, unix_s)| *unix_s).min() {
            shared.forget_taken(taken, &floors, before)?;
        }
        Ok(count)
    }

    /// How far `follower` came with `account`.
    pub fn audit_progress(
        &self,
        follower: &str,
        account: &str,
    ) -> Result<AuditProgress, StoreError> {
        let shared = &self.shared;
        let taken = AuditKey { follower, account };
        let mut recent = Vec::new();
        for item in shared.trees.audit.scan_prefix(taken.prefix()) {
            let (key, value) = item.map_err(|source| shared.failed("read", source))?;
            let place = record::decode::<Option<String>>(&key, &value);
            recent.extend(taken.parse(&key).map(|id| (id, place.unwrap_or_default())));
        }
        Ok(AuditProgress {
            floors: shared.floors(taken)?,
            recent,
        })
    }
}

impl Shared {
    /// Forgets what was taken `before` that second of Unix time, but for what its own place has not
    /// got over, by `floors`.
    fn forget_taken(
        &self,
        taken: AuditKey<'_>,
        floors: &BTreeMap<String, i64>,
        before: i64,
    ) -> Result<(), StoreError> {
        let (mut from, end) = (taken.prefix(), taken.before(before));
        loop {
            let (mut writes, mut count) = (Writes::default(), 0);
            let range = from.clone()..end.clone();
            for item in self.trees.audit.range(range).take(FORGOTTEN_MAX) {
                let (key, value) = item.map_err(|source| self.failed("read", source))?;
                let place = record::decode::<Option<String>>(&key, &value)
                    .ok()
                    .flatten();
                let floor = place.and_then(|place| floors.get(&place));
                let is_over = match (taken.parse(&key), floor) {
                    (Some(id), Some(floor)) => id.unix_s < *floor,
                    _ => true,
                };
                if is_over {
                    writes.remove(Tree::Audit, &key);
                }
                count += 1;
                from = [&key, &[0][..]].concat();
            }
            self.apply(writes)?;
            if count < FORGOTTEN_MAX {
                return Ok(());
            }
        }
    }

    fn floors(&self, taken: AuditKey<'_>) -> Result<BTreeMap<String, i64>, StoreError> {
        let prefix = MetaKey::Audit(taken.follower, taken.account, "").to_bytes();
        let mut floors = BTreeMap::new();
        for item in self.trees.meta.scan_prefix(&prefix) {
            let (key, value) = item.map_err(|source| self.failed("read", source))?;
            if let Ok(floor) = record::decode::<FloorRecord>(&key, &value) {
                let place = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
                floors.insert(place, floor.unix_s);
            }
        }
        Ok(floors)
    }
}
