//! Users from their details, a page at a time, joined with what ListUsers told.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};

use super::bulk::NoDetails;
use super::convert::ListedUser;
use super::details::{self, Groups, UserDetails};
use super::join::{Entry, Joiner};
use super::listing;
use super::run::{Run, Stop};
use crate::aws::{AwsClient, AwsError};

/// What ListUsers told.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Users by ARN.
    pub(super) users: HashMap<String, ListedUser>,
    /// Why there may be more, if it ended early.
    pub(super) error: Option<AwsError>,
}

/// Everybody that ListUsers tells.
pub(super) async fn list(client: &AwsClient) -> Listing {
    let mut listing = Listing::default();
    let mut users = std::pin::pin!(listing::users(client));
    while let Some(user) = users.next().await {
        match user {
            Ok(user) => {
                listing.users.insert(user.arn.to_string(), user);
            }
            Err(error) => {
                listing.error = Some(error);
                break;
            }
        }
    }
    listing
}

/// Sends every user with details, then those of `listed` that have none. Returns why the
/// details ended early, if they did.
pub(super) async fn send(
    client: &AwsClient,
    joiner: &Joiner<'_>,
    run: &mut Run,
    mut listed: HashMap<String, ListedUser>,
    groups: Result<Groups, AwsError>,
) -> Result<Option<AwsError>, Stop> {
    let detailed = match groups {
        Ok(groups) => send_detailed(client, joiner, run, &mut listed, &groups).await?,
        Err(error) => Some(error),
    };
    if let Some(error) = detailed
        .as_ref()
        .filter(|error| error.class.ends_the_pass())
    {
        return Err(Stop::Failed(error.clone()));
    }
    let mut left: Vec<ListedUser> = listed.into_values().collect();
    left.sort_by(|a, b| a.name.cmp(&b.name));
    let entries = left.into_iter().map(|listed| {
        let why = detailed.clone().map_or(NoDetails::Newer, NoDetails::Failed);
        Ok(Entry {
            listed,
            is_listed: true,
            details: Err(why),
        })
    });
    run.send_all(joiner, stream::iter(entries)).await?;
    Ok(detailed)
}

/// Sends the users that have details, taking them out of `listed`.
async fn send_detailed(
    client: &AwsClient,
    joiner: &Joiner<'_>,
    run: &mut Run,
    listed: &mut HashMap<String, ListedUser>,
    groups: &Groups,
) -> Result<Option<AwsError>, Stop> {
    let mut next = Some(details::users(client, None, groups).await);
    while let Some(page) = next {
        let page = match page {
            Ok(page) => page,
            Err(error) => return Ok(Some(error)),
        };
        let entries = page.items.into_iter().map(|details| {
            let listed = listed.remove(details.arn.as_str());
            entry(listed, details)
        });
        let sent = run.send_unordered(joiner, entries.collect());
        // AWS takes its time for a page: that of sending the one before.
        let following = async {
            let marker = page.next?;
            Some(details::users(client, Some(marker), groups).await)
        };
        let (sent, following) = tokio::join!(sent, following);
        sent?;
        next = following;
    }
    Ok(None)
}

/// The entry of a user with details, whether ListUsers told of it or not.
fn entry(listed: Option<ListedUser>, details: UserDetails) -> Entry {
    let is_listed = listed.is_some();
    let listed = listed.unwrap_or_else(|| ListedUser {
        name: details.name.clone(),
        arn: details.arn.clone(),
        id: details.id.clone(),
        path: details.path.clone(),
        created_at: details.created_at,
        password_last_used: None,
    });
    Entry {
        listed,
        is_listed,
        details: Ok(details),
    }
}
