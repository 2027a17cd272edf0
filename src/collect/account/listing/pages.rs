//! AWS's paging, followed to its end: a page may be short or empty and still not be the last.

use std::future::Future;
use std::pin::pin;

use tokio::sync::mpsc;

use crate::aws::{Action, AwsError, Paging};

/// What is asked for at once: the most that AWS allows.
pub(in crate::collect) const PAGE_SIZE: i32 = 1000;

/// One page of a listing.
#[derive(Debug)]
pub(in crate::collect) struct Page<T> {
    action: Action,
    /// What the page lists; may be empty on any page.
    items: Vec<T>,
    /// What tells the entries of the answer apart, those among them that are not of use.
    ids: Vec<String>,
    /// Where the next page starts, unless this is the last.
    next: Option<String>,
}

impl<T> Page<T> {
    /// A page from an answer's parts; `ids` tell the entries apart that it came with. A truncated
    /// answer without a marker would end the listing too early: it is malformed.
    pub(in crate::collect) fn new<'a>(
        action: Action,
        items: Vec<T>,
        ids: impl Iterator<Item = &'a str>,
        is_truncated: bool,
        marker: Option<&str>,
    ) -> Result<Self, AwsError> {
        let next = match (is_truncated, marker) {
            (false, _) => None,
            (true, Some(marker)) => Some(marker.to_owned()),
            (true, None) => {
                return Err(AwsError::malformed(
                    action,
                    "a truncated page has no marker",
                ));
            }
        };
        Ok(Self {
            action,
            items,
            ids: ids.map(str::to_owned).collect(),
            next,
        })
    }

    /// What the page lists, and where the next one starts as far as `paging` follows.
    pub(in crate::collect) fn follow(
        self,
        paging: &mut Paging,
    ) -> (Vec<T>, Result<Option<String>, AwsError>) {
        let next = paging.follow(self.action, self.ids, self.next);
        (self.items, next)
    }
}

/// How many pages a listing may be ahead of who reads it.
const PAGES_AHEAD: usize = 1;

/// Where a listing's pages go as they come. An error is the last one.
pub(in crate::collect) type PageSender<T> = mpsc::Sender<Result<Vec<T>, AwsError>>;
/// Where they are read.
pub(in crate::collect) type PageReceiver<T> = mpsc::Receiver<Result<Vec<T>, AwsError>>;

/// Both for one listing.
pub(in crate::collect) fn channel<T>() -> (PageSender<T>, PageReceiver<T>) {
    mpsc::channel(PAGES_AHEAD)
}

/// Sends each page that `fetch` lists to `pages`, as long as somebody reads them; the error that
/// ended the listing early is returned as well.
pub(in crate::collect) async fn send_each<T, F, Fut>(
    pages: PageSender<T>,
    mut fetch: F,
) -> Result<(), AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let (mut paging, mut marker) = (Paging::default(), None);
    loop {
        let (items, next) = match fetch(marker).await {
            Ok(page) => page.follow(&mut paging),
            Err(error) => return failed(&pages, error).await,
        };
        if pages.send(Ok(items)).await.is_err() {
            return Ok(());
        }
        marker = match next {
            Ok(Some(next)) => Some(next),
            Ok(None) => return Ok(()),
            Err(error) => return failed(&pages, error).await,
        };
    }
}

async fn failed<T>(pages: &PageSender<T>, error: AwsError) -> Result<(), AwsError> {
    // Who does not read it has no use for it.
    drop(pages.send(Err(error.clone())).await);
    Err(error)
}

/// Runs `work` to its end, and `others` meanwhile: to their end too if `work` came to something that
/// `needs_others`, and else as far as they come.
pub(in crate::collect) async fn meanwhile<T>(
    others: impl Future,
    work: impl Future<Output = T>,
    needs_others: impl FnOnce(&T) -> bool,
) -> T {
    let (mut others, mut work) = (pin!(others), pin!(work));
    tokio::select! {
        done = &mut work => {
            if needs_others(&done) {
                others.await;
            }
            done
        }
        _ = &mut others => work.await,
    }
}

/// Everything that `fetch` lists, page after page.
pub(in crate::collect) async fn all<T, F, Fut>(mut fetch: F) -> Result<Vec<T>, AwsError>
where
    F: FnMut(Option<String>) -> Fut,
    Fut: Future<Output = Result<Page<T>, AwsError>>,
{
    let (mut paging, mut marker, mut all) = (Paging::default(), None, Vec::new());
    loop {
        let (items, next) = fetch(marker).await?.follow(&mut paging);
        all.extend(items);
        match next? {
            Some(next) => marker = Some(next),
            None => return Ok(all),
        }
    }
}
