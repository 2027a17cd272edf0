//! Named steps of a pass, of the forwarders and of `lifecycle`, so that a test can end the process at any of them.
//!
//! In a debug build, `ROLLCALL_ABORT_AT=chunk-staged:2` aborts the process when the second chunk
//! is staged. A release build knows nothing of it.

use clap::ValueEnum;

/// A moment after which something is there that was not before, or is known elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Step {
    /// AWS said whose account it is.
    AccountKnown,
    /// Some users are read.
    ChunkCollected,
    /// They are judged and mapped, and nothing of it is written.
    ChunkMapped,
    /// The store is about to write.
    BeforeWrite,
    /// The store has written; the disk need not have it.
    WrittenNotSynced,
    /// The disk has it, and nothing was sent.
    Synced,
    /// Users and their events are in the store.
    ChunkStaged,
    /// The enumeration has ended, and everything collected is staged.
    CollectionEnded,
    /// The events about deleted users are in the outbox.
    DeletionsStaged,
    /// The checkpoint is where the pass came to.
    CheckpointMoved,
    /// What the pass learnt is kept.
    PassRemembered,
    /// A batch was read from the outbox, and is about to be sent.
    BatchRead,
    /// The sink has taken a batch, and the store does not know it.
    BatchTaken,
    /// The store knows that the sink has taken a batch.
    BatchAcknowledged,
    /// The sink rejected an event for good, and the store does not know.
    EventRejected,
    /// The event is a dead letter.
    EventDeadLettered,
    /// Nothing is left to send.
    Drained,
    /// `lifecycle` has the lease of the account, and has done nothing.
    LeaseTaken,
    /// A key is about to be created, and its parameter is there.
    KeyReserved,
    /// AWS told a new key, which nobody else knows.
    KeyCreated,
    /// It is known which key was created.
    KeyKept,
    /// The parameter holds the secret of the new key.
    SecretStored,
    /// AWS takes the new key, and the parameter does not name it.
    KeyConfirmed,
    /// The parameter names the new key.
    KeyNamed,
    /// A user is about to be deleted, and what outlives it is kept.
    DeletionKept,
    /// All that the user had is gone.
    UserEmptied,
    /// The user is gone, and something outlives it.
    UserDeleted,
    /// An action is done, and no event tells of it.
    ActionDone,
    /// The event of an action is kept.
    ActionRecorded,
    /// The events of a run are in the outbox, and still beside the intents.
    DeedsStaged,
}

impl Step {
    /// Whether `lifecycle` alone reaches it.
    pub fn is_of_lifecycle(self) -> bool {
        self >= Self::LeaseTaken
    }
}

/// Says that `step` is reached.
#[inline]
pub(crate) fn reach(step: Step) {
    #[cfg(debug_assertions)]
    armed::abort_if_due(step);
    #[cfg(not(debug_assertions))]
    let _ = step;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use clap::ValueEnum;

    use super::Step;

    /// The step to abort at, and how often it may still be reached, that time included.
    static DUE: LazyLock<Option<(Step, AtomicU64)>> = LazyLock::new(|| {
        let asked = std::env::var("ROLLCALL_ABORT_AT").ok()?;
        let (name, times) = asked.split_once(':')?;
        let step = Step::from_str(name, false).ok()?;
        Some((step, AtomicU64::new(times.parse().ok()?)))
    });

    pub(super) fn abort_if_due(step: Step) {
        let is_due = |(due, left): &(Step, AtomicU64)| {
            *due == step && left.fetch_sub(1, Ordering::Relaxed) == 1
        };
        if DUE.as_ref().is_some_and(is_due) {
            std::process::abort();
        }
    }
}
