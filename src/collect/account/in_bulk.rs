//! Users from their details, joined with what ListUsers tells, as the pages of both come.

use super::bulk::{NoDetails, NotListed};
use super::convert::ListedUser;
use super::details::UserDetails;
use super::halves::Halves;
use super::join::Joiner;
use super::pages::PageReceiver;
use super::run::{Run, Stop};
use crate::aws::AwsError;

/// How both listings ended.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// Why ListUsers ended early, if it did.
    pub(super) listing: Option<AwsError>,
    /// Why the details ended early, if they did.
    pub(super) details: Option<AwsError>,
}

/// Sends every user that either of the two tells of, as soon as it is known what both do. Whoever
/// has no details is asked about.
pub(super) async fn send(
    joiner: &Joiner<'_>,
    run: &mut Run,
    mut listing: PageReceiver<ListedUser>,
    mut details: PageReceiver<UserDetails>,
) -> Result<Ends, Stop> {
    let (mut halves, mut ends) = (Halves::default(), Ends::default());
    while halves.awaits_listing() || halves.awaits_details() {
        let entries = tokio::select! {
            biased;
            page = listing.recv(), if halves.awaits_listing() => match page {
                Some(Ok(users)) => {
                    users.into_iter().filter_map(|user| halves.list(user)).collect()
                }
                Some(Err(error)) => {
                    ends.listing = Some(error.clone());
                    halves.end_listing(NotListed::Failed(error))
                }
                None => halves.end_listing(NotListed::Newer),
            },
            page = details.recv(), if halves.awaits_details() => match page {
                Some(Ok(users)) => {
                    users.into_iter().filter_map(|user| halves.detail(user)).collect()
                }
                Some(Err(error)) if error.class.ends_the_pass() => {
                    // Those who have details already are not lost to those who have none.
                    let left = halves.end_listing(NotListed::Failed(error.clone()));
                    run.send_unordered(joiner, left).await?;
                    return Err(Stop::Failed(error));
                }
                Some(Err(error)) => {
                    ends.details = Some(error.clone());
                    halves.end_details(NoDetails::Failed(error))
                }
                None => halves.end_details(NoDetails::Newer),
            },
        };
        run.send_unordered(joiner, entries).await?;
    }
    Ok(ends)
}
