//! An answer as it was a moment ago: however many ask, the state is read once in a while, by one
//! at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::store::StoreError;

/// An answer, and when it was made.
type Made<T> = (Instant, Arc<T>);

/// The last answer to a question, and when it was made. Clones share it.
#[derive(Debug)]
pub(super) struct Cached<T> {
    last: Arc<Mutex<Option<Made<T>>>>,
    age_max: Duration,
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self {
            last: Arc::clone(&self.last),
            age_max: self.age_max,
        }
    }
}

impl<T> Cached<T> {
    /// No answer yet; one may be `age_max` old.
    pub(super) fn new(age_max: Duration) -> Self {
        Self {
            last: Arc::default(),
            age_max,
        }
    }

    /// The last answer, if it is no older than that, else what `read` returns.
    pub(super) async fn get<R>(&self, read: impl FnOnce() -> R) -> Result<Arc<T>, StoreError>
    where
        R: Future<Output = Result<T, StoreError>>,
    {
        // Held while the answer is made: the others wait for it, and then have it.
        let mut last = self.last.lock().await;
        if let Some((made_at, report)) = last.as_ref()
            && made_at.elapsed() < self.age_max
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
    use crate::observe::StatusReport;

    const AGE_MAX: Duration = Duration::from_secs(1);

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
        let cached = Cached::new(AGE_MAX);
        let answers = join_all((0..100).map(|_| cached.get(read))).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(looks.load(Ordering::Relaxed), 1);
        tokio::time::advance(AGE_MAX).await;
        cached.get(read).await.unwrap();
        assert_eq!(looks.load(Ordering::Relaxed), 2);
    }
}
