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

/// So many records are forgotten in one transaction.
const FORGOTTEN_MAX: usize = 1_000;

/// Records that a follower took of one region of an account. A follower is a receiver, or whoever
/// else takes records.
#[derive(Debug, Clone)]
pub struct RecordStaging {
    /// Who takes them.
    pub follower: String,
    /// The account.
    pub account: String,
    /// When they are queued.
    pub at: OffsetDateTime,
    /// The records, each with the event that it became, where one is sent.
    pub records: Vec<(RecordId, Option<StagedEvent>)>,
    /// What the records make worth reading again.
    pub hints: Vec<String>,
    /// A region, and before which second of Unix time everything in it was taken.
    pub floor: Option<(String, i64)>,
    /// Every region that is followed.
    pub regions: Vec<String>,
}

/// How far a follower came with an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditProgress {
    /// Before which second of Unix time everything was taken, by region.
    pub floors: BTreeMap<String, i64>,
    /// What was taken since.
    pub recent: Vec<RecordId>,
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
        let (mut count, mut settled) = (0, None);
        for (id, event) in staging.records {
            let key = taken.of(id);
            if shared.read::<()>(Tree::Audit, &key)?.is_some() {
                continue;
            }
            count += 1;
            batch
                .writes
                .put(Tree::Audit, &key, record::encode(&key, &())?);
            if let Some(event) = event {
                batch.add_event(event)?;
            }
        }
        put_hints(&mut batch.writes, &staging.account, &staging.hints)?;
        if let Some((region, unix_s)) = staging.floor {
            let key = MetaKey::Audit(taken.follower, taken.account, &region).to_bytes();
            let floor = record::encode(&key, &FloorRecord { unix_s })?;
            batch.writes.put(Tree::Meta, &key, floor);
            let mut floors = shared.floors(taken)?;
            floors.insert(region, unix_s);
            // One that is named again starts over: what it brought before is not remembered then.
            for (gone, _) in floors.extract_if(.., |it, _| !staging.regions.contains(it)) {
                let key = MetaKey::Audit(taken.follower, taken.account, &gone).to_bytes();
                batch.writes.remove(Tree::Meta, &key);
            }
            settled = floors.into_values().min();
        }
        shared.apply(batch.writes)?;
        shared.fills.apply(batch.changes);
        if let Some(settled) = settled {
            while shared.forget_before(taken, settled)? == FORGOTTEN_MAX {}
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
        for key in shared.trees.audit.scan_prefix(taken.prefix()).keys() {
            let key = key.map_err(|source| shared.failed("read", source))?;
            recent.extend(taken.parse(&key));
        }
        Ok(AuditProgress {
            floors: shared.floors(taken)?,
            recent,
        })
    }
}

impl Shared {
    /// Forgets what was taken before `unix_s`, or some of it; how much.
    fn forget_before(&self, taken: AuditKey<'_>, unix_s: i64) -> Result<usize, StoreError> {
        let range = taken.prefix()..taken.before(unix_s);
        let (mut writes, mut count) = (Writes::default(), 0);
        for key in self.trees.audit.range(range).keys().take(FORGOTTEN_MAX) {
            let key = key.map_err(|source| self.failed("read", source))?;
            writes.remove(Tree::Audit, &key);
            count += 1;
        }
        if count > 0 {
            self.apply(writes)?;
        }
        Ok(count)
    }

    fn floors(&self, taken: AuditKey<'_>) -> Result<BTreeMap<String, i64>, StoreError> {
        let prefix = MetaKey::Audit(taken.follower, taken.account, "").to_bytes();
        let mut floors = BTreeMap::new();
        for item in self.trees.meta.scan_prefix(&prefix) {
            let (key, value) = item.map_err(|source| self.failed("read", source))?;
            if let Ok(floor) = record::decode::<FloorRecord>(&key, &value) {
                let region = String::from_utf8_lossy(&key[prefix.len()..]).into_owned();
                floors.insert(region, floor.unix_s);
            }
        }
        Ok(floors)
    }
}
