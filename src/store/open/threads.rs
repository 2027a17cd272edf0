//! The threads on which the store works.

use std::io;
use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};

use crate::store::StoreError;

/// One reads while another writes. More would wait for each other, and each keeps memory of its
/// own: the allocator gives every thread an arena.
const COUNT: usize = 2;

/// Threads of the store's own: what hangs elsewhere, a name server or a full pipe, never takes
/// one away.
static THREADS: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_current_thread()
        .max_blocking_threads(COUNT)
        .thread_name("store")
        .build()
});

/// Runs `work`, which may block, on one of the store's own threads.
pub async fn on_store_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let threads = match &*THREADS {
        Ok(threads) => threads,
        Err(error) => return Err(StoreError::Worker(error.to_string())),
    };
    let work = threads.spawn_blocking(work);
    // Blocking work for the caller's runtime too: a clock that a test stopped stands meanwhile.
    let waited = tokio::task::spawn_blocking(move || threads.block_on(work)).await;
    let done = waited.and_then(|worked| worked);
    done.unwrap_or_else(|error| Err(StoreError::of_task(&error)))
}
