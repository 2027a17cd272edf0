//! Pages of CloudTrail that several followers ask for at the same time, read once for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;
use tokio::time::Instant;

use super::AUDIT_EVERY;
use crate::audit::Window;
use crate::aws::{AwsError, LookupPage};

/// So many pages are kept, each of up to 50 records. What is beyond is read by each for itself.
const KEPT_MAX: usize = 16;

/// A page of one region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    source: &'static str,
    window: Window,
    token: Option<String>,
}

/// A page, as soon as one of those that asked for it has read it.
#[derive(Debug)]
struct Kept {
    page: Arc<OnceCell<LookupPage>>,
    asked_at: Instant,
}

/// The pages of one region that were asked for in the last seconds.
#[derive(Debug, Default)]
pub(super) struct Pages {
    kept: Mutex<HashMap<Place, Kept>>,
}

impl Pages {
    /// The page of `source` in `window` behind `token`: as it was read for somebody else since the
    /// window ended, else as `read` reads it. An error is that of whoever read.
    pub(super) async fn get(
        &self,
        (source, window, token): (&'static str, Window, Option<&str>),
        read: impl Future<Output = Result<LookupPage, AwsError>>,
    ) -> Result<LookupPage, AwsError> {
        let place = Place {
            source,
            window,
            token: token.map(str::to_owned),
        };
        let page = self.cell(place);
        page.get_or_try_init(|| read).await.cloned()
    }

    /// Forgets the pages of `source` in `window`: their tokens lead nowhere.
    pub(super) fn forget(&self, source: &str, window: Window) {
        let is_of = |place: &Place| place.source == source && place.window == window;
        self.kept().retain(|place, _| !is_of(place));
    }

    fn cell(&self, place: Place) -> Arc<OnceCell<LookupPage>> {
        let mut kept = self.kept();
        kept.retain(|_, it| it.asked_at.elapsed() < AUDIT_EVERY);
        if let Some(known) = kept.get(&place) {
            return Arc::clone(&known.page);
        }
        let page = Arc::<OnceCell<LookupPage>>::default();
        if kept.len() < KEPT_MAX {
            let asked_at = Instant::now();
            let page = Arc::clone(&page);
            kept.insert(place, Kept { page, asked_at });
        }
        page
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Place, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use time::OffsetDateTime;

    use super::*;

    fn window(end: i64) -> Window {
        let at = |unix_s| OffsetDateTime::from_unix_timestamp(unix_s).unwrap();
        Window {
            start: at(0),
            end: at(end),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_at_the_same_time_for_the_same_is_answered_by_one_call() {
        let (pages, calls) = (Pages::default(), AtomicU32::new(0));
        let ask = |end, token| {
            let calls = &calls;
            pages.get(("iam.amazonaws.com", window(end), token), async move {
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(AUDIT_EVERY / 2).await;
                Ok(LookupPage::default())
            })
        };
        let (one, other, later, further) = tokio::join!(
            ask(5, None),
            ask(5, None),
            ask(6, None),
            ask(5, Some("more"))
        );
        assert!([one, other, later, further].iter().all(Result::is_ok));
        assert_eq!(calls.load(Ordering::Relaxed), 3);
        pages.forget("iam.amazonaws.com", window(5));
        ask(5, None).await.unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 4);
        tokio::time::sleep(AUDIT_EVERY).await;
        ask(5, None).await.unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 5);
    }
}
