//! AWS's paging, followed to its end: a page may be short or empty and still not be the last.

use std::future::Future;

use crate::aws::{Action, AwsError};

/// What is asked for at once: the most that AWS allows.
pub(super) const PAGE_SIZE: i32 = 1000;

/// One page of a listing.
#[derive(Debug)]
pub(super) struct Page<T> {
    /// What the page lists; may be empty on any page.
    pub(super) items: Vec<T>,
    /// Where the next page starts, unless this is the last.
    pub(super) next: Option<String>,
}

impl<T> Page<T> {
    /// A page from an answer's parts. A truncated answer without a marker, or with the one it
    /// was asked for, would end the listing too early or never: both are malformed.
    pub(super) fn new(
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

/// Everything that `fetch` lists, page after page.
pub(super) async fn all<T, F, Fut>(mut fetch: F) -> Result<Vec<T>, AwsError>
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
