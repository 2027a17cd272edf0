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
    match &*THREADS {
        Ok(runtime) => runtime
            .spawn_blocking(work)
            .await
            .unwrap_or_else(|error| Err(StoreError::of_task(&error))),
        Err(error) => Err(StoreError::Worker(error.to_string())),
    }
}
