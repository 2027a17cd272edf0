//! The status as it was a moment ago: however many ask, the state is read once a second, by one
//! at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::StatusReport;
use crate::store::StoreError;

/// How old an answer may be.
const AGE_MAX: Duration = Duration::from_secs(1);

/// A report, and when it was made.
type Made = (Instant, Arc<StatusReport>);

/// The last report. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct CachedReport(Arc<Mutex<Option<Made>>>);

impl CachedReport {
    /// The report, as of a second ago at most, else as `read` returns it.
    pub(super) async fn get<R>(
        &self,
        read: impl FnOnce() -> R,
    ) -> Result<Arc<StatusReport>, StoreError>
    where
        R: Future<Output = Result<StatusReport, StoreError>>,
    {
        // Held while the report is made: the others wait for it, and then have it.
        let mut last = self.0.lock().await;
        if let Some((made_at, report)) = last.as_ref()
            && made_at.elapsed() < AGE_MAX
        {
            return Ok(Arc::clone(report));
        }
        let report = Arc::new(read().await?);
        *last = Some((Instant::now(), Arc::clone(&report)));
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::future::join_all;
    use time::OffsetDateTime;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_hundred_who_ask_at_once_cost_one_look_and_a_second_later_one_more() {
        let looks = AtomicU64::new(0);
        let read = || {
            looks.fetch_add(1, Ordering::Relaxed);
            async {
                tokio::time::sleep(Duration::from_millis(100)).await;
                Ok(StatusReport::of_nothing(&[], OffsetDateTime::UNIX_EPOCH))
            }
        };
        let cached = CachedReport::default();
        let answers = join_all((0..100).map(|_| cached.get(read))).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        tokio::time::advance(AGE_MAX).await;
        cached.get(read).await.unwrap();
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }
}
