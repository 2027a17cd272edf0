//! Users in bulk: both listings joined as their pages come, nobody waiting for anybody else.

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::details::UserDetails;
use super::join::{Entry, Joiner, ListingJoin, NoDetails, NotListed};
use super::listing::{ListedUser, PageReceiver, RefusedUser};
use super::sending::{Sending, Stop};
use crate::aws::AwsError;

/// How both listings ended.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Why ListUsers ended early, if it did.
    pub(super) listing: Option<AwsError>,
    /// Why the details ended early, if they did.
    pub(super) details: Option<AwsError>,
}

type Pages<T> = PageReceiver<Result<T, RefusedUser>>;

/// Sends every user that either of the two holds, as soon as it is known what both do. Users that
/// something has to be asked about hold up neither the pages nor each other.
pub(super) async fn send(
    joiner: &Joiner<'_>,
    sending: &mut Sending,
    mut listing: Pages<ListedUser>,
    mut details: Pages<UserDetails>,
) -> Result<Ends, Stop> {
    let (mut join, mut ends) = (ListingJoin::new(), Ends::default());
    let mut asked = FuturesUnordered::new();
    let mut stop = None;
    loop {
        let entries = tokio::select! {
            biased;
            Some(joined) = asked.next(), if !asked.is_empty() => {
                match (sending.take(joined).await, stop) {
                    (Err(Stop::Failed(_)), Some(error)) => return Err(Stop::Failed(error)),
                    (taken, before) => (taken?, stop = before),
                };
                continue;
            }
            page = listing.recv(), if stop.is_none() && join.awaits_listing() => match page {
                Some(Ok(users)) => join.list(users),
                Some(Err(error)) => {
                    ends.listing = Some(error.clone());
                    join.end_listing(NotListed::Failed(error))
                }
                None => join.end_listing(NotListed::Newer),
            },
            page = details.recv(), if stop.is_none() && join.awaits_details() => match page {
                Some(Ok(users)) => join.detail(users),
                Some(Err(error)) if error.class.ends_the_pass() => {
                    stop = Some(error.clone());
                    // Those who have details already are not lost to those who have none.
                    join.end_listing(NotListed::Failed(error))
                }
                Some(Err(error)) => {
                    ends.details = Some(error.clone());
                    join.end_details(NoDetails::Failed(error))
                }
                None => join.end_details(NoDetails::Newer),
            },
            else => break,
        };
        for entry in entries {
            if let Some(open) = settle(joiner, sending, entry).await? {
                asked.push(joiner.ask(*open).boxed());
            }
        }
    }
    sending.left_out.append(&mut join.left_out);
    sending.not_found.append(&mut join.replaced);
    match stop {
        Some(error) => Err(Stop::Failed(error)),
        None => Ok(ends),
    }
}

/// Sends a user that nothing has to be asked about; returns the entry of any other.
async fn settle(
    joiner: &Joiner<'_>,
    sending: &mut Sending,
    entry: Entry,
) -> Result<Option<Box<Entry>>, Stop> {
    if sending.passes_over(&entry.identity) {
        sending.passed_over += 1;
        return Ok(None);
    }
    match joiner.without_asking(entry) {
        Ok(user) => sending.send(user).await.map(|()| None),
        Err(open) => Ok(Some(open)),
    }
}
