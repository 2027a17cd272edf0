//! The only door to sled: entities as last known, what each receiver was sent of them, what
//! still waits, and how far passes came.
//!
//! Architecture invariant: nothing here knows AWS or HTTP. Every public operation that writes
//! returns only once its writes survive a power cut, except where it says otherwise. Why sled,
//! and what makes it safe, is in `docs/decisions/sled.md`.

mod disk;
mod error;
mod inspect;
mod kept;
mod migrate;
mod open;
mod outbox;
mod record;
mod retain;
mod stage;
#[cfg(test)]
mod tests;
mod trees;

pub use error::StoreError;
pub use inspect::{Inspection, StoreSize, TreeState};
pub use kept::{
    AccountRecord, Checkpoint, DeliveryState, EntityRecord, FailedAttempts, FailedRuns, HintMark,
    Hints, Kept, KeptPass, KeptVerdict, KnownReceiver, ObservedDigests, PassEnd, PassOf, SentEvent,
    SyncRecord, Tombstone,
};
pub use open::{Compacted, Store, on_store_thread};
pub use outbox::{Batch, BatchLimits, DeadLetter, Fill, Queued, Receipt, sink_of};
pub use retain::Removed;
pub use stage::{
    AuditProgress, LISTENER, MarkUpdate, Placement, RecordStaging, StagedEvent, Staging,
    TakenRecord,
};
