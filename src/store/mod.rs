//! The only door to sled: what was sent to whom, what still waits, and how far passes came.
//!
//! Architecture invariant: nothing here knows AWS or HTTP. Every public operation that writes
//! returns only once its writes survive a power cut. Why sled, and what makes it safe, is in
//! `docs/decisions/sled.md`.

mod bytes;
mod checkpoint;
mod compact;
mod dead_letters;
mod durable;
mod entry;
mod error;
mod fill;
mod format;
mod history;
mod inspect;
mod known;
mod memory;
mod migrate;
mod open;
mod outbox;
mod private;
mod quarantine;
mod record;
mod stage;
#[cfg(test)]
mod tests;
mod verify;
mod writes;

pub use checkpoint::Checkpoint;
pub use compact::Compacted;
pub use dead_letters::DeadLetter;
pub use entry::EntryKey;
pub use error::StoreError;
pub use fill::Fill;
pub use history::{Kept, KeptPass};
pub use inspect::{Inspection, TreeState};
pub use memory::PassMemory;
pub use open::Store;
pub use outbox::{Batch, BatchLimits, Queued, Receipt};
pub use stage::{StagedCounts, StagedEvent, Staging, Told};
