//! The only door to sled: entities as last known, what each receiver was sent of them, what
//! still waits, and how far passes came.
//!
//! Architecture invariant: nothing here knows AWS or HTTP. Every public operation that writes
//! returns only once its writes survive a power cut, except where it says otherwise. Why sled,
//! and what makes it safe, is in `docs/decisions/sled.md`.

mod accounts;
mod attempts;
mod compact;
mod deliveries;
mod disk;
mod entities;
mod error;
mod handle;
mod heal;
mod history;
mod inspect;
mod migrate;
mod outbox;
mod receivers;
mod record;
mod retain;
mod stage;
#[cfg(test)]
mod tests;
mod threads;
mod trees;

pub use accounts::{AccountRecord, Checkpoint, PassEnd, PassOf, SyncRecord};
pub use attempts::{FailedAttempts, FailedRuns};
pub use compact::Compacted;
use deliveries::Place;
pub use deliveries::{DeliveryState, SentEvent};
pub use entities::{EntityRecord, ObservedDigests, Tombstone};
pub use error::StoreError;
pub use handle::Store;
pub use history::{Kept, KeptPass};
pub use inspect::{Inspection, TreeState};
pub use outbox::{Batch, BatchLimits, DeadLetter, Fill, Queued, Receipt, sink_of};
pub use receivers::KnownReceiver;
pub use retain::Removed;
pub use stage::{MarkUpdate, Placement, StagedEvent, Staging};
pub use threads::on_store_thread;
