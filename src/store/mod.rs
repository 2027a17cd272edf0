//! The only door to sled: what was sent to whom, what still waits, and how far passes came.
//!
//! Architecture invariant: nothing here knows AWS or HTTP. Every public operation that writes
//! returns only once its writes survive a power cut. Why sled, and what makes it safe, is in
//! `docs/decisions/sled.md`.

mod bytes;
mod checkpoint;
mod dead_letters;
mod durable;
mod entry;
mod error;
mod format;
mod known;
mod memory;
mod open;
mod outbox;
mod private;
mod quarantine;
mod record;
mod stage;
#[cfg(test)]
mod tests;
mod verify;

pub use checkpoint::Checkpoint;
pub use dead_letters::DeadLetter;
pub use entry::EntryKey;
pub use error::StoreError;
pub use memory::PassMemory;
pub use open::Store;
pub use outbox::{Batch, BatchLimits, Queued, Receipt};
pub use stage::{StagedCounts, StagedEvent, Staging};
