//! AWS's paging, followed to its end: a page may be short or empty and still not be the last.

use std::convert::Infallible;
use std::future::{Future, pending};

use tokio::sync::mpsc;

use crate::aws::{Action, AwsError};

/// What is asked for at once: the most that AWS allows.
pub(in crate::collect) const PAGE_SIZE: i32 = 1000;

/// One page of a listing.
#[derive(Debug)]
pub(in crate::collect) struct Page<T> {
    /// What the page lists; may be empty on any page.
    pub(in crate::collect) items: Vec<T>,
    /// Where the next page starts, unless this is the last.
    pub(in crate::collect) next: Option<String>,
}

impl<T> Page<T> {
    /// A page from an answer's parts. A truncated answer without a marker, or with the one it
    /// was asked for, would end the listing too early or never: both are malformed.
    pub(in crate::collect) fn new(
        action: Action,
        items: Vec<T>,
        is_truncated: bool,
        marker: Option<&str>,
        asked: Option<&str>,
    ) -> Result<Self, AwsError> {
        let next = match (is_truncated, marker) {
            (false, _) => None,
            (true, Some(marker)) if Some(marker) != asked => Some(marker.to_owned()),
            (true, Some(_)) => {
                return Err(AwsError::malformed(
                    action,
                    "a page's marker leads to itself",
                ));
            }
            (true, None) => {
                return Err(AwsError::malformed(
                    action,
                    "a truncated page has no marker",
                ));
            }
        };
        Ok(Self { items, next })
    }
}

/// How many pages a listing may be ahead of who reads it.
const PAGES_AHEAD: usize = 2;

/// Where a listing's pages go as they come. An error is the last one.
pub(in crate::collect) type PageSender<T> = mpsc::Sender<Result<Vec<T>, AwsError>>;
/// Where they are read.
pub(in crate::collect) type PageReceiver<T> = mpsc::Receiver<Result<Vec<T>, AwsError>>;

/// Both for one listing.
pub(in crate::collect) fn channel<T>() -> (PageSender<T>, PageReceiver<T>) {
    mpsc::channel(PAGES_AHEAD)
}

/// Sends each page that `fetch` lists to `pages`, as long as somebody reads them.
pub(in crate::collect) async fn send_each<T, F, Fut>(pages: PageSender<T>, mut fetch: F)
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut marker = None;
    loop {
        let (items, next) = match fetch(marker).await {
            Ok(page) => (Ok(page.items), page.next),
            Err(error) => (Err(error), None),
        };
        if pages.send(items).await.is_err() || next.is_none() {
            return;
        }
        marker = next;
    }
}

/// Runs `work` to its end, and `others` meanwhile, as far as they come.
pub(in crate::collect) async fn meanwhile<T>(
    others: impl Future,
    work: impl Future<Output = T>,
) -> T {
    let others = async {
        others.await;
        pending::<Infallible>().await
    };
    tokio::select! {
        done = work => done,
        never = others => match never {},
    }
}

/// Everything that `fetch` lists, page after page.
pub(in crate::collect) async fn all<T, F, Fut>(mut fetch: F) -> Result<Vec<T>, AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut items = Vec::new();
    let mut marker = None;
    loop {
        let page = fetch(marker).await?;
        items.extend(page.items);
        match page.next {
            Some(next) => marker = Some(next),
            None => return Ok(items),
        }
    }
}
