//! A call as a task of its own: large answers are read beside each other, and beside what is made
//! of them.

use std::future::{Future, pending};
use std::panic::resume_unwind;

use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

/// Runs `work` as a task, which ends when nobody waits for it any more. A panic goes on here.
pub(super) async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let task = AbortOnDropHandle::new(tokio::spawn(work.in_current_span()));
    match task.await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime ends, and with it all that waits.
            Err(_) => pending().await,
        },
    }
}
