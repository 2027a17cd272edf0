//! What is kept, a file a kind of record: accounts and their passes, entities as last known, what
//! each receiver was sent, changes, what is to be read again, and the receivers themselves.

pub(super) mod accounts;
pub(super) mod attempts;
mod checkpoint;
pub(super) mod deliveries;
pub(super) mod entities;
pub(super) mod hints;
pub(super) mod history;
pub(super) mod receivers;
mod syncs;
mod verdict;

pub use accounts::{AccountRecord, PassEnd, PassOf};
pub use attempts::{FailedAttempts, FailedRuns};
pub use checkpoint::Checkpoint;
pub(super) use deliveries::Place;
pub use deliveries::{DeliveryState, SentEvent};
pub use entities::{EntityRecord, ObservedDigests, Tombstone};
pub use hints::{HintMark, Hints};
pub use history::{Kept, KeptPass};
pub use receivers::KnownReceiver;
pub use syncs::SyncRecord;
pub use verdict::KeptVerdict;
